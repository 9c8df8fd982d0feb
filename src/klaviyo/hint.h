// Words for messages about a configuration: what was written, without giving a secret away, and what was probably
// meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace klaviyo {

/// `'text'` for a short printable text, else a description of it. What may be a private key (it begins with `pk_`, or a
/// key lacks the blank behind its colon) is never shown.
std::string quote(std::string_view text);

/// A key of the configuration, for the beginning of a message: as it is, or described in parentheses as `quote` does.
std::string key_label(std::string_view key);

/// The candidate that needs the fewest edits (Levenshtein, case ignored; one that holds the text, or is held by it, is
/// near). Empty when there are no candidates, or the text is too long to be a misspelling.
std::string_view nearest(std::string_view text, std::span<const std::string_view> candidates);

/// `; did you mean 'x'?` with the nearest candidate, or nothing.
std::string did_you_mean(std::string_view text, std::span<const std::string_view> candidates);

/// `a, b, c`, or `none`.
std::string name_list(std::span<const std::string_view> names);

}  // namespace klaviyo
