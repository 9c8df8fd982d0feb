// The `out:` section: what a sink gets to know, from the file and the command line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bulkload/config_tree.h"
#include "bulkload/sink/sink.h"

namespace bulkload {

/// Options of the section, each `KEY=VALUE` of `overrides` laid over it. Without a type, rows go into the SQLite file
/// `<plugin>.db` in the current folder. The table stays empty when neither names one: the source's name is due then.
/// `file` is named by problems that have no line. Of `several` sources, each has to get a place of its own: by a table
/// or path with `{source}` in it.
SinkOptions read_out_section(const ConfigNode& out, const std::vector<std::string>& overrides,
                             const std::string& plugin, const std::string& file, ConfigProblems& problems,
                             bool several = false);

/// Puts the source's name where `{source}` stands in the table and the path. The table is the source's name when
/// nobody says.
void place_source(const std::string& source, SinkOptions& options);

/// Whether destinations of that type know a key of `out:`.
bool has_sink_key(std::string_view type, std::string_view key);

inline constexpr std::string_view kTimeColumn = "time_column";
inline constexpr std::string_view kDetectDeletes = "detect_deletes";

/// A key of the section and the overrides that is the host's own. Null: it is not there.
ConfigNode read_host_key(const ConfigNode& out, const std::vector<std::string>& overrides, std::string_view key);

/// What `detect_deletes` says: true, false (or null) or even_all; nothing for another value.
std::optional<Deletes> parse_deletes(const ConfigNode& value);

}  // namespace bulkload
