#include "base/text_time.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace base {

namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr int64_t kSecondsPerDay = 86'400;

// Reads a text from left to right; every step says whether it was there.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool at_end() const { return position_ == text_.size(); }

  bool one_of(std::string_view characters) {
    if (at_end() || characters.find(text_[position_]) == std::string_view::npos) return false;
    ++position_;
    return true;
  }

  bool word(std::string_view expected) {
    if (text_.substr(position_, expected.size()) != expected) return false;
    position_ += expected.size();
    return true;
  }

  bool digits(int count, int& value) {
    value = 0;
    for (int i = 0; i < count; ++i) {
      const int digit = peek_digit();
      if (digit < 0) return false;
      value = 10 * value + digit;
      ++position_;
    }
    return true;
  }

  int peek_digit() const {
    if (at_end() || text_[position_] < '0' || text_[position_] > '9') return -1;
    return text_[position_] - '0';
  }

  void skip() { ++position_; }

  // One of `names`, by its first `length` characters; the index of it or -1.
  template <size_t kCount>
  int name(const std::array<std::string_view, kCount>& names, size_t length) {
    for (size_t i = 0; i < kCount; ++i) {
      if (word(names[i].substr(0, length))) return static_cast<int>(i);
    }
    return -1;
  }

 private:
  std::string_view text_;
  size_t position_ = 0;
};

std::optional<int64_t> days_since_epoch(int y, int m, int d) {
  if (y < 1 || y > 9999) return std::nullopt;
  const year_month_day date{year{y}, month{static_cast<unsigned>(m)}, day{static_cast<unsigned>(d)}};
  if (!date.ok()) return std::nullopt;
  return sys_days{date}.time_since_epoch().count();
}

bool valid_time_of_day(int hour, int minute, int second) {
  if (hour == 24) return minute == 0 && second == 0;
  return hour < 24 && minute < 60 && second <= 60;
}

// `.123456789` as nanoseconds.
bool scan_fraction(Scanner& scan, int64_t& nanoseconds) {
  nanoseconds = 0;
  int count = 0;
  for (int digit = scan.peek_digit(); digit >= 0; digit = scan.peek_digit()) {
    if (++count > 9) return false;
    nanoseconds = 10 * nanoseconds + digit;
    scan.skip();
  }
  if (count == 0) return false;
  for (; count < 9; ++count) nanoseconds *= 10;
  return true;
}

// The zone at the end of a time as seconds east of UTC; nothing is UTC.
bool scan_zone(Scanner& scan, int64_t& offset_seconds) {
  offset_seconds = 0;
  scan.one_of(" ");
  if (scan.at_end() || scan.one_of("Zz") || scan.word("UTC")) return true;
  const bool west = scan.word("-");
  if (!west && !scan.word("+")) return false;
  int hours = 0;
  int minutes = 0;
  if (!scan.digits(2, hours) || hours > 23) return false;
  if (!scan.at_end()) {
    scan.word(":");
    if (!scan.digits(2, minutes) || minutes > 59) return false;
  }
  offset_seconds = (hours * 60 + minutes) * 60;
  if (west) offset_seconds = -offset_seconds;
  return true;
}

struct Fields {
  int year, hour, minute, second;
  unsigned month, day;
  int microsecond;
};

Fields fields_of(int64_t us) {
  const int64_t seconds = floor_to_second(us) / kMicrosPerSecond;
  const int64_t days = (seconds - (((seconds % kSecondsPerDay) + kSecondsPerDay) % kSecondsPerDay)) / kSecondsPerDay;
  const int of_day = static_cast<int>(seconds - days * kSecondsPerDay);
  const year_month_day date{sys_days{std::chrono::days{days}}};
  return {static_cast<int>(date.year()),
          of_day / 3600,
          of_day / 60 % 60,
          of_day % 60,
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          static_cast<int>(us - seconds * kMicrosPerSecond)};
}

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};

bool scan_time_of_day(Scanner& scan, int& hour, int& minute, int& second) {
  return scan.digits(2, hour) && scan.word(":") && scan.digits(2, minute) && scan.word(":") && scan.digits(2, second);
}

}  // namespace

