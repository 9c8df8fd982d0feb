// The text of a configuration file, before it is YAML: environment variables and included files are put in.
//
//   {{ env.NAME }}       the value of an environment variable
//   {% include 'x' %}    the file `x`, `_x.yml.liquid` or `_x.yml` beside the file, or in a folder below
//
// These two are all of Liquid that is understood; anything else in double braces or {% … %} is a problem. Comment lines
// are left as they are, so that a variable that only a comment mentions need not be set.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace bulkload {

/// A place in one of the user's files. Line 0: the file as a whole.
struct Place {
  std::string file;
  int line = 0;
};

/// Something wrong with the configuration, shown as `config.yml:7: in.start_time: …`.
struct ConfigProblem {
  Place place;
  std::string text;
};

using ConfigProblems = std::vector<ConfigProblem>;

/// One problem a line.
std::string format_problems(const ConfigProblems& problems);

/// Looks an environment variable up; nothing when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The process's own.
std::optional<std::string> process_environment(const std::string& name);

class ConfigText {
 public:
  /// What the file itself says, nothing put in.
  std::string original;
  /// Everything put in: valid UTF-8, no byte order mark, no NUL.
  std::string text;

  /// Where a line of `text`, counted from 1, comes from. Lines beyond the end are of the last place.
  Place place(int line) const;

 private:
  friend class TemplateReader;
  struct Origin {
    uint32_t file;
    int32_t line;
  };
  std::vector<std::string> files_;
  std::vector<Origin> origins_;  // of each line
};

/// Reads the file and puts in what it asks for: at most 1 MiB in all and 100 inclusions. All problems are appended;
/// a variable that is not set is one, however often it is used.
ConfigText read_config_text(const std::string& path, const Environment& environment, ConfigProblems& problems);

/// The same for a content that is in memory, called `name` in problems. It can include no file.
ConfigText expand_config_text(const std::string& name, const std::string& content, const Environment& environment,
                              ConfigProblems& problems);

/// The whole content of a file, at most `max_bytes` of it (more is Code::config). Code::config too when it cannot be
/// read or is no regular file.
base::Result<std::string> read_small_file(const std::string& path, size_t max_bytes);

}  // namespace bulkload
