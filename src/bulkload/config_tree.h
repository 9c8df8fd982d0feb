// A configuration as a tree of texts, each with its place in the user's files. No type is guessed: `no`, `012` and
// `2026-07-15` stay what they are.
//
// Bounded while it is read: 64 levels, 10,000 nodes, 64 KiB a text. Refused: anchors, aliases, tags, merge keys, keys
// that are not text, keys given twice, several documents.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bulkload/config_text.h"

namespace bulkload {

struct ConfigNode {
  enum class Kind : uint8_t { null, scalar, list, map };

  Kind kind = Kind::null;
  Place place;                    // of the key, for a value in a map
  std::string key;                // in a map
  std::string text;               // of a scalar
  std::vector<ConfigNode> items;  // of a list or map, in the order of the text

  bool is_null() const { return kind == Kind::null; }
  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_list() const { return kind == Kind::list; }
  bool is_map() const { return kind == Kind::map; }

  /// Value of a key, or nullptr.
  const ConfigNode* find(std::string_view name) const;
  ConfigNode* find(std::string_view name);
};

/// YAML or JSON. An empty document is null; so is one with a problem, which is then appended.
ConfigNode parse_config_tree(const ConfigText& text, ConfigProblems& problems);

/// Lays `diff` over `base` as Embulk does: maps key by key, lists element by element, everything else replaces; a null
/// replaces too.
void merge_config(ConfigNode& base, const ConfigNode& diff);

/// JSON in one line; every scalar is a string.
std::string to_json(const ConfigNode& node);

/// A whole number >= 1, or nothing.
std::optional<int64_t> parse_count(std::string_view text);

}  // namespace bulkload
