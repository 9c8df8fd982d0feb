#include "bulkload/session/cron.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <span>
#include <utility>
#include <vector>

#include "base/text_time.h"
#include "bulkload/text_format.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;

constexpr int64_t kMinute = 60;
constexpr int64_t kMinutesOfDay = 24 * 60;
constexpr int64_t kDay = kMinutesOfDay * kMinute;
constexpr std::string_view kBlanks = " \t";

constexpr std::string_view kMonthNames[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                            "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::string_view kWeekdayNames[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct Field {
  std::string_view name;
  int first;
  int last;
  std::span<const std::string_view> names;  // of the values from `first` on
};

constexpr std::array<Field, 5> kFields = {{{"minute", 0, 59, {}},
                                           {"hour", 0, 23, {}},
                                           {"day of month", 1, 31, {}},
                                           {"month", 1, 12, kMonthNames},
                                           {"day of week", 0, 7, kWeekdayNames}}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kShorthands = {{{"@hourly", "0 * * * *"},
                                                                                       {"@daily", "0 0 * * *"},
                                                                                       {"@weekly", "0 0 * * 0"},
                                                                                       {"@monthly", "0 0 1 * *"},
                                                                                       {"@yearly", "0 0 1 1 *"}}};

// Days of each month in 400 years, after which the calendar repeats itself.
constexpr int kYears = 400;
constexpr int kLeapYears = 97;

constexpr uint64_t bits(int first, int last) { return (~uint64_t{0} >> (63 - last)) & (~uint64_t{0} << first); }
constexpr uint64_t kEveryHour = bits(0, 23);
constexpr uint64_t kEveryDay = bits(1, 31);
constexpr uint64_t kEveryWeekday = bits(0, 6);

/// The lowest value of the field that is >= from, or 64.
int next_value(uint64_t field, int64_t from) { return std::countr_zero(field & (~uint64_t{0} << from)); }

int64_t floor_div(int64_t value, int64_t divisor) { return value / divisor - (value % divisor < 0 ? 1 : 0); }

std::vector<std::string_view> split(std::string_view text, std::string_view separators, bool keep_empty) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = std::min(text.find_first_of(separators), text.size());
    if (keep_empty || end > 0) parts.push_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

Status wrong(const Field& field, std::string_view part, const std::string& why) {
  return Status(Code::config, "cron: " + std::string(field.name) + ": '" + std::string(part) + "' " + why);
}

std::optional<int> parse_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = error == std::errc() && end == text.data() + text.size() && text.front() != '-';
  return is_number ? std::optional<int>(number) : std::nullopt;
}

base::Result<int> parse_value(const Field& field, std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const auto* name = std::find(field.names.data(), field.names.data() + field.names.size(), lower);
  if (name != field.names.data() + field.names.size()) return field.first + static_cast<int>(name - field.names.data());
  const auto number = text.empty() ? std::nullopt : parse_number(text);
  if (number && *number >= field.first && *number <= field.last) return *number;
  std::string known = "is not within " + std::to_string(field.first) + "-" + std::to_string(field.last);
  if (!field.names.empty()) known += " or " + std::string(field.names.front()) + "-" + std::string(field.names.back());
  return wrong(field, text, known);
}

/// `*`, `a`, `a-b`, the first and the last with a step.
base::Result<uint64_t> parse_item(const Field& field, std::string_view item) {
  const size_t slash = item.find('/');
  const std::string_view range = item.substr(0, slash);
  const size_t dash = range.find('-');
  int first = field.first;
  int last = field.last;
  if (range != "*") {
    const auto begin = parse_value(field, range.substr(0, dash));
    if (!begin.ok()) return begin.status();
    const auto end = dash == std::string_view::npos ? begin : parse_value(field, range.substr(dash + 1));
    if (!end.ok()) return end.status();
    first = *begin;
    last = *end;
    // Behind a dash Sunday is the end of the week: fri-sun.
    if (field.last == 7 && last == 0 && first > 0) last = 7;
    if (first > last) return wrong(field, item, "begins after its end");
  }
  if (slash == std::string_view::npos) return bits(first, last);
  if (range != "*" && dash == std::string_view::npos) {
    const std::string longer = std::string(range) + "-" + std::to_string(field.last) + std::string(item.substr(slash));
    return wrong(field, item, "has a step without a range; write */n or " + longer);
  }
  const std::string_view step_text = item.substr(slash + 1);
  const auto step = step_text.empty() ? std::nullopt : parse_number(step_text);
  const int most = field.last - field.first + 1;
  if (!step || *step < 1 || *step > most) {
    return wrong(field, item, "needs a step from 1 to " + std::to_string(most));
  }
  uint64_t values = 0;
  for (int value = first; value <= last; value += *step) values |= uint64_t{1} << value;
  return values;
}

base::Result<uint64_t> parse_field(const Field& field, std::string_view text) {
  uint64_t values = 0;
  for (const std::string_view item : split(text, ",", true)) {
    const auto parsed = parse_item(field, item);
    if (!parsed.ok()) return parsed.status();
    values |= *parsed;
  }
  return values;
}

int64_t days_in_400_years(int month) {
  constexpr std::array<int, 13> kDays = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return int64_t{kDays.at(static_cast<size_t>(month))} * kYears + (month == 2 ? kLeapYears : 0);
}