std::optional<ParsedTime> parse_time(std::string_view text) {
  Scanner scan(text);
  int y = 0, m = 0, d = 0;
  if (!scan.digits(4, y) || !scan.word("-") || !scan.digits(2, m) || !scan.word("-") || !scan.digits(2, d)) {
    return std::nullopt;
  }
  const auto days = days_since_epoch(y, m, d);
  if (!days) return std::nullopt;
  int hour = 0, minute = 0, second = 0;
  int64_t nanoseconds = 0, offset_seconds = 0;
  if (!scan.at_end()) {
    if (!scan.one_of("Tt ") || !scan.digits(2, hour) || !scan.word(":") || !scan.digits(2, minute)) {
      return std::nullopt;
    }
    if (scan.word(":")) {
      if (!scan.digits(2, second)) return std::nullopt;
      if (scan.one_of(".,") && !scan_fraction(scan, nanoseconds)) return std::nullopt;
    }
    if (!scan_zone(scan, offset_seconds) || !scan.at_end()) return std::nullopt;
  }
  if (!valid_time_of_day(hour, minute, second) || (hour == 24 && nanoseconds != 0)) return std::nullopt;
  const int64_t seconds = *days * kSecondsPerDay + hour * 3600 + minute * 60 + second - offset_seconds;
  return ParsedTime{seconds * kMicrosPerSecond + nanoseconds / 1000, nanoseconds % 1000 == 0};
}

std::string format_rfc3339(int64_t us) {
  const Fields f = fields_of(us);
  char text[64];
  int size = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", f.year, f.month, f.day, f.hour, f.minute,
                           f.second);
  if (f.microsecond != 0)
    size += std::snprintf(text + size, sizeof text - static_cast<size_t>(size), ".%06d", f.microsecond);
  return std::string(text, static_cast<size_t>(size)) + "Z";
}

std::string format_utc_display(int64_t us) {
  const Fields f = fields_of(us);
  char text[64];
  int size = std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d", f.year, f.month, f.day, f.hour, f.minute,
                           f.second);
  if (f.microsecond % 1000 != 0) {
    size += std::snprintf(text + size, sizeof text - static_cast<size_t>(size), ".%06d", f.microsecond);
  } else if (f.microsecond != 0) {
    size += std::snprintf(text + size, sizeof text - static_cast<size_t>(size), ".%03d", f.microsecond / 1000);
  }
  return std::string(text, static_cast<size_t>(size)) + " UTC";
}

std::optional<int64_t> parse_http_date(std::string_view text, int64_t now_us) {
  Scanner scan(text);
  int y = 0, m = -1, d = 0, hour = 0, minute = 0, second = 0;
  if (scan.name(kDays, 9) >= 0) {  // Sunday, 06-Nov-94 08:49:37 GMT
    int short_year = 0;
    if (!scan.word(", ") || !scan.digits(2, d) || !scan.word("-") || (m = scan.name(kMonths, 3)) < 0 ||
        !scan.word("-") || !scan.digits(2, short_year) || !scan.word(" ") ||
        !scan_time_of_day(scan, hour, minute, second) || !scan.word(" GMT")) {
      return std::nullopt;
    }
    const int this_year = fields_of(now_us).year;
    y = this_year - this_year % 100 + short_year;
    if (y > this_year + 50) y -= 100;
  } else if (scan.name(kDays, 3) >= 0) {
    if (scan.word(", ")) {  // Sun, 06 Nov 1994 08:49:37 GMT
      if (!scan.digits(2, d) || !scan.word(" ") || (m = scan.name(kMonths, 3)) < 0 || !scan.word(" ") ||
          !scan.digits(4, y) || !scan.word(" ") || !scan_time_of_day(scan, hour, minute, second) ||
          !scan.word(" GMT")) {
        return std::nullopt;
      }
    } else {  // Sun Nov  6 08:49:37 1994
      if (!scan.word(" ") || (m = scan.name(kMonths, 3)) < 0 || !scan.word(" ")) return std::nullopt;
      const bool padded = scan.word(" ");
      if (!scan.digits(padded ? 1 : 2, d) || !scan.word(" ") || !scan_time_of_day(scan, hour, minute, second) ||
          !scan.word(" ") || !scan.digits(4, y)) {
        return std::nullopt;
      }
    }
  } else {
    return std::nullopt;
  }
  const auto days = days_since_epoch(y, m + 1, d);
  if (!scan.at_end() || !days || !valid_time_of_day(hour, minute, second)) return std::nullopt;
  return (*days * kSecondsPerDay + hour * 3600 + minute * 60 + second) * kMicrosPerSecond;
}

int64_t floor_to_second(int64_t us) {
  const int64_t rest = us % kMicrosPerSecond;
  return rest < 0 ? us - rest - kMicrosPerSecond : us - rest;
}

int64_t ceil_to_second(int64_t us) { return -floor_to_second(-us); }

}  // namespace base
