#include "value.h"

#include <array>

namespace emulator {
namespace {

bool is_number(const Value& value) { return value.kind == Value::Kind::integer || value.kind == Value::Kind::decimal; }

double as_decimal(const Value& value) {
  return value.kind == Value::Kind::integer ? static_cast<double>(value.integer) : value.decimal;
}

}  // namespace

std::weak_ordering compare(const Value& left, const Value& right) {
  if (left.kind != right.kind) {
    if (!is_number(left) || !is_number(right)) return left.kind <=> right.kind;
    const double l = as_decimal(left);
    const double r = as_decimal(right);
    return l < r ? std::weak_ordering::less : l > r ? std::weak_ordering::greater : std::weak_ordering::equivalent;
  }
  if (left.kind == Value::Kind::text) return left.text <=> right.text;
  if (left.kind == Value::Kind::decimal) return std::weak_order(left.decimal, right.decimal);
  return left.integer <=> right.integer;
}

void append_json_string(std::string& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  size_t plain = 0;  // where the run of characters that stay as they are begins
  for (size_t i = 0; i < text.size(); ++i) {
    const auto code = static_cast<unsigned char>(text[i]);
    if (code >= 0x20 && text[i] != '"' && text[i] != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    if (code >= 0x20) {
      out += '\\';
      out += text[i];
    } else if (text[i] == '\n') {
      out += "\\n";
    } else {
      out += "\\u00";
      out += kHex[code >> 4U];
      out += kHex[code & 15U];
    }
  }
  out.append(text, plain);
  out += '"';
}

}  // namespace emulator
