#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "load.h"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

size_t lines(const std::string& text) { return static_cast<size_t>(std::count(text.begin(), text.end(), '\n')); }

TEST(Preview, OfTheHostedServicesOwnSampleShowsItsColumns) {
  const EmulatorProcess emulator;
  Load load(emulator);
  load.in = {{"revision_time", "\"2022-12-17\""},
             {"incremental", "true"},
             {"start_time", "\"2023-06-01T17:06:39.698883\""},
             {"incremental_field", "updated"}};
  load.out = {{"mode", "append"}};
  const auto result = load.bulkload("preview", "lists");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("| id:string | name:string"));
  EXPECT_THAT(result.out, HasSubstr("updated:timestamp"));
  EXPECT_EQ(emulator.stats().at("requests"), 1);
  EXPECT_EQ(emulator.stats().at("refused").size(), 0U);
}

TEST(Preview, ShowsExactlyFifteenRowsOfOneSmallRequest) {
  const EmulatorProcess emulator;
  const Load load(emulator);
  const auto result = load.bulkload("preview", "events", {"--format", "csv"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto json = load.bulkload("preview", "profiles", {"--format", "tsv", "--rows", "7"});
  EXPECT_EQ(lines(json.out), 8U);
  EXPECT_EQ(emulator.stats().at("requests"), 2);
}

TEST(Preview, OfAnEmptySourceIsAnEmptyTable) {
  const EmulatorProcess emulator({"--size", "templates=0"});
  const Load load(emulator);
  const auto result = load.bulkload("preview", "templates");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("id:string"));
}

TEST(Preview, FailsAtOnceWhenTheServiceRefuses) {
  for (const int status : {429, 503}) {
    const EmulatorProcess emulator;
    emulator.faults({{{"nth", 1}, {"count", -1}, {"do", {{"status", status}, {"headers", {{"Retry-After", "60"}}}}}}});
    const Load load(emulator);
    const auto result = load.bulkload("preview", "profiles");
    EXPECT_NE(result.exit_code, 0);
    EXPECT_THAT(result.err, HasSubstr(std::to_string(status)));
    EXPECT_EQ(emulator.stats().at("requests"), 1);
  }
}

TEST(Preview, OfAWrongKeySaysWhatToCheckAndNotTheKey) {
  const EmulatorProcess emulator({"--key", "pk_emulator:lists"});
  Load load(emulator);
  const auto missing_scope = load.bulkload("preview", "profiles");
  EXPECT_EQ(missing_scope.exit_code, 1);
  EXPECT_THAT(missing_scope.err, HasSubstr("profiles:read"));
  load.in = {{"api_token", "pk_canary0123456789"}};
  const auto wrong_key = load.bulkload("preview", "lists", {"--log-level", "trace"});
  EXPECT_EQ(wrong_key.exit_code, 1);
  EXPECT_THAT(wrong_key.err, HasSubstr("401"));
  EXPECT_EQ((wrong_key.err + wrong_key.out).find("canary0123456789"), std::string::npos);
}

}  // namespace
}  // namespace e2e
