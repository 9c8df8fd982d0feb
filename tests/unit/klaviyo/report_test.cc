// Reports: the timeframes of a run, the bodies that ask for them, and the rows of their answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/text_time.h"
#include "klaviyo/report_page.h"
#include "klaviyo/report_request.h"
#include "klaviyo/report_window.h"

namespace klaviyo {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

int64_t at(const std::string& text) { return base::parse_time(text)->us; }

const int64_t kNow = at("2026-07-15T10:00:00Z");  // a Wednesday; in UTC-12 it is still the 14th

Config configured(const std::string& keys) {
  auto config = parse_config("api_token: pk_test\n" + keys, kNow);
  EXPECT_TRUE(config.ok()) << config.status().message();
  return config.ok() ? *std::move(config) : Config();
}

std::string problems_of(const std::string& keys) {
  return parse_config("api_token: pk_test\n" + keys, kNow).status().message();
}

std::vector<std::string> begins_of(const Config& config) {
  std::vector<std::string> begins;
  const Window run = report_window(config, kNow);
  for (const Window& window : report_timeframes(config, run)) begins.push_back(base::format_rfc3339(window.from_us));
  begins.push_back(base::format_rfc3339(run.to_us));
  return begins;
}

TEST(ReportWindow, EndsWithTheLastDayThatHasEndedEverywhere) {
  const Config config = configured("data_source: form_series\nstart_time: 2026-07-01\nincremental: true\n");
  EXPECT_THAT(begins_of(config), ElementsAre("2026-07-01T00:00:00Z", "2026-07-14T00:00:00Z"));
}

TEST(ReportWindow, IsCutIntoWhatOneRequestMayAskFor) {
  EXPECT_THAT(
      begins_of(configured("data_source: flow_series\nstart_time: 2026-03-01\nend_time: 2026-07-01\n")),
      ElementsAre("2026-03-01T00:00:00Z", "2026-04-30T00:00:00Z", "2026-06-29T00:00:00Z", "2026-07-01T00:00:00Z"));
  EXPECT_THAT(begins_of(configured("data_source: flow_series\ninterval: hourly\nstart_time: 2026-07-01T05:00:00\n"
                                   "end_time: 2026-07-10\n")),
              ElementsAre("2026-07-01T05:00:00Z", "2026-07-08T00:00:00Z", "2026-07-10T00:00:00Z"));
}

TEST(ReportWindow, OfWeeksAndMonthsHoldsWholeOnes) {
  EXPECT_THAT(begins_of(configured("data_source: flow_series\ninterval: weekly\nstart_time: 2026-06-03\n"
                                   "incremental: true\n")),
              ElementsAre("2026-06-01T00:00:00Z", "2026-07-13T00:00:00Z"));
  EXPECT_THAT(begins_of(configured("data_source: flow_series\ninterval: monthly\nstart_time: 2025-06-15\n"
                                   "incremental: true\n")),
              ElementsAre("2025-06-01T00:00:00Z", "2026-05-01T00:00:00Z", "2026-07-01T00:00:00Z"));
}

TEST(ReportWindow, ValuesAreOneTimeframeUnlessAnIntervalCutsThem) {
  const std::string values = "data_source: form_values\nstart_time: 2026-07-01\nend_time: 2026-07-04\n";
  EXPECT_THAT(begins_of(configured(values)), ElementsAre("2026-07-01T00:00:00Z", "2026-07-04T00:00:00Z"));
  EXPECT_THAT(
      begins_of(configured(values + "interval: daily\n")),
      ElementsAre("2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z", "2026-07-03T00:00:00Z", "2026-07-04T00:00:00Z"));
}

TEST(ReportWindow, IsReadAgainFromTheBeginOfADayThatTheLookbackReaches) {
  EXPECT_THAT(begins_of(configured("data_source: form_series\nstart_time: 2026-07-12\nincremental: true\n"
                                   "lookback_sec: 90000\n")),
              ElementsAre("2026-07-10T00:00:00Z", "2026-07-14T00:00:00Z"));
}

TEST(ReportOptions, SayWhatIsWrong) {
  EXPECT_THAT(problems_of("data_source: flow_values\nstatistics: [opns]\n"), HasSubstr("did you mean 'opens'?"));
  EXPECT_THAT(problems_of("data_source: flow_values\ngroup_by: [flow_id]\n"), HasSubstr("must name flow_message_id"));
  EXPECT_THAT(problems_of("data_source: form_values\ngroup_by: [form_version_id]\n"), HasSubstr("needs form_id"));
  EXPECT_THAT(problems_of("data_source: form_values\ntimeframe: last_31_days\n"), HasSubstr("'last_30_days'"));
  EXPECT_THAT(problems_of("data_source: form_values\ntimeframe: today\nincremental: true\n"), HasSubstr("leave one"));
  EXPECT_THAT(problems_of("data_source: form_values\nstart_time: 2024-01-01\n"), HasSubstr("more than a year"));
  EXPECT_THAT(problems_of("data_source: form_values\nstart_time: 2026-01-01T00:00:00-05:00\n"), HasSubstr("offset"));
  EXPECT_THAT(problems_of("data_source: form_values\nincremental: true\n"), HasSubstr("start_time: is missing"));
  EXPECT_THAT(problems_of("data_source: form_values\nconversion_metric: X\n"), HasSubstr("has no conversions"));
  EXPECT_THAT(problems_of("data_source: metric_aggregates\nstart_time: 2026-01-01\n"), HasSubstr("metric: is missing"));
  EXPECT_THAT(problems_of("data_source: lists\nstatistics: [opens]\n"), HasSubstr("is for reports"));
  EXPECT_THAT(problems_of("data_source: form_values\ntimezone: UTC\n"), HasSubstr("is for metric_aggregates only"));
  EXPECT_THAT(problems_of("data_source: form_values\nstatistics: [submits]\ncolumns: [id, viewed_form]\n"),
              HasSubstr("comes only when statistics names it"));
}

TEST(ReportBody, HoldsEverythingThatTheQueryNeeds) {
  const Config config = configured(
      "data_source: flow_series\nstatistics: [opens]\nstart_time: 2026-05-01\nend_time: 2026-06-01\ninterval: weekly\n"
      "filter: ['equals(flow_id,\"a\")', 'equals(send_channel,\"sms\")']\n");
  EXPECT_EQ(json::parse(report_body(config, report_window(config, kNow), "RESQ6t", std::nullopt)), json::parse(R"json(
      {"data": {"type": "flow-series-report", "attributes": {"statistics": ["opens"],
        "timeframe": {"start": "2026-05-01T00:00:00", "end": "2026-06-01T00:00:00"}, "interval": "weekly",
        "conversion_metric_id": "RESQ6t", "group_by": ["flow_id", "flow_message_id", "send_channel"],
        "filter": "and(equals(flow_id,\"a\"),equals(send_channel,\"sms\"))"}}})json"));
}

TEST(ReportBody, OfAggregatesHasItsTimeInTheFilterAndItsCursorToo) {
  const Config config = configured(
      "data_source: metric_aggregates\nmetric: RESQ6t\nmeasurements: count\nby: [Email Domain]\ntimezone: "
      "Europe/Berlin\n"
      "start_time: 2026-05-01\nend_time: 2026-05-02\ninterval: hour\n");
  const auto body = report_body(config, report_window(config, kNow), "RESQ6t", PageParameter{"page_cursor", "next"});
  EXPECT_EQ(json::parse(body), json::parse(R"json(
      {"data": {"type": "metric-aggregate", "attributes": {"metric_id": "RESQ6t", "measurements": ["count"],
        "interval": "hour", "filter": ["greater-or-equal(datetime,2026-05-01T00:00:00)",
        "less-than(datetime,2026-05-02T00:00:00)"], "timezone": "Europe/Berlin", "by": ["Email Domain"],
        "page_cursor": "next"}}})json"));
}

class AllRows final : public RowGate {
 public:
  bool admit(std::string_view id, std::optional<int64_t>) override {
    ids.emplace_back(id);
    return true;
  }
  std::vector<std::string> ids;
};

/// The rows of an answer, as text; null is "NULL", a number its double.
struct Parsed {
  base::Result<PageSummary> summary = base::Status();
  std::vector<std::string> ids;
  std::vector<std::string> additional;
  int64_t odd_values = 0;
};

Parsed parse(const std::string& keys, const std::string& body) {
  const Config config = configured(keys);
  const RecordLayout layout = make_layout(config);
  ColumnSet columns(layout);
  const base::Log silent;
  Flattener flattener(layout, columns, silent);
  AllRows gate;
  Parsed parsed;
  parsed.summary = parse_report(body, {config, layout, report_window(config, kNow)}, gate, columns, flattener);
  parsed.ids = gate.ids;
  parsed.odd_values = flattener.odd_values();
  const ColumnBuilder& additional = columns.column(layout.additional_column);
  for (int64_t row = 0; row < columns.rows(); ++row) {
    parsed.additional.emplace_back(additional.is_null(row) ? "NULL" : additional.text(row));
  }
  return parsed;
}

const std::string kSeries = "data_source: form_series\nstatistics: [submits]\n";

std::string series(const std::string& row) {
  return R"({"data": {"type": "form-series-report", "attributes": {"results": [)" + row +
         R"(], "date_times": ["2026-05-01T00:00:00+00:00", "2026-05-02T00:00:00+00:00"]}}, "links": {"next": null}})";
}

TEST(ReportPage, SeriesIsARowForEachGroupAndDate) {
  const auto parsed =
      parse(kSeries, series(R"({"groupings": {"form_id": "a"}, "statistics": {"submits": [1, null]}})"));
  ASSERT_TRUE(parsed.summary.ok()) << parsed.summary.status().message();
  ASSERT_EQ(parsed.ids.size(), 2U);
  EXPECT_NE(parsed.ids[0], parsed.ids[1]);
  EXPECT_THAT(parsed.additional, ElementsAre("NULL", "NULL"));
}

TEST(ReportPage, IdIsTheSameWhateverTheValuesAndTheOrderOfGroups) {
  const std::string keys = "data_source: form_values\ngroup_by: [form_id, form_version_id]\nstatistics: [submits]\n";
  const auto body = [](const std::string& row) {
    return R"({"data": {"type": "form-values-report", "attributes": {"results": [)" + row + "]}}}";
  };
  const auto one =
      parse(keys, body(R"({"groupings": {"form_id": "a", "form_version_id": "b"}, "statistics": {"submits": 1}})"));
  const auto same =
      parse(keys, body(R"({"groupings": {"form_version_id": "b", "form_id": "a"}, "statistics": {"submits": 2}})"));
  const auto other =
      parse(keys, body(R"({"groupings": {"form_id": "b", "form_version_id": "a"}, "statistics": {"submits": 1}})"));
  EXPECT_EQ(one.ids, same.ids);
  EXPECT_NE(one.ids, other.ids);
}

TEST(ReportPage, WhatIsUnknownOrFitsNotIsKept) {
  const auto parsed = parse(
      kSeries,
      series(R"({"groupings": {"form_id": "a", "colour": "red"}, "statistics": {"submits": ["many", 2]}, "new": 7})"));
  ASSERT_TRUE(parsed.summary.ok()) << parsed.summary.status().message();
  EXPECT_EQ(parsed.odd_values, 1);
  EXPECT_EQ(json::parse(parsed.additional[0]), json::parse(R"({"colour": "red", "submits": "many", "new": 7})"));
  EXPECT_EQ(json::parse(parsed.additional[1]), json::parse(R"({"colour": "red", "new": 7})"));
}

TEST(ReportPage, IsRefusedWhenItHasMoreValuesThanDatesOrIsNoReport) {
  for (const std::string& body :
       {series(R"({"groupings": {"form_id": "a"}, "statistics": {"submits": [1, 2, 3]}})"), series("7"),
        std::string("[]"), std::string("{}"), std::string(R"({"errors": []})"),
        std::string(R"({"data": {"type": "event", "attributes": {"results": [], "date_times": []}}})"),
        std::string(R"({"data": {"type": "form-series-report", "attributes": {"results": []}}})")}) {
    SCOPED_TRACE(body);
    const auto parsed = parse(kSeries, body);
    EXPECT_EQ(parsed.summary.status().code(), base::Code::data);
    EXPECT_TRUE(parsed.additional.empty());
  }
}

}  // namespace
}  // namespace klaviyo
