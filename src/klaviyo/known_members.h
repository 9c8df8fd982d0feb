// Members of a JSON object whose keys are known beforehand, in whatever order they come.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "klaviyo/json_index.h"
#include "klaviyo/json_text.h"

namespace klaviyo {

/// `values` are in the order of `names`; 0: missing (no member has token 0). Of equal keys the last one counts.
template <size_t size>
struct KnownMembers {
  const std::array<std::string_view, size>& names;
  std::array<JsonIndex::Token, size> values{};
  std::string_view twice = {};  // a name that came twice; empty: none

  KnownMembers(const std::array<std::string_view, size>& keys, const JsonIndex& json, JsonIndex::Token object)
      : names(keys) {
    size_t hint = 0;
    for (JsonMembers member(json, object); member; ++member) {
      const std::string_view key = member.key();
      if (take(key, member.value(), hint)) continue;
      if (has_escape(key)) take(unescape_json(key), member.value(), hint);
    }
  }

 private:
  bool take(std::string_view key, JsonIndex::Token value, size_t& hint) {
    for (size_t tried = 0; tried < size; ++tried, ++hint) {
      if (hint == size) hint = 0;
      if (names[hint] != key) continue;
      if (values[hint] != 0) twice = names[hint];
      values[hint++] = value;
      return true;
    }
    return false;
  }
};

}  // namespace klaviyo
