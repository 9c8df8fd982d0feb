// Rows: statistics of campaigns, flows, forms and segments, and aggregates of a metric's events. Their columns are the
// groupings, the times and the statistics of the report.
#pragma once

#include <array>

#include "klaviyo/catalogue/vocabulary.h"

namespace klaviyo::catalogue {

inline constexpr RateClass kRateReport{.per_second = 1, .per_minute = 2, .per_day = 225};

inline constexpr std::string_view kTimeframes[] = {
    "today",     "yesterday",   "this_week",    "last_week",    "this_month",    "last_month",    "this_year",
    "last_year", "last_7_days", "last_30_days", "last_90_days", "last_365_days", "last_3_months", "last_12_months"};

template <Literal name>
consteval auto as_column() {
  Literal column = name;
  for (char& c : column.text) {
    if (c == ' ') c = '_';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return column;
}
template <Literal name>
inline constexpr auto kGroupColumn = as_column<name>();

/// A grouping: `$flow` is the column `flow`, `Bounce Type` the column `bounce_type`.
template <Literal name>
inline constexpr Grouping group{.column = kGroupColumn<name>.view().substr(name.text[0] == '$' ? 1 : 0),
                                .name = name.view()};

consteval Grouping by_default(Grouping grouping) {
  grouping.by_default = true;
  return grouping;
}
consteval Grouping required(Grouping grouping) {
  grouping.by_default = grouping.required = true;
  return grouping;
}
consteval Grouping needing(std::string_view other, Grouping grouping) {
  grouping.needs = other;
  return grouping;
}

/// Groupings, the row's date, the timeframe that was asked for, statistics.
template <ReportKind kind, size_t groups, size_t statistics>
consteval auto report_columns(const Grouping (&groupings)[groups], const std::string_view (&names)[statistics]) {
  constexpr bool dated = kind != ReportKind::values, named = kind != ReportKind::aggregates;
  std::array<Attribute, groups + statistics + dated + named + 2> columns{};
  auto next = columns.begin();
  const auto add = [&](std::string_view name, std::string_view path, ColumnType type, std::string_view chosen_by) {
    *next++ = {.name = name, .path = path, .type = type, .chosen_by = chosen_by};
  };
  for (const Grouping& row : groupings) add(row.column, row.name, ColumnType::utf8, "group_by");
  if (dated) add("date", "date", ColumnType::timestamp, {});
  if (named) add("timeframe", "timeframe", ColumnType::utf8, {});
  add("timeframe_start", "timeframe_start", ColumnType::timestamp, {});
  add("timeframe_end", "timeframe_end", ColumnType::timestamp, {});
  for (const std::string_view name : names) add(name, name, ColumnType::float64, "statistics");
  return columns;
}

inline constexpr std::string_view kMessageStatistics[] = {
    "average_order_value",
    "bounce_rate",
    "bounced",
    "bounced_or_failed",
    "bounced_or_failed_rate",
    "click_rate",
    "click_to_open_rate",
    "clicks",
    "clicks_unique",
    "conversion_rate",
    "conversion_uniques",
    "conversion_value",
    "conversions",
    "delivered",
    "delivery_rate",
    "failed",
    "failed_rate",
    "message_segment_count_sum",
    "open_rate",
    "opens",
    "opens_unique",
    "recipients",
    "revenue_per_recipient",
    "spam_complaint_rate",
    "spam_complaints",
    "text_message_credit_usage_amount",
    "text_message_roi",
    "text_message_spend",
    "unsubscribe_rate",
    "unsubscribe_uniques",
    "unsubscribes",
};
inline constexpr std::string_view kFormStatistics[] = {
    "closed_form",
    "closed_form_uniques",
    "qualified_form",
    "qualified_form_uniques",
    "submit_rate",
    "submits",
    "submitted_form_step",
    "submitted_form_step_uniques",
    "viewed_form",
    "viewed_form_step",
    "viewed_form_step_uniques",
    "viewed_form_uniques",
};
inline constexpr std::string_view kSegmentStatistics[] = {"members_added", "members_removed", "net_members_changed",
                                                          "total_members"};
inline constexpr std::string_view kMeasurements[] = {"count", "sum_value", "unique"};

inline constexpr Grouping kCampaignGroups[] = {
    required(group<"campaign_id">),
    required(group<"campaign_message_id">),
    by_default(group<"send_channel">),
    group<"campaign_message_name">,
    group<"group">,
    group<"group_name">,
    group<"tag_id">,
    group<"tag_name">,
    group<"text_message_format">,
    group<"variation">,
    group<"variation_name">,
};
inline constexpr Grouping kFlowGroups[] = {
    required(group<"flow_id">),
    required(group<"flow_message_id">),
    by_default(group<"send_channel">),
    group<"flow_message_name">,
    group<"flow_name">,
    group<"tag_id">,
    group<"tag_name">,
    group<"text_message_format">,
    group<"variation">,
    group<"variation_name">,
};
inline constexpr Grouping kFormGroups[] = {
    by_default(group<"form_id">),
    needing("form_id", group<"form_version_id">),
};
inline constexpr Grouping kSegmentGroups[] = {by_default(group<"segment_id">)};
inline constexpr Grouping kMetricGroups[] = {
    group<"$attributed_channel">,
    group<"$attributed_flow">,
    group<"$attributed_message">,
    group<"$attributed_variation">,
    group<"$campaign_channel">,
    group<"$flow">,
    group<"$flow_channel">,
    group<"$message">,
    group<"$message_send_cohort">,
    group<"$usage_amount">,
    group<"$value_currency">,
    group<"$variation">,
    group<"$variation_send_cohort">,
    group<"Bot Click">,
    group<"Bounce Type">,
    group<"Campaign Name">,
    group<"Client Canonical">,
    group<"Client Name">,
    group<"Client Type">,
    group<"Email Domain">,
    group<"Failure Source">,
    group<"Failure Type">,
    group<"From Number">,
    group<"From Phone Region">,
    group<"Inbox Provider">,
    group<"List">,
    group<"Message Format">,
    group<"Message Name">,
    group<"Message Type">,
    group<"Method">,
    group<"Segment Count">,
    group<"Subject">,
    group<"To Number">,
    group<"To Phone Region">,
    group<"URL">,
    group<"form_id">,
};

inline constexpr Report kCampaignReport{
    .kind = ReportKind::values, .groupings = kCampaignGroups, .statistics = kMessageStatistics, .conversions = true};
inline constexpr Report kFlowReport{
    .kind = ReportKind::values, .groupings = kFlowGroups, .statistics = kMessageStatistics, .conversions = true};
inline constexpr Report kFormReport{
    .kind = ReportKind::values, .groupings = kFormGroups, .statistics = kFormStatistics};
inline constexpr Report kSegmentReport{.kind = ReportKind::values,
                                       .groupings = kSegmentGroups,
                                       .fixed_groups = true,
                                       .statistics = kSegmentStatistics,
                                       .earliest_day = "2023-06-01"};
inline constexpr Report kMetricReport{
    .kind = ReportKind::aggregates, .groupings = kMetricGroups, .statistics = kMeasurements};

consteval Report as_series(Report report) {
  report.kind = ReportKind::series;
  return report;
}
inline constexpr Report kFlowSeries = as_series(kFlowReport);
inline constexpr Report kFormSeries = as_series(kFormReport);
inline constexpr Report kSegmentSeries = as_series(kSegmentReport);

inline constexpr auto kCampaignValues = report_columns<ReportKind::values>(kCampaignGroups, kMessageStatistics);
inline constexpr auto kFlowValues = report_columns<ReportKind::values>(kFlowGroups, kMessageStatistics);
inline constexpr auto kFlowDates = report_columns<ReportKind::series>(kFlowGroups, kMessageStatistics);
inline constexpr auto kFormValues = report_columns<ReportKind::values>(kFormGroups, kFormStatistics);
inline constexpr auto kFormDates = report_columns<ReportKind::series>(kFormGroups, kFormStatistics);
inline constexpr auto kSegmentValues = report_columns<ReportKind::values>(kSegmentGroups, kSegmentStatistics);
inline constexpr auto kSegmentDates = report_columns<ReportKind::series>(kSegmentGroups, kSegmentStatistics);
inline constexpr auto kMetricDates = report_columns<ReportKind::aggregates>(kMetricGroups, kMeasurements);

inline constexpr Source kReportRows[] = {
    {.name = "campaign_values_report",
     .path = "/api/campaign-values-reports",
     .type = "campaign-values-report",
     .scope = "campaigns:read",
     .paging = Paging::cursor,
     .rate = kRateReport,
     .attributes = kCampaignValues,
     .alias = "campaign_values",
     .report = &kCampaignReport},
    {.name = "flow_values_report",
     .path = "/api/flow-values-reports",
     .type = "flow-values-report",
     .scope = "flows:read",
     .paging = Paging::cursor,
     .rate = kRateReport,
     .attributes = kFlowValues,
     .alias = "flow_values",
     .report = &kFlowReport},
    {.name = "flow_series_report",
     .path = "/api/flow-series-reports",
     .type = "flow-series-report",
     .scope = "flows:read",
     .paging = Paging::cursor,
     .rate = kRateReport,
     .attributes = kFlowDates,
     .alias = "flow_series",
     .report = &kFlowSeries},
    {.name = "form_values_report",
     .path = "/api/form-values-reports",
     .type = "form-values-report",
     .scope = "forms:read",
     .rate = kRateReport,
     .attributes = kFormValues,
     .alias = "form_values",
     .report = &kFormReport},
    {.name = "form_series_report",
     .path = "/api/form-series-reports",
     .type = "form-series-report",
     .scope = "forms:read",
     .rate = kRateReport,
     .attributes = kFormDates,
     .alias = "form_series",
     .report = &kFormSeries},
    {.name = "segment_values_report",
     .path = "/api/segment-values-reports",
     .type = "segment-values-report",
     .scope = "segments:read",
     .rate = kRateReport,
     .attributes = kSegmentValues,
     .alias = "segment_values",
     .report = &kSegmentReport},
    {.name = "segment_series_report",
     .path = "/api/segment-series-reports",
     .type = "segment-series-report",
     .scope = "segments:read",
     .rate = kRateReport,
     .attributes = kSegmentDates,
     .alias = "segment_series",
     .report = &kSegmentSeries},
    {.name = "metric_aggregates",
     .path = "/api/metric-aggregates",
     .type = "metric-aggregate",
     .scope = "metrics:read",
     .paging = Paging::cursor,
     .rate = kRateS,
     .attributes = kMetricDates,
     .report = &kMetricReport},
};

}  // namespace klaviyo::catalogue
