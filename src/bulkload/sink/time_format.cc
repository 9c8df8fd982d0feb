#include "bulkload/sink/time_format.h"

#include <date/tz.h>

#include <array>
#include <chrono>
#include <vector>

#include "base/text_time.h"
#include "bulkload/time_zone.h"

namespace bulkload {

namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};

/// An instant as a clock on the wall shows it.
struct WallTime {
  int64_t us;  // since 1970 UTC
  date::year_month_day day;
  date::weekday weekday;
  int day_of_year;
  date::hh_mm_ss<microseconds> clock;
  seconds offset;
  std::string_view abbreviation;
};

void append_padded(int64_t value, int width, std::string& out, char padding = '0') {
  std::array<char, 24> text;
  char* begin = text.data() + text.size();
  int64_t rest = value < 0 ? -value : value;
  for (int digits = 0; rest > 0 || digits < width; ++digits, rest /= 10) {
    *--begin = rest > 0 || digits == 0 ? static_cast<char>('0' + rest % 10) : padding;
  }
  if (value < 0) out += '-';
  out.append(begin, text.data() + text.size());
}

void append_offset(seconds offset, std::string_view colon, std::string& out) {
  const int64_t minutes = std::chrono::duration_cast<std::chrono::minutes>(offset).count();
  const int64_t size = minutes < 0 ? -minutes : minutes;
  out += minutes < 0 ? '-' : '+';
  append_padded(size / 60, 2, out);
  out += colon;
  append_padded(size % 60, 2, out);
}

int year(const WallTime& time) { return static_cast<int>(time.day.year()); }
unsigned month(const WallTime& time) { return static_cast<unsigned>(time.day.month()); }
unsigned day(const WallTime& time) { return static_cast<unsigned>(time.day.day()); }
int64_t hour(const WallTime& time) { return time.clock.hours().count(); }
int64_t micros(const WallTime& time) { return time.clock.subseconds().count(); }
int64_t hour_of_12(const WallTime& time) { return (hour(time) + 11) % 12 + 1; }

struct Directive {
  std::string_view name;  // behind the percent sign
  void (*append)(const WallTime& time, std::string& out);
};

