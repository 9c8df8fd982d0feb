#include "query_string.h"

#include <algorithm>
#include <optional>

namespace emulator {
namespace {

constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
// Besides unreserved ones and escapes: the sub-delimiters and the few others a query may hold. Brackets are taken in
// names, where every client leaves them, but not in values.
constexpr std::string_view kQueryCharacters = "!$'()*,;:@/?+%";

int hex_digit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  return -1;
}

bool is_legal(std::string_view text, std::string_view also) {
  return std::all_of(text.begin(), text.end(), [&](char character) {
    return kUnreserved.find(character) != std::string_view::npos ||
           kQueryCharacters.find(character) != std::string_view::npos || also.find(character) != std::string_view::npos;
  });
}

Outcome<Parameter> parse_parameter(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) return bad_parameter(std::string(text), "A parameter needs a value.");
  const std::string_view raw_value = text.substr(equals + 1);
  const auto name = percent_decode(text.substr(0, equals));
  const auto value = percent_decode(raw_value);
  if (!name || name->empty()) return bad_parameter(std::string(text), "A parameter's name is not encoded correctly.");
  if (!value || !is_legal(text.substr(0, equals), "[]") || !is_legal(raw_value, "=")) {
    return bad_parameter(*name, "The value of '" + *name + "' is not percent-encoded correctly.");
  }
  return Parameter{*name, *value};
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

Outcome<std::vector<Parameter>> parse_query(std::string_view query) {
  std::vector<Parameter> out;
  while (!query.empty()) {
    const size_t ampersand = query.find('&');
    const std::string_view part = query.substr(0, ampersand);
    query = ampersand == std::string_view::npos ? std::string_view() : query.substr(ampersand + 1);
    if (part.empty()) continue;
    auto parameter = parse_parameter(part);
    if (auto* refusal = std::get_if<Refusal>(&parameter)) return std::move(*refusal);
    auto& parsed = std::get<Parameter>(parameter);
    if (find_parameter(out, parsed.name) != nullptr) {
      return bad_parameter(parsed.name, "The parameter '" + parsed.name + "' is there more than once.");
    }
    out.push_back(std::move(parsed));
  }
  return out;
}

const std::string* find_parameter(const std::vector<Parameter>& parameters, std::string_view name) {
  for (const Parameter& parameter : parameters) {
    if (parameter.name == name) return &parameter.value;
  }
  return nullptr;
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  if (text.empty()) return out;
  for (size_t begin = 0, end = 0; end != std::string_view::npos; begin = end + 1) {
    end = text.find(',', begin);
    out.emplace_back(text.substr(begin, end - begin));
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char character : text) {
    if (kUnreserved.find(character) != std::string_view::npos) {
      out += character;
    } else {
      const auto code = static_cast<unsigned char>(character);
      out += '%';
      out += kHex[code >> 4U];
      out += kHex[code & 15U];
    }
  }
  return out;
}

std::string build_query(const std::vector<Parameter>& parameters) {
  std::string out;
  for (const Parameter& parameter : parameters) {
    if (!out.empty()) out += '&';
    out += percent_encode(parameter.name) + '=' + percent_encode(parameter.value);
  }
  return out;
}

}  // namespace emulator
