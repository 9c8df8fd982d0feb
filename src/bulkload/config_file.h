// config.yml: its sections, checked as far as the host knows them.
//
// Accepted: {in, out, filters, exec}, the same below a single `config:`, and a bare `in:` section.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bulkload/config_text.h"
#include "bulkload/config_tree.h"

namespace bulkload {

struct ConfigFile {
  std::string path;
  bool in_file = true;  // false: a content that was in memory, and `path` its name
  ConfigText text;
  ConfigNode in;                        // a map; null when there is none
  ConfigNode out;                       // a map or null
  ConfigNode filters;                   // as it stands; null when there is none
  std::optional<int64_t> preview_rows;  // preview_sample_rows
  ConfigNode next_sources;              // `in.sources` of the diff, by source; not laid over `in`. Null: none
  std::optional<ConfigNode> next_flat;  // the first other key of the diff's `in:`, which is laid over `in`
  ConfigProblems warnings;

  /// `type:` of the `in:` section; empty when it is missing.
  std::string type() const;
};

/// Reads and checks the file: `.yml`, `.yaml`, `.json`, each also with `.liquid` behind it.
ConfigFile read_config_file(const std::string& path, const Environment& environment, ConfigProblems& problems);

/// The same for a content that is in memory, called `name` in problems.
ConfigFile read_kept_config(const std::string& name, const std::string& content, const Environment& environment,
                            ConfigProblems& problems);

/// The `in:` section as the plugin gets it: a JSON object with one key a line, every scalar a string.
class InSection {
 public:
  explicit InSection(const ConfigNode& in);

  const std::string& text() const { return text_; }

  /// The plugin's messages ("line N: key: …", one a line) with the places in the user's files.
  ConfigProblems translate(std::string_view message) const;

 private:
  std::string text_;
  std::vector<Place> places_;  // of each line of text_
};

/// Values that no output may show: those of keys that speak of tokens, passwords and secrets, and of `key`. A map
/// `columns` has the names of columns for keys, whatever they speak of.
std::vector<std::string> secret_values(const ConfigNode& node);

/// Whether a key's value is one.
bool is_secret_key(std::string_view key);

}  // namespace bulkload
