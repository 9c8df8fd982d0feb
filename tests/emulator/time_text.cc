#include "time_text.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace emulator {
namespace {

struct Civil {
  int year;
  unsigned month;
  unsigned day;
  int64_t second_of_day;
  int64_t microsecond;
  unsigned weekday;
};

int64_t floor_divide(int64_t value, int64_t divisor) { return value / divisor - (value % divisor < 0 ? 1 : 0); }

Civil to_civil(int64_t us) {
  using std::chrono::days, std::chrono::sys_days, std::chrono::year_month_day;
  const int64_t day_number = floor_divide(us, kDay);
  const int64_t within = us - day_number * kDay;
  const sys_days day{days{day_number}};
  const year_month_day date{day};
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          within / kSecond,
          within % kSecond,
          std::chrono::weekday{day}.c_encoding()};
}

void append_padded(std::string& out, int64_t value, int width) {
  std::array<char, 20> digits{};
  for (int place = width - 1; place >= 0; --place, value /= 10) {
    digits[static_cast<size_t>(place)] = static_cast<char>('0' + value % 10);
  }
  out.append(digits.data(), static_cast<size_t>(width));
}

void append_date_time(std::string& out, int64_t us, char separator) {
  const Civil civil = to_civil(us);
  append_padded(out, civil.year, 4);
  out += '-';
  append_padded(out, civil.month, 2);
  out += '-';
  append_padded(out, civil.day, 2);
  out += separator;
  append_padded(out, civil.second_of_day / 3600, 2);
  out += ':';
  append_padded(out, civil.second_of_day / 60 % 60, 2);
  out += ':';
  append_padded(out, civil.second_of_day % 60, 2);
  if (civil.microsecond != 0) {
    out += '.';
    append_padded(out, civil.microsecond, 6);
  }
}

// Reads a text from left to right; every member function leaves the text as it is when it does not match.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool empty() const { return rest_.empty(); }

  bool take(char character) {
    if (rest_.empty() || rest_.front() != character) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<int> number(size_t width) {
    if (rest_.size() < width) return std::nullopt;
    int value = 0;
    for (size_t i = 0; i < width; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return std::nullopt;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(width);
    return value;
  }

  // 1 to 9 digits after the decimal point, as microseconds.
  std::optional<int64_t> fraction() {
    int64_t value = 0;
    size_t digits = 0;
    for (; digits < 9 && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; ++digits) {
      if (digits < 6) value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    if (digits == 0) return std::nullopt;
    for (size_t i = digits; i < 6; ++i) value *= 10;
    return value;
  }

 private:
  std::string_view rest_;
};

std::optional<int64_t> parse_date(Reader& reader) {
  using std::chrono::day, std::chrono::month, std::chrono::sys_days, std::chrono::year, std::chrono::year_month_day;
  const auto y = reader.number(4);
  if (!y || !reader.take('-')) return std::nullopt;
  const auto m = reader.number(2);
  if (!m || !reader.take('-')) return std::nullopt;
  const auto d = reader.number(2);
  if (!d || *y == 0) return std::nullopt;
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  return sys_days{date}.time_since_epoch().count() * kDay;
}

std::optional<int64_t> parse_time_of_day(Reader& reader) {
  const auto hour = reader.number(2);
  if (!hour || *hour > 23 || !reader.take(':')) return std::nullopt;
  const auto minute = reader.number(2);
  if (!minute || *minute > 59) return std::nullopt;
  int64_t us = (*hour * 3600 + *minute * 60) * kSecond;
  if (reader.take(':')) {
    const auto second = reader.number(2);
    if (!second || *second > 59) return std::nullopt;
    us += *second * kSecond;
    if (reader.take('.')) {
      const auto fraction = reader.fraction();
      if (!fraction) return std::nullopt;
      us += *fraction;
    }
  }
  return us;
}

// Microseconds to take away; 0 without a zone.
std::optional<int64_t> parse_zone(Reader& reader) {
  if (reader.empty() || reader.take('Z')) return 0;
  const int sign = reader.take('+') ? 1 : reader.take('-') ? -1 : 0;
  if (sign == 0) return std::nullopt;
  const auto hour = reader.number(2);
  if (!hour || *hour > 23) return std::nullopt;
  reader.take(':');
  const auto minute = reader.number(2);
  if (!minute || *minute > 59) return std::nullopt;
  return sign * (*hour * 3600 + *minute * 60) * kSecond;
}

}  // namespace

std::optional<int64_t> parse_instant(std::string_view text) {
  Reader reader(text);
  const auto date = parse_date(reader);
  if (!date) return std::nullopt;
  if (reader.empty()) return date;
  if (!reader.take('T') && !reader.take(' ')) return std::nullopt;
  const auto time = parse_time_of_day(reader);
  if (!time) return std::nullopt;
  const auto zone = parse_zone(reader);
  if (!zone || !reader.empty()) return std::nullopt;
  return *date + *time - *zone;
}

void append_instant(std::string& out, int64_t us, char separator) {
  append_date_time(out, us, separator);
  out += "+00:00";
}

std::string format_utc(int64_t us) {
  std::string out;
  append_date_time(out, us, 'T');
  return out + 'Z';
}

std::string format_http_date(int64_t us) {
  static constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Civil civil = to_civil(us);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT", kDays.at(civil.weekday), civil.day,
                kMonths.at(civil.month - 1), civil.year, static_cast<int>(civil.second_of_day / 3600),
                static_cast<int>(civil.second_of_day / 60 % 60), static_cast<int>(civil.second_of_day % 60));
  return text.data();
}

int64_t now_us() {
  using std::chrono::duration_cast, std::chrono::microseconds, std::chrono::system_clock;
  return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace emulator
