// One attribute value of one row: what filters compare and sorts order.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace emulator {

struct Value {
  enum class Kind { boolean, integer, decimal, instant, text, null };

  static Value null() { return {}; }
  static Value of_boolean(bool value) { return {Kind::boolean, value ? 1 : 0, 0, {}}; }
  static Value of_integer(int64_t value) { return {Kind::integer, value, 0, {}}; }
  static Value of_decimal(double value) { return {Kind::decimal, 0, value, {}}; }
  static Value of_instant(int64_t us) { return {Kind::instant, us, 0, {}}; }
  static Value of_text(std::string value) { return {Kind::text, 0, 0, std::move(value)}; }

  bool is_null() const { return kind == Kind::null; }

  Kind kind = Kind::null;
  int64_t integer = 0;  // also booleans (0, 1) and instants (microseconds)
  double decimal = 0;
  std::string text;
};

/// A total order: by value within a kind (integers and decimals are one kind), null after everything.
std::weak_ordering compare(const Value& left, const Value& right);

/// Appends a JSON string: quotes, backslashes and control characters are escaped, UTF-8 stays as it is.
void append_json_string(std::string& out, std::string_view text);

}  // namespace emulator
