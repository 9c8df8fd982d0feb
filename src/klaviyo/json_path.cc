#include "klaviyo/json_path.h"

#include <charconv>

namespace klaviyo {

namespace {

struct Part {
  std::string text;
  bool quoted = false;
};

/// The part at the beginning of `rest`, which then begins with the dot behind it. Nothing when it is malformed.
std::optional<Part> take_part(std::string_view& rest) {
  Part part;
  part.quoted = rest.starts_with('"');
  size_t at = part.quoted ? 1 : 0;
  const char end = part.quoted ? '"' : '.';
  while (at < rest.size() && rest[at] != end) {
    if (rest[at] == '\\' && ++at == rest.size()) return std::nullopt;
    part.text += rest[at++];
  }
  if (part.quoted && at++ == rest.size()) return std::nullopt;
  rest.remove_prefix(at);
  const bool ends = rest.empty() || rest.front() == '.';
  return ends && (part.quoted || !part.text.empty()) ? std::optional(part) : std::nullopt;
}

JsonStep to_step(Part part) {
  JsonStep step;
  uint32_t index = 0;
  const char* const end = part.text.data() + part.text.size();
  const auto parsed = std::from_chars(part.text.data(), end, index);
  if (!part.quoted && parsed.ec == std::errc() && parsed.ptr == end) step.index = index;
  step.key = std::move(part.text);
  return step;
}

}  // namespace

std::optional<JsonPath> parse_json_path(std::string_view text) {
  JsonPath path;
  path.text = text;
  auto column = take_part(text);
  if (!column || column->text.empty() || text.empty()) return std::nullopt;
  path.column = std::move(column->text);
  while (!text.empty()) {
    text.remove_prefix(1);
    auto part = take_part(text);
    if (!part) return std::nullopt;
    path.steps.push_back(to_step(*std::move(part)));
  }
  return path;
}

std::string path_below(std::string_view parent, const std::vector<JsonStep>& steps) {
  std::string path(parent);
  for (const JsonStep& step : steps) {
    path += '.';
    for (const char c : step.key) {
      if (c == '.') path += "\\\\";
      if (c == '"' || c == '\\') path += '\\';
      path += c;
    }
  }
  return path;
}

}  // namespace klaviyo
