// How alike two short texts are, for suggestions in messages.
#pragma once

#include <cstddef>
#include <string_view>

namespace base {

/// Levenshtein's distance in bytes: the fewest insertions, deletions and replacements that make `to` of `from`. Takes
/// time in proportion to the product of the lengths.
size_t edit_distance(std::string_view from, std::string_view to);

}  // namespace base
