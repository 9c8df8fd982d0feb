#include "bulkload/text_format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "base/text_time.h"
#include "bulkload/sink/registry.h"

namespace bulkload {

namespace {

constexpr int64_t kSecond = base::kMicrosPerSecond;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Bytes of the UTF-8 sequence at the beginning of a non-empty `text`; 0 when there is none (RFC 3629).
size_t sequence_size(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  size_t size = 0;
  unsigned lowest = 0x80;
  unsigned highest = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) size = 2;
  if (first >= 0xE0 && first <= 0xEF) size = 3;
  if (first >= 0xF0 && first <= 0xF4) size = 4;
  if (first == 0xE0) lowest = 0xA0;   // overlong
  if (first == 0xED) highest = 0x9F;  // surrogates
  if (first == 0xF0) lowest = 0x90;   // overlong
  if (first == 0xF4) highest = 0x8F;  // beyond U+10FFFF
  if (size == 0 || text.size() < size || byte(1) < lowest || byte(1) > highest) return 0;
  return std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(size), is_continuation) ? size : 0;
}

std::string hex_escape(char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  return {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
}

std::string escape_control(char c) {
  if (c == '\n') return "\\n";
  if (c == '\r') return "\\r";
  if (c == '\t') return "\\t";
  return hex_escape(c);
}

std::string with_one_decimal(double value, std::string_view unit) {
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.1f ", value);
  return std::string(text.data(), static_cast<size_t>(size)) + std::string(unit);
}

std::string two_digits(int64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); }

}  // namespace

std::string escape_controls(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  while (!text.empty()) {
    const size_t size = sequence_size(text);
    const bool control = size == 1 && (static_cast<unsigned char>(text[0]) < 0x20 || text[0] == 0x7F);
    const bool c1_control = size == 2 && text[0] == '\xC2' && static_cast<unsigned char>(text[1]) < 0xA0;
    if (size == 0 || control) {
      escaped += escape_control(text[0]);
    } else if (c1_control) {
      escaped += hex_escape(text[1]);
    } else {
      escaped += text.substr(0, size);
    }
    text.remove_prefix(std::max<size_t>(size, 1));
  }
  return escaped;
}

size_t display_width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

size_t find_invalid_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t size = sequence_size(text.substr(at));
    if (size == 0) return at;
    at += size;
  }
  return std::string_view::npos;
}

std::string format_count(int64_t count) {
  std::string digits = std::to_string(count);
  const size_t first = count < 0 ? 1 : 0;
  for (size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string format_bytes(int64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {"kB", "MB", "GB", "TB", "PB"};
  if (bytes < 1000) return std::to_string(bytes) + " B";
  double value = static_cast<double>(bytes) / 1000;
  size_t unit = 0;
  for (; value >= 999.95 && unit + 1 < kUnits.size(); ++unit) value /= 1000;
  return with_one_decimal(value, kUnits[unit]);
}

std::string format_duration(int64_t us) {
  if (us < kMinute) return with_one_decimal(static_cast<double>(us) / static_cast<double>(kSecond), "s");
  if (us < kHour) return std::to_string(us / kMinute) + "m" + two_digits(us % kMinute / kSecond) + "s";
  return std::to_string(us / kHour) + "h" + two_digits(us % kHour / kMinute) + "m";
}

std::string format_double(double value) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::string_view name = nearest_name(word, candidates);
  return name.empty() ? std::string() : "; did you mean '" + std::string(name) + "'?";
}

}  // namespace bulkload
