#include "klaviyo/json_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace klaviyo {

namespace {

constexpr uint32_t kReplacement = 0xFFFD;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Four hexadecimal digits at the beginning of `text`, or -1.
int32_t hex4(std::string_view text) {
  if (text.size() < 4) return -1;
  int32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + 4, value, 16);
  return error == std::errc() && end == text.data() + 4 && text[0] != '-' ? value : -1;
}

bool is_high_surrogate(int32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low_surrogate(int32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

char* put_utf8(uint32_t code, char* out) {
  const auto put = [&out](uint32_t byte) { *out++ = static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
  return out;
}

/// Decodes `\u….` or a surrogate pair at the beginning of `escape`; 0: malformed. Else how many bytes it takes.
size_t unicode_escape(std::string_view escape, uint32_t& code) {
  const int32_t unit = hex4(escape.substr(2));
  if (unit < 0) return 0;
  if (is_high_surrogate(unit) && escape.substr(6, 2) == "\\u") {
    const int32_t low = hex4(escape.substr(8));
    if (is_low_surrogate(low)) {
      code = 0x10000 + (static_cast<uint32_t>(unit - 0xD800) << 10) + static_cast<uint32_t>(low - 0xDC00);
      return 12;
    }
  }
  code = is_high_surrogate(unit) || is_low_surrogate(unit) ? kReplacement : static_cast<uint32_t>(unit);
  return 6;
}

char simple_escape(char letter) {
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
  const size_t at = kLetters.find(letter);
  return at == std::string_view::npos ? '\0' : kValues[at];
}

const char* skip_digits(const char* at, const char* end) {
  while (at != end && is_digit(*at)) ++at;
  return at;
}

/// A number as digits × 10^exponent, without zeros at either end of the digits.
struct Decimal {
  static constexpr int kMaxDigits = 19;  // of an int64

  bool negative = false;
  uint64_t digits = 0;
  int64_t digit_count = 0;  // beyond kMaxDigits, `digits` means nothing
  int64_t exponent = 0;
};

int64_t saturated_exponent(std::string_view text) {
  constexpr int64_t kHuge = std::numeric_limits<int64_t>::max() / 4;
  if (text.starts_with('+')) text.remove_prefix(1);
  int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec == std::errc::result_out_of_range) return text.starts_with('-') ? -kHuge : kHuge;
  return std::clamp(value, -kHuge, kHuge);
}

Decimal to_decimal(std::string_view number) {
  Decimal decimal;
  decimal.negative = number.starts_with('-');
  const size_t mantissa_end = std::min(number.find_first_of("eE"), number.size());
  bool fraction = false;
  int64_t zeros = 0;  // seen since the last other digit: digits only when another one follows
  for (const char c : number.substr(0, mantissa_end)) {
    if (c == '.') fraction = true;
    if (!is_digit(c)) continue;
    if (fraction) --decimal.exponent;
    if (c == '0') {
      ++zeros;
      continue;
    }
    decimal.digit_count += decimal.digit_count == 0 ? 1 : zeros + 1;
    if (decimal.digit_count <= Decimal::kMaxDigits) {
      for (; decimal.digits != 0 && zeros > 0; --zeros) decimal.digits *= 10;
      decimal.digits = decimal.digits * 10 + static_cast<uint64_t>(c - '0');
    }
    zeros = 0;
  }
  decimal.exponent += zeros;
  if (mantissa_end < number.size()) decimal.exponent += saturated_exponent(number.substr(mantissa_end + 1));
  return decimal;
}

}  // namespace

bool unescape_json(std::string_view escaped, char* out, size_t& size) {
  char* const begin = out;
  bool whole = true;
  while (!escaped.empty()) {
    const size_t plain = std::min(escaped.find('\\'), escaped.size());
    std::memcpy(out, escaped.data(), plain);
    out += plain;
    escaped.remove_prefix(plain);
    if (escaped.empty()) break;

    size_t taken = 0;
    if (escaped.size() > 1 && escaped[1] == 'u') {
      uint32_t code = 0;
      taken = unicode_escape(escaped, code);
      if (taken > 0) {
        out = put_utf8(code, out);
        whole = whole && !(code == kReplacement && hex4(escaped.substr(2)) != static_cast<int32_t>(kReplacement));
      }
    } else if (escaped.size() > 1 && simple_escape(escaped[1]) != '\0') {
      *out++ = simple_escape(escaped[1]);
      taken = 2;
    }
    if (taken == 0) {
      *out++ = '\\';
      taken = 1;
      whole = false;
    }
    escaped.remove_prefix(taken);
  }
  size = static_cast<size_t>(out - begin);
  return whole;
}

std::string unescape_json(std::string_view escaped) {
  std::string text(escaped.size(), '\0');
  size_t size = 0;
  (void)unescape_json(escaped, text.data(), size);
  text.resize(size);
  return text;
}

std::string quote_json(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) {
      quoted.append("\\u00") += kDigits[byte >> 4];
      quoted += kDigits[byte & 15];
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

const char* end_of_json_number(const char* begin, const char* end) {
  const char* at = begin;
  if (at != end && *at == '-') ++at;
  if (at == end || !is_digit(*at)) return nullptr;
  at = *at == '0' ? at + 1 : skip_digits(at, end);
  if (at != end && *at == '.') {
    const char* const digits = at + 1;
    at = skip_digits(digits, end);
    if (at == digits) return nullptr;
  }
  if (at != end && (*at == 'e' || *at == 'E')) {
    const char* digits = at + 1;
    if (digits != end && (*digits == '+' || *digits == '-')) ++digits;
    at = skip_digits(digits, end);
    if (at == digits) return nullptr;
  }
  return at;
}

bool is_json_number(std::string_view text) {
  const char* const end = text.data() + text.size();
  return !text.empty() && end_of_json_number(text.data(), end) == end;
}

std::optional<int64_t> exact_int64(std::string_view number) {
  int64_t value = 0;
  const char* const end = number.data() + number.size();
  const auto parsed = std::from_chars(number.data(), end, value);
  if (parsed.ec == std::errc() && parsed.ptr == end) return value;

  const Decimal decimal = to_decimal(number);
  if (decimal.digit_count == 0) return 0;
  if (decimal.exponent < 0 || decimal.digit_count > Decimal::kMaxDigits ||
      decimal.exponent > Decimal::kMaxDigits - decimal.digit_count) {
    return std::nullopt;
  }
  uint64_t magnitude = decimal.digits;  // at most 19 digits, with the zeros too: no overflow
  for (int64_t i = 0; i < decimal.exponent; ++i) magnitude *= 10;
  constexpr auto kMax = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (magnitude > kMax + (decimal.negative ? 1 : 0)) return std::nullopt;
  return static_cast<int64_t>(decimal.negative ? 0 - magnitude : magnitude);
}

std::optional<double> exact_float64(std::string_view number) {
  constexpr double kAllIntegersBelow = 9007199254740992;  // 2^53
  double value = 0;
  const char* const end = number.data() + number.size();
  const auto parsed = std::from_chars(number.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  if (std::abs(value) < kAllIntegersBelow || number.find_first_of("eE") != std::string_view::npos) return value;

  const size_t point = std::min(number.find('.'), number.size());
  if (number.find_first_not_of('0', std::min(point + 1, number.size())) != std::string_view::npos) return value;
  char digits[std::numeric_limits<double>::max_exponent10 + 3];
  const auto written = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed, 0);
  const std::string_view exact(digits, static_cast<size_t>(written.ptr - digits));
  return exact == number.substr(0, point) ? std::optional(value) : std::nullopt;
}

}  // namespace klaviyo
