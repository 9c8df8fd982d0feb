// What the destinations are and which keys of `out:` they know: for help, documentation and `bulkload guess`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bulkload/sink/sink.h"

namespace bulkload {

/// One key of one destination's `out:` section.
struct SinkOptionHelp {
  std::string_view type;  // "file"
  std::string_view key;   // "compression"
  std::string values;     // "none | gzip | zstd"; empty: any text
  std::string_view fallback;
  bool required;
  std::string_view help;
};

/// In the order of the documentation: by type, `mode` first.
std::vector<SinkOptionHelp> sink_option_help();

/// append, replace, replace_on_new_data, merge.
std::string_view mode_name(Mode mode);
std::optional<Mode> parse_mode(std::string_view name);

/// The name that `text` was most likely meant to be, or empty when none is near (Levenshtein distance of at most a
/// third of its length, and at least 1).
std::string_view nearest_name(std::string_view text, const std::vector<std::string_view>& names);

}  // namespace bulkload
