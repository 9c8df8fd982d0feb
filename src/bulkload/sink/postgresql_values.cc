#include "bulkload/sink/postgresql_values.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "bulkload/sink/json_text.h"

namespace bulkload::postgresql {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kReplacementEscape = "\\ufffd";
constexpr size_t kEscapeSize = 6;  // \uXXXX

constexpr int64_t kMostPlacesBeforePoint = 131'072;
constexpr int64_t kMostPlacesBehindPoint = 16'383;
constexpr int64_t kLargestExponent = (int64_t{1} << 30) - 2;  // numeric_in() refuses more, whatever the digits

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The code unit of a \uXXXX at the beginning of the text.
std::optional<unsigned> code_unit(std::string_view text) {
  unsigned value = 0;
  if (text.size() < kEscapeSize || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + kEscapeSize, value, 16);
  return end == text.data() + kEscapeSize ? std::optional(value) : std::nullopt;
}

bool is_high_half(unsigned unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low_half(unsigned unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

std::string as_json_string(std::string_view text) {
  std::string quoted;
  append_json_string(text, quoted);
  return quoted;
}

// Copies a JSON text, which is valid, with the escapes and numbers that jsonb has no room for exchanged.
class JsonbCopy {
 public:
  explicit JsonbCopy(std::string_view json) : left_(json) { out_.reserve(json.size()); }

  std::string run() {
    while (!left_.empty()) {
      if (left_.front() == '"') {
        copy_string();
      } else if (left_.front() == '-' || is_digit(left_.front())) {
        copy_number();
      } else {
        copy(1);
      }
    }
    return std::move(out_);
  }

 private:
  void copy(size_t count) {
    out_.append(left_.substr(0, count));
    left_.remove_prefix(count);
  }

  void copy_string() {
    copy(1);
    for (;;) {
      copy(std::min(left_.find_first_of("\"\\"), left_.size()));
      if (left_.empty()) return;
      if (left_.front() == '"') return copy(1);
      copy_escape();
    }
  }

  void copy_escape() {
    const auto unit = code_unit(left_);
    if (!unit) return copy(2);
    if (is_high_half(*unit)) {
      const auto next = code_unit(left_.substr(kEscapeSize));
      if (next && is_low_half(*next)) return copy(2 * kEscapeSize);
    }
    const bool refused = *unit == 0 || is_high_half(*unit) || is_low_half(*unit);
    if (!refused) return copy(kEscapeSize);
    out_.append(kReplacementEscape);
    left_.remove_prefix(kEscapeSize);
  }

  void copy_number() {
    const std::string_view number = left_.substr(0, left_.find_first_not_of("+-.0123456789Ee"));
    left_.remove_prefix(number.size());
    out_.append(fits_numeric(number) ? std::string(number) : as_json_string(number));
  }

  std::string_view left_;
  std::string out_;
};

}  // namespace

bool is_beyond_json(std::string_view json) {
  if (json.size() > kLargestJson) return true;
  if (json.size() < 2 * kDeepestJson) return false;
  // Counting all brackets is much faster than telling those in strings apart.
  const auto brackets = std::count(json.begin(), json.end(), '[') + std::count(json.begin(), json.end(), '{');
  if (static_cast<size_t>(brackets) <= kDeepestJson) return false;
  size_t depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') in_string = !in_string;
    if (in_string) {
      if (c == '\\') ++i;
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepestJson) return true;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return false;
}

bool fits_numeric(std::string_view number) {
  int64_t before_point = 0;
  int64_t behind_point = 0;
  int64_t zeros = 0;  // before the first other digit
  bool point = false;
  bool zero = true;
  size_t at = number.starts_with('-') ? 1 : 0;
  for (; at < number.size() && (is_digit(number[at]) || number[at] == '.'); ++at) {
    if (number[at] == '.') {
      point = true;
      continue;
    }
    ++(point ? behind_point : before_point);
    zero = zero && number[at] == '0';
    if (zero) ++zeros;
  }
  int64_t exponent = 0;
  if (at < number.size()) {  // e or E
    ++at;
    if (number[at] == '+') ++at;
    const auto [end, error] = std::from_chars(number.data() + at, number.data() + number.size(), exponent);
    if (error != std::errc() || exponent > kLargestExponent || exponent < -kLargestExponent) return false;
  }
  return behind_point - exponent <= kMostPlacesBehindPoint &&
         (zero || before_point - zeros + exponent <= kMostPlacesBeforePoint);
}

std::string storable_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t length = text.front() == '\0' ? 0 : utf8_length(text);
    out.append(length > 0 ? text.substr(0, length) : kReplacement);
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return out;
}

std::string storable_json(std::string_view json) {
  std::string text = storable_text(json);
  return is_beyond_json(text) || !is_json(text) ? as_json_string(text) : text;
}

std::string storable_jsonb(std::string_view json) { return JsonbCopy(storable_json(json)).run(); }

}  // namespace bulkload::postgresql
