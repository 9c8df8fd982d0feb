// Scalars of JSON texts, exactly: strings decoded, numbers taken only when nothing of them is lost. Independent of the
// locale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace klaviyo {

/// Whether the inside of a string literal differs from its text.
inline bool has_escape(std::string_view escaped) { return escaped.find('\\') != std::string_view::npos; }

/// Decodes a JSON string literal's inside (without quotes) into UTF-8. False when an escape was a lone surrogate (then
/// U+FFFD) or malformed (then kept as it is). `out` must have room for `escaped.size()` bytes; the size is returned
/// through `size`.
bool unescape_json(std::string_view escaped, char* out, size_t& size);

/// The same into a string of its own. Lone surrogates become U+FFFD.
std::string unescape_json(std::string_view escaped);

/// A string literal of valid UTF-8, with its quotes.
std::string quote_json(std::string_view text);

/// The end of the number (RFC 8259 section 6) at the beginning of [begin, end); nullptr when there is none.
const char* end_of_json_number(const char* begin, const char* end);

/// Whether the whole text is one number.
bool is_json_number(std::string_view text);

/// The value of a number that is an integer in range, however it is written: `4`, `4.0`, `4e0`, `40e-1`.
std::optional<int64_t> exact_int64(std::string_view number);

/// The nearest double; nothing when the number is out of a double's range, or is an integer written without exponent
/// that the double does not equal (9007199254740993).
std::optional<double> exact_float64(std::string_view number);

}  // namespace klaviyo
