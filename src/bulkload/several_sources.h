// One configuration for several sources: `in: {data_source: [profiles, events]}`, or `all`. It is taken apart into
// configurations of one source each, which everything else knows how to run.
//
//   in: {data_source: [profiles, events], incremental: true, sources: {events: {start_time: 2026-01-01}}}
//
// Keys below `sources:` are laid over the others for that source, and over them what the last run left for it.
#pragma once

#include <string>
#include <vector>

#include "base/log.h"
#include "bulkload/config_file.h"
#include "bulkload/sources.h"

namespace bulkload {

/// Whether data_source is a list or `all`.
bool reads_several(const ConfigNode& in);

struct SourceConfig {
  std::string source;  // the plugin's name for it; empty: the configuration reads one source, whichever
  ConfigFile file;     // its data_source is one name
};

/// A configuration of one source gives itself. `only` chooses one of several; empty: all. Problems are appended:
/// unknown names, the same source twice, keys of a source that is not read, and a diff that is of one source where
/// there are several, or the other way round.
std::vector<SourceConfig> split_sources(const ConfigFile& file, const std::vector<SourceName>& known,
                                        const std::string& only, ConfigProblems& problems);

/// Problems of the configurations that were taken apart, each once. What only some of the sources find wrong names
/// them.
class SourceProblems {
 public:
  void add(const std::string& source, const ConfigProblems& problems);

  /// `sources` is how many there are.
  ConfigProblems merged(size_t sources) const;

 private:
  struct Finding {
    ConfigProblem problem;
    std::vector<std::string> sources;
  };
  std::vector<Finding> findings_;
};

/// Puts the source's name before each line; an empty name leaves the log as it is.
base::Log source_log(base::Log log, base::LogLevel level, const std::string& source);

/// `resume.events.yml` of `resume.yml`; an empty path or source leaves it as it is.
std::string source_path(const std::string& path, const std::string& source);

}  // namespace bulkload
