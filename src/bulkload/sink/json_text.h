// JSON as text (RFC 8259): checking it, and writing strings.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bulkload {

/// Whether the text is one JSON value in UTF-8. Any nesting depth; no recursion.
bool is_json(std::string_view text);

/// Length of the UTF-8 sequence at the beginning of the text, 0 when there is none (Unicode 15, table 3-7).
size_t utf8_length(std::string_view text);

/// Appends a JSON string in double quotes. Control characters, NUL included, are escaped; bytes that are not UTF-8
/// become U+FFFD.
void append_json_string(std::string_view text, std::string& out);

}  // namespace bulkload