// clang-format off
constexpr Directive kDirectives[] = {
    {"Y", [](const WallTime& t, std::string& out) { append_padded(year(t), 4, out); }},
    {"y", [](const WallTime& t, std::string& out) { append_padded(year(t) % 100, 2, out); }},
    {"m", [](const WallTime& t, std::string& out) { append_padded(month(t), 2, out); }},
    {"d", [](const WallTime& t, std::string& out) { append_padded(day(t), 2, out); }},
    {"e", [](const WallTime& t, std::string& out) { append_padded(day(t), 2, out, ' '); }},
    {"j", [](const WallTime& t, std::string& out) { append_padded(t.day_of_year, 3, out); }},
    {"H", [](const WallTime& t, std::string& out) { append_padded(hour(t), 2, out); }},
    {"I", [](const WallTime& t, std::string& out) { append_padded(hour_of_12(t), 2, out); }},
    {"M", [](const WallTime& t, std::string& out) { append_padded(t.clock.minutes().count(), 2, out); }},
    {"S", [](const WallTime& t, std::string& out) { append_padded(t.clock.seconds().count(), 2, out); }},
    {"p", [](const WallTime& t, std::string& out) { out += hour(t) < 12 ? "AM" : "PM"; }},
    {"L", [](const WallTime& t, std::string& out) { append_padded(micros(t) / 1'000, 3, out); }},
    {"N", [](const WallTime& t, std::string& out) { append_padded(micros(t) * 1'000, 9, out); }},
    {"3N", [](const WallTime& t, std::string& out) { append_padded(micros(t) / 1'000, 3, out); }},
    {"6N", [](const WallTime& t, std::string& out) { append_padded(micros(t), 6, out); }},
    {"9N", [](const WallTime& t, std::string& out) { append_padded(micros(t) * 1'000, 9, out); }},
    {"z", [](const WallTime& t, std::string& out) { append_offset(t.offset, "", out); }},
    {":z", [](const WallTime& t, std::string& out) { append_offset(t.offset, ":", out); }},
    {"Z", [](const WallTime& t, std::string& out) { out += t.abbreviation; }},
    {"b", [](const WallTime& t, std::string& out) { out += kMonths[month(t) - 1].substr(0, 3); }},
    {"B", [](const WallTime& t, std::string& out) { out += kMonths[month(t) - 1]; }},
    {"a", [](const WallTime& t, std::string& out) { out += kDays[t.weekday.c_encoding()].substr(0, 3); }},
    {"A", [](const WallTime& t, std::string& out) { out += kDays[t.weekday.c_encoding()]; }},
    {"s", [](const WallTime& t, std::string& out) { out += std::to_string(base::floor_to_second(t.us) / base::kMicrosPerSecond); }},
    {"Q", [](const WallTime& t, std::string& out) { out += std::to_string(date::floor<std::chrono::milliseconds>(microseconds(t.us)).count()); }},
    {"%", [](const WallTime&, std::string& out) { out += '%'; }}};
// clang-format on

// Directives that stand for several.
std::string expanded(std::string_view pattern) {
  std::string text;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const std::string_view two = pattern.substr(i, 2);
    if (two == "%F" || two == "%T") {
      text += two == "%F" ? "%Y-%m-%d" : "%H:%M:%S";
      ++i;
    } else if (two == "%%") {
      text += two;
      ++i;
    } else {
      text += pattern[i];
    }
  }
  return text;
}

const Directive* find_directive(std::string_view text) {
  const Directive* found = nullptr;
  for (const Directive& directive : kDirectives) {
    if (text.starts_with(directive.name)) found = &directive;
  }
  return found;
}

}  // namespace

struct TimeFormat::Plan {
  struct Piece {
    std::string text;  // before the directive
    const Directive* directive;
  };

  std::vector<Piece> pieces;  // none: RFC 3339
  std::string end;
  const date::time_zone* zone = nullptr;
  date::sys_info info{};  // of the last instant; its span is empty at first

  WallTime wall_time(int64_t us) {
    const date::sys_time<microseconds> instant{microseconds(us)};
    if (instant < info.begin || instant >= info.end) info = zone->get_info(instant);
    const date::local_time<microseconds> local{instant.time_since_epoch() + info.offset};
    const auto midnight = date::floor<date::days>(local);
    const date::year_month_day day(midnight);
    const auto new_year = date::local_days(day.year() / date::January / 1);
    return {us,
            day,
            date::weekday(midnight),
            static_cast<int>((midnight - new_year).count()) + 1,
            date::hh_mm_ss<microseconds>(local - midnight),
            info.offset,
            info.abbrev};
  }

  // The text of the same wall time in UTC, with the offset in place of its Z.
  void append_rfc3339(int64_t us, std::string& out) {
    const WallTime time = wall_time(us);
    out += base::format_rfc3339(us + microseconds(time.offset).count());
    if (time.offset == seconds(0)) return;
    out.pop_back();
    append_offset(time.offset, ":", out);
  }
};

TimeFormat::TimeFormat() = default;
TimeFormat::TimeFormat(TimeFormat&&) noexcept = default;
TimeFormat& TimeFormat::operator=(TimeFormat&&) noexcept = default;
TimeFormat::~TimeFormat() = default;

base::Result<TimeFormat> TimeFormat::parse(std::string_view pattern, std::string_view zone_name) {
  TimeFormat format;
  const bool is_utc = zone_name.empty() || zone_name == "UTC";
  if (pattern.empty() && is_utc) return format;
  const auto zone = find_time_zone(is_utc ? "UTC" : zone_name);
  if (!zone.ok()) return zone.status();
  format.plan_ = std::make_unique<Plan>();
  format.plan_->zone = *zone;
  const std::string text = expanded(pattern);
  std::string_view rest = text;
  for (size_t percent = rest.find('%'); percent != std::string_view::npos; percent = rest.find('%')) {
    const Directive* directive = find_directive(rest.substr(percent + 1));
    if (directive == nullptr) {
      return base::Status(base::Code::config, "'" + std::string(rest.substr(percent, 2)) +
                                                  "' is no directive: use those of strftime, such as "
                                                  "%Y-%m-%d %H:%M:%S.%6N %z");
    }
    format.plan_->pieces.push_back({std::string(rest.substr(0, percent)), directive});
    rest.remove_prefix(percent + 1 + directive->name.size());
  }
  format.plan_->end = rest;
  if (!pattern.empty() && format.plan_->pieces.empty()) {
    return base::Status(base::Code::config, "has no directive: every time would have the same text");
  }
  return format;
}

void TimeFormat::append(int64_t us, std::string& out) const {
  if (!plan_) {
    out += base::format_rfc3339(us);
  } else if (plan_->pieces.empty()) {
    plan_->append_rfc3339(us, out);
  } else {
    const WallTime time = plan_->wall_time(us);
    for (const Plan::Piece& piece : plan_->pieces) {
      out += piece.text;
      piece.directive->append(time, out);
    }
    out += plan_->end;
  }
}

}  // namespace bulkload
