#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "load.h"

namespace e2e {
namespace {

bool is_report(const std::string& path) { return path.ends_with("-reports") || path == "/api/metric-aggregates"; }

// Of the API's collections as they are published, one by one.
std::vector<nlohmann::json> listed_sources(bool nested) {
  const auto listed = test_support::run_command({{BULKLOAD_PROGRAM, "sources", "--format", "json"}});
  std::vector<nlohmann::json> sources;
  for (const auto& source : nlohmann::json::parse(listed.out)) {
    if (source.at("path").get<std::string>().ends_with("{id}")) continue;  // nested_test.cc
    if (source.at("beta") == "yes" || source.at("name") == "global_exclusions") continue;
    if (is_report(source.at("path"))) continue;  // reports_test.cc
    if (nested == (source.at("path").get<std::string>().find("{id}") != std::string::npos)) sources.push_back(source);
  }
  return sources;
}

// The second column is the parent's id.
NestedSource nested_source(const std::string& name, const std::string& path) {
  const auto columns = test_support::run_command({{BULKLOAD_PROGRAM, "sources", name, "--format", "json"}});
  return {name, path, nlohmann::json::parse(columns.out).at(1).at("name")};
}

TEST(EverySource, IsLoadedWholeAndNothingThatItAsksIsRefused) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  const auto sources = listed_sources(false);
  ASSERT_EQ(sources.size(), 42U);
  for (const auto& source : sources) {
    const std::string name = source.at("name");
    SCOPED_TRACE(name);
    const Load load(emulator);
    const auto result = load.bulkload("run", name);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(difference(load.ids(name), true_ids(emulator, name)), "");
  }
  EXPECT_EQ(emulator.stats().at("refused").size(), 0U) << emulator.stats().at("refused");
}

TEST(EverySource, BelowOthersIsLoadedWholeAndNothingThatItAsksIsRefused) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "profiles=60", "--size", "catalog-items=40", "--size",
                                  "catalog-variants=80", "--size", "catalog-categories=15"});
  const auto sources = listed_sources(true);
  ASSERT_EQ(sources.size(), 67U);
  for (const auto& listed : sources) {
    const NestedSource source = nested_source(listed.at("name"), listed.at("path"));
    SCOPED_TRACE(source.name);
    const Load load(emulator);
    const auto result = load.bulkload("run", source.name);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(difference(loaded_pairs(load, source), true_pairs(emulator, source)), "");
  }
  EXPECT_EQ(emulator.stats().at("refused").size(), 0U) << emulator.stats().at("refused");
}

TEST(EverySource, IsLoadedIncrementallyAndNothingThatItAsksIsRefused) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "profiles=60", "--size", "catalog-items=40"});
  std::vector<nlohmann::json> sources = listed_sources(false);
  for (auto& nested : listed_sources(true)) {
    if (!nested.at("filter_by").get<std::string>().empty()) sources.push_back(std::move(nested));
  }
  for (const auto& source : sources) {
    const std::string name = source.at("name");
    SCOPED_TRACE(name);
    Load load(emulator);
    load.in = {{"incremental", "true"}, {"start_time", "2025-01-01"}, {"end_time", "2025-12-31T23:59:59.5"}};
    const auto result = load.bulkload("run", name);
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
