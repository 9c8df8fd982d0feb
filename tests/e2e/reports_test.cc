// Statistics by POST: loaded, gone on with day by day, and stopped by their quotas.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "load.h"

namespace e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Values = std::vector<std::string>;

const char* const kCampaigns = "/api/campaign-values-reports";

std::string metric_of(const EmulatorProcess& emulator) { return emulator.rows("metrics", "").front().id; }

using Keys = std::map<std::string, std::string>;

Keys with_conversions(const EmulatorProcess& emulator) { return {{"conversion_metric", metric_of(emulator)}}; }

TEST(Reports, OfEveryKindAreLoadedWithOneIdForEachRowAndNothingIsRefused) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  const Keys keys = {{"campaign_values_report", "conversion_metric"},
                     {"flow_values_report", "conversion_metric"},
                     {"flow_series_report", "conversion_metric"},
                     {"form_values_report", ""},
                     {"form_series_report", ""},
                     {"segment_values_report", ""},
                     {"segment_series_report", ""},
                     {"metric_aggregates", "metric"}};
  for (const auto& [source, metric] : keys) {
    SCOPED_TRACE(source);
    Load load(emulator);
    load.in = {{"start_time", "2026-05-04"}, {"end_time", "2026-06-01"}};
    if (!metric.empty()) load.in[metric] = metric_of(emulator);
    const auto result = load.bulkload("run", source);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_GT(std::stoi(load.column("SELECT count(*) FROM " + source).front()), 0);
    EXPECT_EQ(load.column("SELECT count(*) - count(DISTINCT id) FROM " + source), Values{"0"});
    EXPECT_EQ(load.column("SELECT count(*) FROM " + source + " WHERE additional_attributes IS NOT NULL"), Values{"0"});
    EXPECT_EQ(load.column("SELECT DISTINCT timeframe_start FROM " + source).size(), 1U);
  }
  EXPECT_EQ(emulator.stats().at("refused").size(), 0U) << emulator.stats().at("refused");
}

TEST(Reports, WithoutAnythingSaidAreOfTheLastThirtyDays) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  Load load(emulator);
  load.in = with_conversions(emulator);
  ASSERT_EQ(load.bulkload("run", "campaign_values_report").exit_code, 0);
  EXPECT_EQ(load.column("SELECT DISTINCT timeframe FROM campaign_values_report"), Values{"last_30_days"});
  EXPECT_EQ(load.column("SELECT count(DISTINCT campaign_message_id) FROM campaign_values_report"),
            Values{std::to_string(2 * true_ids(emulator, "campaigns").size())});
}

TEST(Reports, GroupsStatisticsAndFilterAreAsked) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  Load load(emulator);
  const std::string form = emulator.rows("forms", "").front().id;
  load.in = {{"start_time", "2026-05-01"},
             {"end_time", "2026-05-03"},
             {"interval", "hourly"},
             {"group_by", "[form_version_id, form_id]"},
             {"statistics", "[submits, submit_rate]"},
             {"filter", "['equals(form_id,\"" + form + "\")']"}};
  const auto result = load.bulkload("run", "form_series_report");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(load.column("SELECT DISTINCT form_id FROM form_series_report"), Values{form});
  EXPECT_EQ(load.column("SELECT count(*) FROM form_series_report"), Values{std::to_string(2 * 48)});
  EXPECT_EQ(load.column("SELECT group_concat(name) FROM pragma_table_info('form_series_report')"),
            Values{"id,form_id,form_version_id,date,timeframe,timeframe_start,timeframe_end,submit_rate,submits,"
                   "additional_attributes"});
}

