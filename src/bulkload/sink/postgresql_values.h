// Values that PostgreSQL has no room for, made into the nearest ones that it has.
//
// text has every character but NUL. jsonb lacks NUL and halves of surrogate pairs in strings, and numbers beyond
// numeric's range; both JSON types lack what is nested too deeply for the server's stack, and what is too large.
//   character                 becomes U+FFFD
//   number of a jsonb value   becomes a string of its digits
//   JSON as a whole           becomes a string that holds its text
#pragma once

#include <string>
#include <string_view>

namespace bulkload::postgresql {

inline constexpr size_t kDeepestJson = 1'000;  // levels; the server's default stack takes more than 10,000

/// jsonb holds at most 256 MiB, and takes up to six bytes for each byte of text.
inline constexpr size_t kLargestJson = size_t{32} << 20;

/// Whether neither JSON type is safe to take the text. Quick for what is not large.
bool is_beyond_json(std::string_view json);

/// Whether numeric takes a JSON number: digits up to 131,072 places before the point and 16,383 behind it.
bool fits_numeric(std::string_view number);

/// The text as `text` takes it, `json` and `jsonb` take it: unchanged when they do.
std::string storable_text(std::string_view text);
std::string storable_json(std::string_view json);
std::string storable_jsonb(std::string_view json);

}  // namespace bulkload::postgresql
