// diff.yml (`-c`): what the last run left for the next one, laid over the configuration.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "bulkload/config_file.h"

namespace bulkload {

/// The key of `in:` below which each of several sources has keys of its own.
inline constexpr std::string_view kSourcesKey = "sources";

/// Lays the diff file over `config`. A missing or empty file changes nothing. It must be a regular file with an `in:`
/// map in it, and nothing else but an `out:` map; and it must be possible to write it later.
void apply_next_config_file(const std::string& path, ConfigFile& config, ConfigProblems& problems);

/// The same for the text of such a file, called `name` in problems.
void apply_next_config(const std::string& name, const std::string& text, ConfigFile& config, ConfigProblems& problems);

/// Whether `config` has the plugin's JSON object in it: laying it over would change nothing.
bool has_next_config(const ConfigFile& config, std::string_view diff);

/// Whether laying the plugin's JSON object over `config` changes what is read. The same time in another spelling
/// changes nothing, nor does a null for a key that is not there.
bool changes_config(const ConfigFile& config, std::string_view diff);

/// `in: {…}` in one line, of the plugin's JSON object. Code::internal when it is none.
base::Result<std::string> next_config_text(std::string_view diff);

/// What the next run of several sources begins with: {"sources": {"events": {…}, …}}, brought up to date source by
/// source. Those that are not read now keep theirs.
class SourceDiffs {
 public:
  /// `sources` is ConfigFile::next_sources.
  explicit SourceDiffs(const ConfigNode& sources) : sources_(sources.is_map() ? to_json(sources) : "{}") {}

  /// All of it, a JSON object as the plugin's, with the plugin's object for one source in it. Code::internal when that
  /// is none.
  base::Result<std::string> put(const std::string& source, std::string_view diff);

 private:
  std::string sources_;
};

/// Replaces the file by `in: {…}`, at once and durably (mode 0600). `diff` is the plugin's JSON object. Code::local_io,
/// or Code::internal when it is no object.
base::Status write_next_config_file(const std::string& path, std::string_view diff);

}  // namespace bulkload
