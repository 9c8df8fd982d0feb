#include "bulkload/filter/time_pattern.h"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

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
constexpr size_t kShortName = 3;
// Years 1 to 9999, as base::parse_time.
constexpr int64_t kMinUs = -62'135'596'800'000'000;
constexpr int64_t kMaxUs = 253'402'300'799'999'999;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// What of a time has been read.
struct Parts {
  int64_t year = 1970, month = 1, day = 1;
  int64_t hour = 0, minute = 0, second = 0, us = 0;
  std::optional<bool> afternoon;
  std::optional<int64_t> offset_sec;
  std::optional<int64_t> since_1970_us;
};

/// A number of at most `digits` digits at the beginning of `rest`.
std::optional<int64_t> take_number(std::string_view& rest, size_t digits) {
  size_t size = 0;
  while (size < std::min(digits, rest.size()) && is_digit(rest[size])) ++size;
  int64_t value = 0;
  if (size == 0 || std::from_chars(rest.data(), rest.data() + size, value).ec != std::errc()) return std::nullopt;
  rest.remove_prefix(size);
  return value;
}

bool take_into(int64_t& part, std::string_view& rest, size_t digits, int64_t min, int64_t max) {
  const auto number = take_number(rest, digits);
  part = number.value_or(min - 1);
  return part >= min && part <= max;
}

void skip_blanks(std::string_view& text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
}

bool take_text(std::string_view& rest, std::string_view expected) {
  for (const char c : expected) {
    if (c == ' ') {
      skip_blanks(rest);
    } else if (rest.empty() || rest.front() != c) {
      return false;
    } else {
      rest.remove_prefix(1);
    }
  }
  return true;
}

bool same_letters(std::string_view text, std::string_view name) {
  const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
  return text.size() >= name.size() && std::equal(name.begin(), name.end(), text.begin(), same);
}

/// Index of a name, in full or in short.
template <size_t size>
std::optional<size_t> take_name(std::string_view& rest, const std::array<std::string_view, size>& names) {
  for (size_t i = 0; i < size; ++i) {
    for (const std::string_view name : {names[i], names[i].substr(0, kShortName)}) {
      if (!same_letters(rest, name)) continue;
      rest.remove_prefix(name.size());
      return i;
    }
  }
  return std::nullopt;
}

bool take_month(Parts& parts, std::string_view& rest) {
  const auto month = take_name(rest, kMonths);
  if (month) parts.month = static_cast<int64_t>(*month) + 1;
  return month.has_value();
}

bool take_weekday(Parts&, std::string_view& rest) { return take_name(rest, kDays).has_value(); }

bool take_short_year(Parts& parts, std::string_view& rest) {
  const bool taken = take_into(parts.year, rest, 2, 0, 99);
  parts.year += parts.year < 69 ? 2000 : 1900;
  return taken;
}

bool take_day(Parts& parts, std::string_view& rest) {
  skip_blanks(rest);
  return take_into(parts.day, rest, 2, 1, 31);
}

bool take_half(Parts& parts, std::string_view& rest) {
  if (!same_letters(rest, "AM") && !same_letters(rest, "PM")) return false;
  parts.afternoon = (rest.front() | 0x20) == 'p';
  rest.remove_prefix(2);
  return true;
}

bool take_fraction(Parts& parts, std::string_view& rest) {
  size_t digits = 0;
  parts.us = 0;
  for (int64_t unit = 100'000; digits < std::min<size_t>(9, rest.size()) && is_digit(rest[digits]);
       ++digits, unit /= 10)
    parts.us += (rest[digits] - '0') * unit;
  rest.remove_prefix(digits);
  return digits > 0;
}

bool take_date(Parts& parts, std::string_view& rest) {
  return take_into(parts.year, rest, 4, 1, 9999) && take_text(rest, "-") && take_into(parts.month, rest, 2, 1, 12) &&
         take_text(rest, "-") && take_into(parts.day, rest, 2, 1, 31);
}

bool take_clock(Parts& parts, std::string_view& rest) {
  return take_into(parts.hour, rest, 2, 0, 23) && take_text(rest, ":") && take_into(parts.minute, rest, 2, 0, 59) &&
         take_text(rest, ":") && take_into(parts.second, rest, 2, 0, 60);
}

bool take_zone(Parts& parts, std::string_view& rest) {
  for (const std::string_view name : {"UTC", "GMT", "Z"}) {
    if (!same_letters(rest, name)) continue;
    parts.offset_sec = 0;
    rest.remove_prefix(name.size());
    return true;
  }
  if (rest.empty() || (rest.front() != '+' && rest.front() != '-')) return false;
  const int64_t sign = rest.front() == '-' ? -1 : 1;
  rest.remove_prefix(1);
  int64_t hours = 0, minutes = 0;
  if (!take_into(hours, rest, 2, 0, 23)) return false;
  if (!rest.empty() && rest.front() == ':') rest.remove_prefix(1);
  if (!rest.empty() && is_digit(rest.front()) && !take_into(minutes, rest, 2, 0, 59)) return false;
  parts.offset_sec = sign * (hours * 3600 + minutes * 60);
  return true;
}

