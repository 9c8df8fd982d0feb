// Where in a JSON column a value is: `event_properties.$value`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace klaviyo {

/// One step down: into a member of an object or, when it is all digits and not quoted, an element of an array.
struct JsonStep {
  std::string key;                // decoded
  std::optional<uint32_t> index;  // counted from 0
};

struct JsonPath {
  std::string text;  // as it is written
  std::string column;
  std::vector<JsonStep> steps;  // at least one
};

/// Parts separated by dots, the column first. A part in double quotes may hold dots and, behind a backslash, quotes and
/// backslashes; in one without quotes a backslash takes the character behind it as it is: `properties."a.b"` is
/// `properties.a\.b`. An empty part must be quoted. Nothing for any other text, and for a column alone.
std::optional<JsonPath> parse_json_path(std::string_view text);

/// The path of `steps` below `parent` in additional_attributes, escaped as in JSON: parts joined by '.', a '.' in a
/// part written `\.`.
std::string path_below(std::string_view parent, const std::vector<JsonStep>& steps);

}  // namespace klaviyo
