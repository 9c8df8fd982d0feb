// The `out:` section: what a sink gets to know, from the file and the command line.
#pragma once

#include <string>
#include <vector>

#include "bulkload/config_tree.h"
#include "bulkload/sink/sink.h"

namespace bulkload {

/// Options of the section, each `KEY=VALUE` of `overrides` laid over it. Without a type, rows go into the SQLite file
/// `<plugin>.db` in the current folder. The table stays empty when neither names one: the source's name is due then.
/// `file` is named by problems that have no line.
SinkOptions read_out_section(const ConfigNode& out, const std::vector<std::string>& overrides,
                             const std::string& plugin, const std::string& file, ConfigProblems& problems);

/// `time_column` of the section and the overrides, which is the host's own: no sink gets to know it. Null: there is
/// none.
ConfigNode read_time_column(const ConfigNode& out, const std::vector<std::string>& overrides);

}  // namespace bulkload