/// How often the days of the month come in 400 years, in months of the field.
int64_t count_days(uint64_t days, uint64_t months) {
  int64_t count = 0;
  for (int month = next_value(months, 0); month <= 12; month = next_value(months, month + 1)) {
    for (int day = next_value(days, 0); day <= 31; day = next_value(days, day + 1)) {
      const int64_t years = std::clamp<int64_t>(days_in_400_years(month) - int64_t{kYears} * (day - 1), 0, kYears);
      count += years;
    }
  }
  return count;
}

}  // namespace

base::Result<Cron> Cron::parse(std::string_view text) {
  if (text.starts_with('@')) {
    std::vector<std::string_view> names;
    for (const auto& [name, fields] : kShorthands) {
      if (text == name) return parse(fields);
      names.push_back(name);
    }
    return Status(Code::config, "cron: '" + std::string(text) + "' is not known" + did_you_mean(text, names));
  }
  const auto parts = split(text, kBlanks, false);
  if (parts.size() != kFields.size()) {
    return Status(Code::config, "cron: '" + std::string(text) + "' has " + std::to_string(parts.size()) +
                                    " fields and not five; write minute, hour, day of month, month and day of week");
  }
  Cron cron;
  const std::array<uint64_t*, 5> fields = {&cron.minutes_, &cron.hours_, &cron.days_, &cron.months_, &cron.weekdays_};
  for (size_t i = 0; i < fields.size(); ++i) {
    const auto values = parse_field(kFields.at(i), parts[i]);
    if (!values.ok()) return values.status();
    *fields.at(i) = *values;
  }
  if ((cron.weekdays_ & bits(7, 7)) != 0) cron.weekdays_ |= bits(0, 0);
  cron.weekdays_ &= kEveryWeekday;
  const int64_t by_date = count_days(cron.days_, cron.months_);
  const int64_t by_week = count_days(kEveryDay, cron.months_) * std::popcount(cron.weekdays_);
  if (cron.days_ != kEveryDay && cron.weekdays_ != kEveryWeekday) {
    cron.ignores_days_ = by_date * 7 < by_week;
    cron.ignores_weekdays_ = !cron.ignores_days_;
  }
  if (by_date == 0 && !cron.ignores_days_) {
    return wrong(kFields[2], parts[2], "never comes in month " + std::string(parts[3]));
  }
  return cron;
}

std::string_view Cron::ignored_field() const {
  if (ignores_days_) return kFields[2].name;
  return ignores_weekdays_ ? kFields[4].name : std::string_view();
}

/// `day` counts from 1970-01-01, which was a Thursday.
bool Cron::has_day(int64_t day) const {
  const std::chrono::sys_days date{std::chrono::days(day)};
  const std::chrono::year_month_day civil(date);
  const auto has = [](uint64_t field, unsigned value) { return (field >> value & 1) != 0; };
  return has(months_, static_cast<unsigned>(civil.month())) &&
         (ignores_days_ || has(days_, static_cast<unsigned>(civil.day()))) &&
         (ignores_weekdays_ || has(weekdays_, std::chrono::weekday(date).c_encoding()));
}

/// The first time of the pattern in [from_s, to_s), seconds since 1970-01-01 00:00 on the wall clock.
std::optional<int64_t> Cron::first_match(int64_t from_s, int64_t to_s) const {
  const int64_t first_minute = -floor_div(-from_s, kMinute);
  int64_t minute = first_minute;
  for (int64_t day = floor_div(minute, kMinutesOfDay); day * kDay < to_s; minute = ++day * kMinutesOfDay) {
    if (!has_day(day)) continue;
    const int64_t begin = minute - day * kMinutesOfDay;
    int64_t from_minute = begin % 60;
    for (int hour = next_value(hours_, begin / 60); hour < 24; hour = next_value(hours_, hour + 1)) {
      if (hour > begin / 60) from_minute = 0;
      const int found = next_value(minutes_, from_minute);
      if (found >= 60) continue;
      const int64_t at_s = day * kDay + (hour * 60 + found) * kMinute;
      return at_s < to_s ? std::optional<int64_t>(at_s) : std::nullopt;
    }
  }
  return std::nullopt;
}

int64_t Cron::next_after(int64_t us, const date::time_zone& zone) const {
  int64_t from_s = floor_div(us, base::kMicrosPerSecond) + 1;
  while (true) {
    const ZonePeriod period = zone_period(zone, from_s);
    int64_t wall_from_s = from_s + period.offset_s;
    if (hours_ != kEveryHour) {
      // What the clock would show if it had not been changed: behind it lies what a gap skips, before it what is
      // shown for the second time.
      const int64_t unchanged_s = period.begin_s + zone_period(zone, period.begin_s - 1).offset_s;
      if (from_s == period.begin_s && first_match(unchanged_s, wall_from_s)) return from_s * base::kMicrosPerSecond;
      wall_from_s = std::max(wall_from_s, unchanged_s);
    }
    const auto match = first_match(wall_from_s, period.end_s + period.offset_s);
    if (match) return (*match - period.offset_s) * base::kMicrosPerSecond;
    from_s = period.end_s;
  }
}

}  // namespace bulkload
