#include "klaviyo/json_walk.h"

#include "klaviyo/json_text.h"

namespace klaviyo {

namespace {

using Token = JsonIndex::Token;

std::optional<Token> find_member(const JsonIndex& json, Token object, std::string_view key) {
  for (JsonMembers member(json, object); member; ++member) {
    const std::string_view escaped = member.key();
    const bool found = has_escape(escaped) ? unescape_json(escaped) == key : escaped == key;
    if (found) return member.value();
  }
  return std::nullopt;
}

std::optional<Token> find_element(const JsonIndex& json, Token array, uint32_t index) {
  for (JsonElements element(json, array); element; ++element, --index) {
    if (index == 0) return element.value();
  }
  return std::nullopt;
}

}  // namespace

std::optional<Token> find_value(const JsonIndex& json, Token value, const std::vector<JsonStep>& steps) {
  std::optional<Token> at = value;
  for (const JsonStep& step : steps) {
    const char kind = json.kind(*at);
    if (kind == '{') {
      at = find_member(json, *at, step.key);
    } else if (kind == '[' && step.index) {
      at = find_element(json, *at, *step.index);
    } else {
      at = std::nullopt;
    }
    if (!at) break;
  }
  return at;
}

}  // namespace klaviyo
