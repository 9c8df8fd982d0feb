// Finding plugins and loading them: libbulk_input_<type>.so, in folders or named by a path.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "bulk_input/bulk_input.h"

namespace bulkload {

/// Where to look: files and folders named on the command line, the folders of BULK_INPUT_PLUGIN_PATH (colons between
/// them), and ../lib/bulk_input beside the executable, in this order.
std::vector<std::string> plugin_search_path(const std::vector<std::string>& command_line);

/// Path of the first library of that type. Code::config with the types that there are, when there is none.
base::Result<std::string> find_plugin(const std::string& type, const std::vector<std::string>& search_path);

/// Types of the libraries in the search path, sorted, each once.
std::vector<std::string> installed_plugins(const std::vector<std::string>& search_path);

/// A loaded plugin. The library stays loaded until the process ends.
class PluginLibrary {
 public:
  /// Loads it and checks its table. An empty `type` takes any name. Code::config when it does not load, is no plugin,
  /// or is another one.
  static base::Result<PluginLibrary> open(const std::string& path, std::string_view type);

  const bulk_input_plugin& table() const { return *table_; }
  const std::string& path() const { return path_; }

 private:
  PluginLibrary(std::string path, const bulk_input_plugin* table) : path_(std::move(path)), table_(table) {}

  std::string path_;
  const bulk_input_plugin* table_;
};

/// Empty, or what is wrong with a plugin's table.
std::string check_plugin_table(const bulk_input_plugin* table, std::string_view type);

}  // namespace bulkload
