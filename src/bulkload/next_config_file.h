// diff.yml (`-c`): what the last run left for the next one, laid over the configuration.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "bulkload/config_file.h"

namespace bulkload {

/// Lays the diff file over `config`. A missing or empty file changes nothing. It must be a regular file with an `in:`
/// map in it, and nothing else but an `out:` map; and it must be possible to write it later.
void apply_next_config_file(const std::string& path, ConfigFile& config, ConfigProblems& problems);

/// Replaces the file by `in: {…}`, at once and durably (mode 0600). `diff` is the plugin's JSON object. Code::local_io,
/// or Code::internal when it is no object.
base::Status write_next_config_file(const std::string& path, std::string_view diff);

}  // namespace bulkload