bool take_since_1970(Parts& parts, std::string_view& rest, int64_t unit_us) {
  const bool negative = !rest.empty() && rest.front() == '-';
  if (negative) rest.remove_prefix(1);
  const auto number = take_number(rest, 15);
  if (!number || *number > kMaxUs / unit_us) return false;
  parts.since_1970_us = *number * unit_us * (negative ? -1 : 1);
  return true;
}

}  // namespace

struct TimeDirective {
  std::string_view name;  // behind the percent sign
  bool (*take)(Parts& parts, std::string_view& rest);
};

namespace {

// clang-format off
constexpr TimeDirective kDirectives[] = {
    {"Y", [](Parts& p, std::string_view& rest) { return take_into(p.year, rest, 4, 1, 9999); }},
    {"y", take_short_year},
    {"m", [](Parts& p, std::string_view& rest) { return take_into(p.month, rest, 2, 1, 12); }},
    {"d", take_day},
    {"e", take_day},
    {"b", take_month},
    {"B", take_month},
    {"a", take_weekday},
    {"A", take_weekday},
    {"H", [](Parts& p, std::string_view& rest) { return take_into(p.hour, rest, 2, 0, 23); }},
    {"I", [](Parts& p, std::string_view& rest) { return take_into(p.hour, rest, 2, 1, 12); }},
    {"M", [](Parts& p, std::string_view& rest) { return take_into(p.minute, rest, 2, 0, 59); }},
    {"S", [](Parts& p, std::string_view& rest) { return take_into(p.second, rest, 2, 0, 60); }},
    {"p", take_half},
    {"L", take_fraction},
    {"N", take_fraction},
    {"3N", take_fraction},
    {"6N", take_fraction},
    {"9N", take_fraction},
    {"z", take_zone},
    {":z", take_zone},
    {"Z", take_zone},
    {"s", [](Parts& p, std::string_view& rest) { return take_since_1970(p, rest, base::kMicrosPerSecond); }},
    {"Q", [](Parts& p, std::string_view& rest) { return take_since_1970(p, rest, 1000); }},
    {"F", take_date},
    {"T", take_clock},
    {"%", [](Parts&, std::string_view& rest) { return take_text(rest, "%"); }}};
// clang-format on

const TimeDirective* find_directive(std::string_view text) {
  const auto* found = std::find_if(std::begin(kDirectives), std::end(kDirectives),
                                   [&](const TimeDirective& directive) { return text.starts_with(directive.name); });
  return found == std::end(kDirectives) ? nullptr : found;
}

std::optional<int64_t> to_instant(const Parts& parts, const date::time_zone* zone) {
  if (parts.since_1970_us) return parts.since_1970_us;
  const date::year_month_day day =
      date::year(static_cast<int>(parts.year)) / static_cast<unsigned>(parts.month) / static_cast<unsigned>(parts.day);
  if (!day.ok()) return std::nullopt;
  const int64_t hour = parts.afternoon ? parts.hour % 12 + (*parts.afternoon ? 12 : 0) : parts.hour;
  const auto local = date::local_days(day) + seconds(hour * 3600 + parts.minute * 60 + parts.second);
  int64_t second = local.time_since_epoch().count();
  if (parts.offset_sec) {
    second -= *parts.offset_sec;
  } else if (zone != nullptr) {
    const date::local_info info = zone->get_info(local);
    if (info.result == date::local_info::nonexistent) return std::nullopt;
    second -= info.first.offset.count();
  }
  return second * base::kMicrosPerSecond + parts.us;
}

}  // namespace

base::Result<TimePattern> TimePattern::parse(std::string_view pattern, std::string_view zone_name) {
  TimePattern result;
  if (!zone_name.empty() && zone_name != "UTC") {
    const auto zone = find_time_zone(zone_name);
    if (!zone.ok()) return zone.status();
    result.zone_ = *zone;
  }
  std::string_view rest = pattern;
  for (size_t percent = rest.find('%'); percent != std::string_view::npos; percent = rest.find('%')) {
    const TimeDirective* directive = find_directive(rest.substr(percent + 1));
    if (directive == nullptr) {
      return base::Status(base::Code::config, "'" + std::string(rest.substr(percent, 2)) +
                                                  "' is no directive that can be read: use those of strptime, such as "
                                                  "%Y-%m-%d %H:%M:%S %z");
    }
    result.pieces_.push_back({std::string(rest.substr(0, percent)), directive});
    rest.remove_prefix(percent + 1 + directive->name.size());
  }
  result.end_ = rest;
  if (!pattern.empty() && result.pieces_.empty()) {
    return base::Status(base::Code::config, "has no directive: no time could be read with it");
  }
  return result;
}

std::optional<int64_t> TimePattern::read(std::string_view text) const {
  if (pieces_.empty()) {
    const auto time = base::parse_time(text);
    return time ? std::optional(time->us) : std::nullopt;
  }
  Parts parts;
  for (const Piece& piece : pieces_) {
    if (!take_text(text, piece.text) || !piece.directive->take(parts, text)) return std::nullopt;
  }
  if (!take_text(text, end_) || !text.empty()) return std::nullopt;
  const auto us = to_instant(parts, zone_);
  return us && *us >= kMinUs && *us <= kMaxUs ? us : std::nullopt;
}

}  // namespace bulkload
