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
  ConfigText text;
  ConfigNode in;                        // a map; null when there is none
  ConfigNode out;                       // a map or null
  std::optional<int64_t> preview_rows;  // preview_sample_rows
  ConfigProblems warnings;

  /// `type:` of the `in:` section; empty when it is missing.
  std::string type() const;
};

/// Reads and checks the file: `.yml`, `.yaml`, `.json`, each also with `.liquid` behind it.
ConfigFile read_config_file(const std::string& path, const Environment& environment, ConfigProblems& problems);

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

/// Values that no output may show: those of keys that speak of tokens, passwords and secrets.
std::vector<std::string> secret_values(const ConfigNode& node);

/// Whether a key's value is one.
bool is_secret_key(std::string_view key);

/// A whole number >= 1, or nothing.
std::optional<int64_t> parse_count(std::string_view text);

}  // namespace bulkload
