#include "cursor.h"

#include <nlohmann/json.hpp>

namespace emulator {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode_base64url(std::string_view bytes) {
  std::string out;
  uint32_t buffer = 0;
  unsigned bits = 0;
  for (const char byte : bytes) {
    buffer = (buffer << 8U) | static_cast<unsigned char>(byte);
    for (bits += 8; bits >= 6; bits -= 6) out += kAlphabet[(buffer >> (bits - 6)) & 63U];
  }
  if (bits > 0) out += kAlphabet[(buffer << (6 - bits)) & 63U];
  return out;
}

std::optional<std::string> decode_base64url(std::string_view text) {
  std::string out;
  uint32_t buffer = 0;
  unsigned bits = 0;
  for (const char digit : text) {
    const size_t value = kAlphabet.find(digit);
    if (value == std::string_view::npos) return std::nullopt;
    buffer = (buffer << 6U) | static_cast<uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>((buffer >> bits) & 255U);
    }
  }
  return out;
}

}  // namespace

std::string encode_cursor(const Cursor& cursor) {
  const nlohmann::json json{cursor.from_start,    static_cast<int>(cursor.value.kind),
                            cursor.value.integer, cursor.value.decimal,
                            cursor.value.text,    cursor.row,
                            cursor.binding,       cursor.nonce,
                            cursor.issued_us};
  return encode_base64url(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::optional<Cursor> decode_cursor(std::string_view text) {
  const auto bytes = decode_base64url(text);
  if (!bytes) return std::nullopt;
  const auto json = nlohmann::json::parse(*bytes, nullptr, false);
  if (!json.is_array() || json.size() != 9) return std::nullopt;
  Cursor out;
  try {
    const int kind = json[1].get<int>();
    if (kind < 0 || kind > static_cast<int>(Value::Kind::null)) return std::nullopt;
    out.from_start = json[0].get<bool>();
    out.value = {static_cast<Value::Kind>(kind), json[2].get<int64_t>(), json[3].get<double>(),
                 json[4].get<std::string>()};
    out.row = json[5].get<int64_t>();
    out.binding = json[6].get<std::string>();
    out.nonce = json[7].get<int64_t>();
    out.issued_us = json[8].get<int64_t>();
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
  // Anything but the exact text (other padding bits, other spacing) is no cursor of ours.
  if (encode_cursor(out) != text) return std::nullopt;
  return out;
}

}  // namespace emulator
