#include "klaviyo/report_options.h"

#include <algorithm>
#include <array>

#include "base/text_time.h"
#include "klaviyo/hint.h"

namespace klaviyo {

namespace {

constexpr int64_t kYearUs = int64_t{366} * 86'400 * base::kMicrosPerSecond;
constexpr std::string_view kDefaultTimeframe = "last_30_days";

struct NamedInterval {
  std::string_view name;
  std::string_view aggregates_name;
  Interval interval;
};
constexpr std::array<NamedInterval, 4> kIntervals = {{{"hourly", "hour", Interval::hourly},
                                                      {"daily", "day", Interval::daily},
                                                      {"weekly", "week", Interval::weekly},
                                                      {"monthly", "month", Interval::monthly}}};

bool holds(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

void read_statistics(Reading& reading) {
  const auto known = reading.config.source->report->statistics;
  std::vector<std::string>& statistics = reading.config.statistics;
  for (const std::string& name : statistics) {
    if (std::ranges::find(known, name) != known.end()) continue;
    reading.problem("statistics", quote(name) + " is no statistic of " + std::string(reading.config.source->name) +
                                      did_you_mean(name, known));
  }
  if (statistics.empty()) statistics.assign(known.begin(), known.end());
}

// Leaves columns' names in the catalogue's order.
void read_group_by(Reading& reading) {
  const Source& source = *reading.config.source;
  const Report& report = *source.report;
  const bool given = reading.settings.find("group_by") != nullptr;
  std::vector<std::string> asked;
  std::vector<std::string_view> known;
  for (const Grouping& row : report.groupings) {
    known.push_back(row.column);
    if (!given && row.by_default) asked.emplace_back(row.column);
  }
  for (const std::string& name : reading.config.group_by) {
    if (const Grouping* found = report.find_grouping(name)) {
      asked.emplace_back(found->column);
    } else {
      reading.problem("group_by",
                      quote(name) + " is no grouping of " + std::string(source.name) + did_you_mean(name, known));
    }
  }
  std::vector<std::string> columns;
  for (const Grouping& row : report.groupings) {
    const bool wanted = holds(asked, row.column);
    if (wanted) columns.emplace_back(row.column);
    if (given && !wanted && (row.required || report.fixed_groups)) {
      reading.problem("group_by", "must name " + std::string(row.column) + " for " + std::string(source.name));
    }
    if (wanted && !row.needs.empty() && !holds(asked, row.needs)) {
      reading.problem("group_by", std::string(row.column) + " needs " + std::string(row.needs) + "; name it too");
    }
  }
  reading.config.group_by = std::move(columns);
}

void read_interval(Reading& reading) {
  Config& config = reading.config;
  const bool values = config.source->report->kind == ReportKind::values;
  const std::optional<std::string> text = reading.settings.text("interval");
  if (!text) {
    if (!values) config.interval = Interval::daily;
    return;
  }
  const auto found = std::ranges::find_if(
      kIntervals, [&](const NamedInterval& row) { return *text == row.name || *text == row.aggregates_name; });
  if (found == kIntervals.end()) {
    return reading.problem("interval", quote(*text) + " is no interval; give hourly, daily, weekly or monthly");
  }
  config.interval = found->interval;
  if (values && config.interval == Interval::hourly) {
    reading.problem("interval", "a values report can be asked for daily, weekly or monthly; for hours read a series");
  }
}

void read_metrics(Reading& reading) {
  Config& config = reading.config;
  const Report& report = *config.source->report;
  if (report.kind == ReportKind::aggregates) {
    config.metric = reading.settings.text("metric").value_or("");
    config.timezone = reading.settings.text("timezone").value_or(std::string(find_option("timezone")->default_value));
    if (reading.settings.find("metric") == nullptr) {
      reading.problem("metric", "is missing; name the metric whose events are to be aggregated, such as Placed Order");
    }
  }
  const std::optional<std::string> conversion = reading.settings.text("conversion_metric");
  if (report.conversions) {
    config.metric = conversion.value_or(std::string(find_option("conversion_metric")->default_value));
  } else if (conversion) {
    reading.problem("conversion_metric", std::string(config.source->name) + " has no conversions; leave it out");
  }
}

// Whether a time says how far its zone is from UTC: `…T00:00:00-05:00`.
bool has_offset(std::string_view time) {
  constexpr size_t kDateLength = std::string_view("2026-07-15").size();
  return time.size() > kDateLength && time.find_first_of("+-", kDateLength) != std::string_view::npos;
}

void check_times(Reading& reading) {
  for (const std::string_view key : {"start_time", "end_time"}) {
    const YamlNode* node = reading.settings.find(key);
    if (node != nullptr && has_offset(node->text)) {
      reading.problem(key,
                      "has an offset from UTC, but a report counts in a zone of its own; give the time there, "
                      "without offset");
    }
  }
  Config& config = reading.config;
  const std::string_view earliest = config.source->report->earliest_day;
  const std::optional<base::ParsedTime> first = base::parse_time(earliest);
  if (first && config.start_us && *config.start_us < first->us) {
    reading.warn("start_time", std::string(config.source->name) + " has no data before " + std::string(earliest) +
                                   "; reading begins there");
    config.start_us = first->us;
  }
}

void check_named_timeframe(Reading& reading) {
  const Config& config = reading.config;
  const auto known = named_timeframes();
  if (std::ranges::find(known, config.timeframe) == known.end()) {
    return reading.problem("timeframe",
                           quote(config.timeframe) + " is no timeframe" + did_you_mean(config.timeframe, known));
  }
  if (config.source->report->kind == ReportKind::aggregates) {
    return reading.problem("timeframe", "is not taken by metric_aggregates; give start_time and end_time");
  }
  if (config.incremental || config.start_us || config.end_us) {
    reading.problem("timeframe", "is given besides incremental, start_time or end_time; leave one of them out");
  }
  if (config.interval && config.source->report->kind == ReportKind::values) {
    reading.problem("interval", "needs start_time in place of a timeframe by name, for a values report");
  }
}

void read_timeframe(Reading& reading) {
  Config& config = reading.config;
  const Report& report = *config.source->report;
  check_times(reading);
  if (!config.timeframe.empty()) return check_named_timeframe(reading);
  if (!config.start_us) {
    const bool needs_start = config.incremental || config.end_us || report.kind == ReportKind::aggregates ||
                             (config.interval && report.kind == ReportKind::values);
    if (!needs_start) {
      config.timeframe = kDefaultTimeframe;
    } else if (reading.settings.find("start_time") == nullptr) {
      reading.problem("start_time",
                      "is missing; give the day from which " + std::string(config.source->name) + " is to be read");
    }
    return;
  }
  const int64_t end_us = std::min(config.end_us.value_or(reading.now_us), reading.now_us);
  if (report.kind == ReportKind::values && !config.interval && end_us - *config.start_us > kYearUs) {
    reading.problem("start_time",
                    "is more than a year before the end, and values cannot be added up from parts; "
                    "give interval: monthly, or a shorter timeframe");
  }
}

}  // namespace

void read_report_options(Reading& reading) {
  if (reading.settings.find("incremental_field") != nullptr) {
    reading.problem("incremental_field", "has no meaning for a report, which is always about its timeframe");
  }
  read_statistics(reading);
  read_group_by(reading);
  read_interval(reading);
  read_metrics(reading);
  read_timeframe(reading);
}

}  // namespace klaviyo
