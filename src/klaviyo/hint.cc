#include "klaviyo/hint.h"

#include <algorithm>

#include "base/edit_distance.h"

namespace klaviyo {

namespace {

constexpr size_t kLongestShown = 40;
constexpr size_t kShortestPart = 3;
constexpr size_t kPartDistance = 2;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

// `token` is nearer to api_token than to type.
size_t distance(std::string_view from, std::string_view to) {
  const bool is_part = std::min(from.size(), to.size()) >= kShortestPart &&
                       (from.find(to) != std::string_view::npos || to.find(from) != std::string_view::npos);
  return is_part ? std::min(kPartDistance, base::edit_distance(from, to)) : base::edit_distance(from, to);
}

bool printable(char c) { return c >= ' ' && c <= '~'; }

}  // namespace

std::string quote(std::string_view text) {
  if (text.empty()) return "an empty text";
  if (text.size() > kLongestShown) return "a text of " + std::to_string(text.size()) + " bytes";
  if (!std::all_of(text.begin(), text.end(), printable)) return "a text with unprintable characters";
  if (lowered(text).find("pk_") != std::string::npos || lowered(text).find("token:") != std::string::npos) {
    return "a text like a private key";
  }
  return "'" + std::string(text) + "'";
}

std::string key_label(std::string_view key) {
  const std::string shown = quote(key);
  return shown.front() == '\'' ? std::string(key) : "(" + shown + ")";
}

std::string_view nearest(std::string_view text, std::span<const std::string_view> candidates) {
  if (text.size() > kLongestShown) return {};
  const std::string wanted = lowered(text);
  std::string_view best;
  size_t fewest = SIZE_MAX;
  for (const std::string_view candidate : candidates) {
    const size_t count = distance(wanted, lowered(candidate));
    if (count >= fewest) continue;
    fewest = count;
    best = candidate;
  }
  return best;
}

std::string did_you_mean(std::string_view text, std::span<const std::string_view> candidates) {
  const std::string_view name = nearest(text, candidates);
  return name.empty() ? std::string() : "; did you mean '" + std::string(name) + "'?";
}

std::string name_list(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text.empty() ? "none" : text;
}

}  // namespace klaviyo
