#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "load.h"

namespace e2e {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kMarch = {"--from", "2025-03-01", "--to", "2025-04-01"};

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

class Reconcile : public testing::TestWithParam<std::string> {
 protected:
  nlohmann::json report(const std::vector<std::string>& more = {}) const {
    const auto result = load_.bulkload("reconcile", GetParam(), with(with(kMarch, {"-f", "json"}), more));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return nlohmann::json::parse(result.out).at(0);
  }

  const EmulatorProcess emulator_{{"--no-rate-limits", "--size", "events=3000", "--size", "profiles=2000"}};
  Load load_{emulator_};
};

TEST_P(Reconcile, ReportsAndMergesWhatIsMissingAndNothingElse) {
  const std::string& source = GetParam();
  const std::string time = source == "events" ? "datetime" : "created";
  load_.in = {{"incremental", "true"}, {"incremental_field", time}};
  ASSERT_EQ(load_.bulkload("run", source, {"-c", "diff.yml"}).exit_code, 0);
  const std::string diff = test_support::read_file(load_.file("diff.yml"));
  EXPECT_EQ(report()["Late"], 0);

  const std::string march = time + " >= '2025-03-01' AND " + time + " < '2025-04-01'";
  const std::string oldest = load_.column("SELECT min(" + time + ") FROM " + source + " WHERE " + march).at(0);
  load_.query("DELETE FROM " + source + " WHERE id IN (SELECT id FROM " + source + " WHERE " + march + " ORDER BY " +
              time + " LIMIT 3)");
  load_.query("DELETE FROM " + source + " WHERE id IN (SELECT id FROM " + source + " WHERE " + time +
              " >= '2025-04-01' LIMIT 1)");
  const auto found = report();
  EXPECT_EQ(found["Late"], 3) << "and what is missing of April is none of its business";
  EXPECT_THAT(found["OldestLate"].get<std::string>(), HasSubstr(oldest));
  EXPECT_GT(found["OldestLag"], 86'400 * 365);
  EXPECT_EQ(report({"--apply"})["Late"], 3);
  EXPECT_EQ(report()["Late"], 0);
  EXPECT_EQ(load_.ids(source).size() + 1, true_ids(emulator_, source).size());
  EXPECT_EQ(load_.column("SELECT count(*) - count(DISTINCT id) FROM " + source).at(0), "0");
  EXPECT_EQ(test_support::read_file(load_.file("diff.yml")), diff) << "the watermark stays where it is";
}

INSTANTIATE_TEST_SUITE_P(Of, Reconcile, testing::Values("events", "profiles"),
                         [](const auto& parameter) { return parameter.param; });

TEST(ReconcileArguments, ThatMakeNoSenseAreRefused) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  Load load(emulator);
  const auto backwards = load.bulkload("reconcile", "events", {"--from", "2025-03-01", "--to", "2025-02-01"});
  EXPECT_EQ(backwards.exit_code, 2);
  EXPECT_THAT(backwards.err, HasSubstr("--to: must be later than --from"));
  EXPECT_EQ(load.bulkload("reconcile", "events", {"--from", "yesterday", "--to", "2025-02-01"}).exit_code, 2);
  const auto timeless = load.bulkload("reconcile", "tags", kMarch);
  EXPECT_EQ(timeless.exit_code, 2);
  load.out = {{"type", "stdout"}};
  const auto stream = load.bulkload("reconcile", "events", kMarch);
  EXPECT_EQ(stream.exit_code, 2);
  EXPECT_THAT(stream.err, HasSubstr("rows cannot be looked up by id in type stdout"));
}

}  // namespace
}  // namespace e2e
