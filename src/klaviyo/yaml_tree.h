// YAML or JSON text as a small tree of texts. No type is guessed: `no`, `012` and `2026-07-15` stay what they are.
//
// Bounded while it is read: 1 MiB, 64 levels, 10,000 nodes, 64 KiB a text. Refused: anchors, aliases, tags, merge keys,
// keys that are not text, keys given twice, several documents, control characters, anything but UTF-8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace klaviyo {

struct YamlNode {
  enum class Kind : uint8_t { null, scalar, list, map };

  Kind kind = Kind::null;
  int line = 1;                 // counted from 1; of the key, for a value in a map
  std::string key;              // in a map
  std::string text;             // of a scalar
  std::vector<YamlNode> items;  // of a list or a map, in the order of the text; no key twice
};

/// What is wrong with a configuration: `text` reads "key: what is wrong and what to do".
struct Problem {
  int line = 1;
  std::string text;
};

struct YamlTree {
  YamlNode root;
  std::vector<Problem> problems;
  bool complete = false;  // false: the text could not be read to its end, and the root is null
};

/// Never throws but for lack of memory.
YamlTree parse_yaml_tree(std::string_view text);

}  // namespace klaviyo
