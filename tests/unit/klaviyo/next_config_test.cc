#include "klaviyo/next_config.h"

#include <gtest/gtest.h>

#include "test_sources.h"

namespace klaviyo {
namespace {

Task report_of(const Config& config, int64_t begun_us) {
  Task report;
  report.run = run_window(config, begun_us);
  report.begun_us = begun_us;
  return report;
}

TEST(NextConfig, GivesTheEndOfTheRunAlsoWithoutRows) {
  const Config config = windowed("lists", "updated");
  const auto diff = next_config(config, {report_of(config, us("2026-11-24T10:00:00Z"))});
  ASSERT_TRUE(diff.ok());
  EXPECT_EQ(*diff, R"({"end_time":null,"start_time":"2026-11-24T09:59:50Z"})");
}

TEST(NextConfig, UnsetsTheConfiguredEnd) {
  Config config = windowed("events", "datetime");
  config.start_us = us("2026-01-01T00:00:00Z");
  config.end_us = us("2026-01-02T00:00:00.5Z");
  const auto diff = next_config(config, {report_of(config, us("2026-11-24T10:00:00Z"))});
  ASSERT_TRUE(diff.ok());
  EXPECT_EQ(*diff, R"({"end_time":null,"start_time":"2026-01-02T00:00:00.500000Z"})");
}

TEST(NextConfig, OfARunThatIsNotIncrementalReadsTheSameAgain) {
  Config config = config_of("metrics");
  config.start_us = us("2026-01-01T00:00:00Z");
  const auto diff = next_config(config, {report_of(config, us("2026-11-24T10:00:00Z"))});
  ASSERT_TRUE(diff.ok());
  EXPECT_EQ(*diff, R"({"end_time":null,"start_time":"2026-01-01T00:00:00Z"})");
}

TEST(NextConfig, RefusesUnfinishedMissingAndMixedReports) {
  const Config config = windowed("events", "datetime");
  Task unfinished = report_of(config, us("2026-11-24T10:00:00Z"));
  unfinished.windows.push_back({});
  EXPECT_EQ(next_config(config, {unfinished}).status().code(), base::Code::config);
  EXPECT_EQ(next_config(config, {}).status().code(), base::Code::config);
  EXPECT_EQ(next_config(config,
                        {report_of(config, us("2026-11-24T10:00:00Z")), report_of(config, us("2026-11-24T11:00:00Z"))})
                .status()
                .code(),
            base::Code::config);
}

}  // namespace
}  // namespace klaviyo
