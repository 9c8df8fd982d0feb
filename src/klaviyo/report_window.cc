#include "klaviyo/report_window.h"

#include <algorithm>
#include <chrono>

#include "base/text_time.h"

namespace klaviyo {

namespace {

using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::sys_time;

// Where the day ends last, UTC−12.
constexpr int64_t kLatestZoneUs = int64_t{12} * 3600 * base::kMicrosPerSecond;

enum class Unit { day, week, month };

Unit unit_of(const Config& config) {
  if (config.interval == Interval::weekly) return Unit::week;
  return config.interval == Interval::monthly ? Unit::month : Unit::day;
}

sys_days day_of(int64_t us) { return std::chrono::floor<days>(sys_time<microseconds>(microseconds(us))); }

int64_t us_of(sys_days day) { return microseconds(day.time_since_epoch()).count(); }

/// Begin of the day, the week (a Monday) or the month that a time is in, and `count` of them later.
int64_t begin_of(Unit unit, int64_t us, int count = 0) {
  const sys_days day = day_of(us);
  switch (unit) {
    case Unit::day:
      return us_of(day + days(count));
    case Unit::week:
      return us_of(day - (std::chrono::weekday(day) - std::chrono::Monday) + days(7 * count));
    case Unit::month: {
      const std::chrono::year_month_day date(day);
      return us_of(sys_days((date.year() / date.month() + months(count)) / 1));
    }
  }
  return us;
}

/// How many units a request may span.
int longest(const Config& config) {
  if (config.source->report->kind == ReportKind::values) return 1;
  switch (config.interval.value_or(Interval::daily)) {
    case Interval::hourly:
      return 7;
    case Interval::daily:
      return 60;
    case Interval::weekly:
      return 52;
    case Interval::monthly:
      return 11;
  }
  return 1;
}

}  // namespace

Window report_window(const Config& config, int64_t now_us) {
  if (!config.timeframe.empty()) return {};
  const Unit unit = unit_of(config);
  const int64_t latest_us = begin_of(unit, now_us - kLatestZoneUs);
  Window run;
  run.to_us = std::min(config.end_us.value_or(latest_us), latest_us);
  run.from_us = config.start_us.value_or(run.to_us);
  if (config.incremental) run.from_us = begin_of(unit, run.from_us - config.lookback_sec * base::kMicrosPerSecond);
  return run;
}

std::vector<Window> report_timeframes(const Config& config, const Window& run) {
  const bool whole = config.source->report->kind == ReportKind::values && !config.interval;
  if (!config.timeframe.empty() || whole || run.empty()) return {run};
  const Unit unit = unit_of(config);
  std::vector<Window> timeframes;
  for (int64_t from_us = run.from_us; from_us < run.to_us;) {
    const int64_t to_us = std::min(begin_of(unit, from_us, longest(config)), run.to_us);
    timeframes.push_back({from_us, to_us});
    from_us = to_us;
  }
  return timeframes;
}

}  // namespace klaviyo