TEST(Reports, NextIncrementalRunReadsTheDaysThatFollow) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  Load load(emulator);
  load.in = with_conversions(emulator);
  load.in["incremental"] = "true";
  load.in["start_time"] = "2026-08-01";
  load.in["end_time"] = "2026-11-01";
  ASSERT_EQ(load.bulkload("run", "flow_series_report", {"-c", "diff.yml"}).exit_code, 0);
  const int before = std::stoi(load.column("SELECT count(DISTINCT date) FROM flow_series_report").front());
  EXPECT_EQ(before, 31 + 30 + 31);
  load.in.erase("start_time");
  load.in.erase("end_time");
  const auto result = load.bulkload("run", "flow_series_report", {"-c", "diff.yml"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(load.column("SELECT count(*) - count(DISTINCT id) FROM flow_series_report"), Values{"0"});
  EXPECT_EQ(load.column("SELECT count(*) FROM (SELECT date FROM flow_series_report GROUP BY date HAVING count(*) <> "
                        "(SELECT count(DISTINCT flow_message_id) FROM flow_series_report))"),
            Values{"0"});
  const auto days = load.query(
                            "SELECT count(DISTINCT date), julianday(max(date)) - julianday(min(date)) FROM "
                            "flow_series_report")
                        .front();
  EXPECT_GT(std::stoi(days[0]), before);
  EXPECT_EQ(std::stoi(days[0]), std::stoi(days[1]) + 1);
  EXPECT_EQ(emulator.stats().at("refused").size(), 0U) << emulator.stats().at("refused");
}

TEST(Reports, MergedAgainReplaceTheirRows) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  Load load(emulator);
  load.in = {{"metric", metric_of(emulator)},
             {"by", "[$flow, Email Domain]"},
             {"start_time", "2026-05-01"},
             {"end_time", "2026-05-08"}};
  load.out = {{"type", "sqlite"}, {"mode", "merge"}};
  for (int run = 0; run < 2; ++run) {
    const auto result = load.bulkload("run", "metric_aggregates");
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(load.column("SELECT count(*) FROM metric_aggregates"), Values{std::to_string(9 * 7)});
  }
}

TEST(Reports, StoppedByTheDaysQuotaAreGoneOnWithWithoutLossOrRepetition) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  emulator.set_rate(kCampaigns, 1000, 1000, 7);  // four requests for each day of the report
  Load load(emulator);
  load.in = with_conversions(emulator);
  load.in["interval"] = "daily";
  load.in["start_time"] = "2026-05-01";
  load.in["end_time"] = "2026-05-09";
  load.in["rate_limit_share"] = "1.0";
  const auto stopped = load.bulkload("run", "campaign_values_report");
  EXPECT_EQ(stopped.exit_code, 3) << stopped.err;
  EXPECT_THAT(stopped.err, AllOf(HasSubstr("rate limit"), HasSubstr("go on at")));
  EXPECT_EQ(emulator.stats().at("by_path").at(kCampaigns), 7);

  const auto throttled = load.bulkload("run", "campaign_values_report");
  EXPECT_EQ(throttled.exit_code, 3) << throttled.err;
  EXPECT_THAT(throttled.err, HasSubstr("asks to wait"));

  emulator.set_rate(kCampaigns, 1000, 1000, 32);  // and no more than what is left
  const auto result = load.bulkload("run", "campaign_values_report");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(emulator.stats().at("by_path").at(kCampaigns), 33);
  const size_t messages = 2 * true_ids(emulator, "campaigns").size();
  EXPECT_EQ(load.column("SELECT count(*) FROM campaign_values_report"), Values{std::to_string(8 * messages)});
  EXPECT_EQ(load.column("SELECT count(DISTINCT id) FROM campaign_values_report"), Values{std::to_string(8 * messages)});
  EXPECT_EQ(load.column("SELECT count(DISTINCT timeframe_start) FROM campaign_values_report"), Values{"8"});
}

TEST(Reports, UnknownMetricAndStatisticNameTheNearest) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  Load load(emulator);
  load.in = {{"conversion_metric", "Opened Emial"}};
  const auto metric = load.bulkload("run", "campaign_values_report");
  EXPECT_EQ(metric.exit_code, 2);
  EXPECT_THAT(metric.err, HasSubstr("no metric 'Opened Emial'; the nearest: 'Opened Email'"));
  load.in = {{"statistics", "[openz]"}};
  const auto statistic = load.bulkload("run", "campaign_values_report");
  EXPECT_EQ(statistic.exit_code, 2);
  EXPECT_THAT(statistic.err, HasSubstr("'openz' is no statistic of campaign_values_report; did you mean 'opens'?"));
  EXPECT_FALSE(emulator.stats().at("by_path").contains(kCampaigns));
}

TEST(Reports, PreviewCostsOneRequestOfTheQuota) {
  const EmulatorProcess emulator;
  Load load(emulator);
  load.in = with_conversions(emulator);
  load.in["interval"] = "daily";
  load.in["start_time"] = "2026-05-01";
  const auto result = load.bulkload("preview", "campaign_values_report", {"--rows", "3", "--format", "csv"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 4) << result.out;
  EXPECT_EQ(emulator.stats().at("requests"), 1);
}

}  // namespace
}  // namespace e2e
