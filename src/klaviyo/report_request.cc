#include "klaviyo/report_request.h"

#include <nlohmann/json.hpp>

#include "base/text_time.h"

namespace klaviyo {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kIntervals[] = {"hourly", "daily", "weekly", "monthly"};
constexpr std::string_view kAggregateIntervals[] = {"hour", "day", "week", "month"};

// On the report's own clock, which is why no zone is said.
std::string clock_time(int64_t us) {
  std::string text = base::format_rfc3339(base::floor_to_second(us));
  text.pop_back();
  return text;
}

Json timeframe_json(const Config& config, const Window& timeframe) {
  if (!config.timeframe.empty()) return {{"key", config.timeframe}};
  return {{"start", clock_time(timeframe.from_us)}, {"end", clock_time(timeframe.to_us)}};
}

// The API's names, in the configuration's order.
Json groups_json(const Config& config) {
  Json names = Json::array();
  for (const std::string& column : config.group_by) {
    names.push_back(config.source->report->find_grouping(column)->name);
  }
  return names;
}

std::string joined_filter(const std::vector<std::string>& terms) {
  if (terms.size() == 1) return terms.front();
  std::string text;
  for (const std::string& term : terms) text += (text.empty() ? "and(" : ",") + term;
  return text + ")";
}

Json report_attributes(const Config& config, const Window& timeframe, std::string_view metric) {
  const Report& report = *config.source->report;
  Json attributes = {{"statistics", config.statistics}, {"timeframe", timeframe_json(config, timeframe)}};
  if (report.kind == ReportKind::series) {
    attributes["interval"] = kIntervals[static_cast<size_t>(config.interval.value_or(Interval::daily))];
  }
  if (!metric.empty()) attributes["conversion_metric_id"] = metric;
  if (!report.fixed_groups) attributes["group_by"] = groups_json(config);
  if (!config.filters.empty()) attributes["filter"] = joined_filter(config.filters);
  return attributes;
}

Json aggregate_attributes(const Config& config, const Window& timeframe, std::string_view metric) {
  Json filter = {"greater-or-equal(datetime," + clock_time(timeframe.from_us) + ")",
                 "less-than(datetime," + clock_time(timeframe.to_us) + ")"};
  for (const std::string& term : config.filters) filter.push_back(term);
  Json attributes = {{"metric_id", metric},
                     {"measurements", config.statistics},
                     {"interval", kAggregateIntervals[static_cast<size_t>(config.interval.value_or(Interval::daily))]},
                     {"filter", std::move(filter)},
                     {"timezone", config.timezone}};
  if (!config.group_by.empty()) attributes["by"] = groups_json(config);
  return attributes;
}

}  // namespace

bool cursor_in_body(const Report& report) { return report.kind == ReportKind::aggregates; }

std::string report_body(const Config& config, const Window& timeframe, std::string_view metric,
                        const std::optional<PageParameter>& page) {
  const bool aggregates = config.source->report->kind == ReportKind::aggregates;
  Json attributes =
      aggregates ? aggregate_attributes(config, timeframe, metric) : report_attributes(config, timeframe, metric);
  if (page && cursor_in_body(*config.source->report)) attributes["page_cursor"] = page->second;
  const Json document = {{"data", {{"type", config.source->type}, {"attributes", std::move(attributes)}}}};
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace klaviyo
