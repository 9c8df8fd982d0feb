#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "load.h"

namespace e2e {
namespace {

std::vector<std::string> source_names() {
  const auto listed = test_support::run_command({{BULKLOAD_PROGRAM, "sources", "--format", "json"}});
  std::vector<std::string> names;
  for (const auto& source : nlohmann::json::parse(listed.out)) names.push_back(source.at("name"));
  return names;
}

TEST(EverySource, IsLoadedWholeAndNothingThatItAsksIsRefused) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  const auto names = source_names();
  ASSERT_EQ(names.size(), 42U);
  for (const std::string& source : names) {
    SCOPED_TRACE(source);
    const Load load(emulator);
    const auto result = load.bulkload("run", source);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const auto truth = true_ids(emulator, source);
    EXPECT_EQ(difference(load.ids(source), truth), "");
  }
  EXPECT_EQ(emulator.stats().at("refused").size(), 0U) << emulator.stats().at("refused");
}

TEST(EverySource, IsLoadedIncrementallyAndNothingThatItAsksIsRefused) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  for (const std::string& source : source_names()) {
    SCOPED_TRACE(source);
    Load load(emulator);
    load.in = {{"incremental", "true"}, {"start_time", "2025-01-01"}, {"end_time", "2025-12-31T23:59:59.5"}};
    const auto result = load.bulkload("run", source);
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  EXPECT_EQ(emulator.stats().at("refused").size(), 0U) << emulator.stats().at("refused");
}

TEST(EverySource, OfLargeSizeIsReadByManyLanesOnce) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=30000", "--size", "profiles=5000", "--skew"});
  for (const std::string source : {"events", "profiles"}) {
    SCOPED_TRACE(source);
    Load load(emulator);
    load.in = {{"parallel_requests", "16"}};
    const auto result = load.bulkload("run", source);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(difference(load.ids(source), true_ids(emulator, source)), "");
  }
}

TEST(Campaigns, AreOfAllChannelsAndArchivedOnesToo) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  const Load load(emulator);
  ASSERT_EQ(load.bulkload("run", "campaigns").exit_code, 0);
  EXPECT_EQ(load.column("SELECT DISTINCT channel FROM campaigns ORDER BY channel"),
            (std::vector<std::string>{"email", "mobile_push", "sms"}));
  EXPECT_EQ(load.column("SELECT DISTINCT archived FROM campaigns ORDER BY archived"),
            (std::vector<std::string>{"0", "1"}));
}

TEST(Events, HaveTheirMetricAndProfileUnlessTheyAreSkipped) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  Load load(emulator);
  ASSERT_EQ(load.bulkload("run", "events").exit_code, 0);
  EXPECT_EQ(load.column("SELECT count(*) FROM events WHERE metric_name IS NULL OR metric IS NULL OR metric_id IS NULL"),
            std::vector<std::string>{"0"});
  Load bare(emulator);
  bare.in = {{"skip_related_objects", "true"}};
  ASSERT_EQ(bare.bulkload("run", "events").exit_code, 0);
  EXPECT_EQ(bare.column("SELECT count(*) FROM events WHERE metric_id IS NULL"), std::vector<std::string>{"0"});
  EXPECT_EQ(bare.column("SELECT count(*) FROM pragma_table_info('events') WHERE name IN ('metric', 'metric_name')"),
            std::vector<std::string>{"0"});
}

TEST(Values, ThatFitNoColumnAreKeptAndCountedAndLoseNoRow) {
  const EmulatorProcess emulator({"--no-rate-limits", "--nasty"});
  for (const std::string source : {"events", "profiles", "catalog_variants", "images"}) {
    SCOPED_TRACE(source);
    const Load load(emulator);
    const auto result = load.bulkload("run", source);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(difference(load.ids(source), true_ids(emulator, source)), "");
  }
}

}  // namespace
}  // namespace e2e
