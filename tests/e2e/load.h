// A folder with a configuration, the programs that run it, and what came out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "support/child_process.h"
#include "support/emulator_process.h"
#include "support/files.h"

namespace e2e {

using test_support::CommandResult;
using test_support::EmulatorProcess;

/// Loads from an emulator into a SQLite file of its own.
class Load {
 public:
  explicit Load(const EmulatorProcess& emulator) : emulator_(emulator) {}

  /// Further keys of `in:` and `out:`, as YAML values: {"incremental", "true"}. They replace those of earlier calls.
  std::map<std::string, std::string> in;
  std::map<std::string, std::string> out = {{"type", "sqlite"}, {"mode", "append"}};

  /// The `filters:` list, as YAML behind its key; empty: none.
  std::string filters = {};

  /// Writes config.yml, with the configuration of this moment.
  void configure(const std::string& source) const;

  /// `bulkload COMMAND config.yml ARGUMENTS`, with the configuration of this moment.
  CommandResult bulkload(const std::string& command, const std::string& source,
                         const std::vector<std::string>& arguments = {}) const;
  test_support::Command command(const std::string& command, const std::string& source,
                                const std::vector<std::string>& arguments = {}) const;

  /// Rows of a query on the database; null is "NULL".
  std::vector<std::vector<std::string>> query(const std::string& sql) const;
  /// The first column of a query.
  std::vector<std::string> column(const std::string& sql) const;
  /// Ids of a table, sorted.
  std::vector<std::string> ids(const std::string& table) const {
    return column("SELECT id FROM " + table + " ORDER BY id");
  }

  std::filesystem::path file(const std::string& name) const { return folder_ / name; }

 private:
  const EmulatorProcess& emulator_;
  test_support::TempFolder folder_;
};

/// Ids that the emulator has, sorted.
std::vector<std::string> true_ids(const EmulatorProcess& emulator, const std::string& source);

/// A source that is read below the rows of another one.
struct NestedSource {
  std::string name;    // `list_profiles`
  std::string path;    // `/api/lists/{id}/profiles`
  std::string column;  // `list_id`
};

/// Pairs `parent id` of the rows that were loaded, and of those that the emulator has; sorted.
std::vector<std::string> loaded_pairs(const Load& load, const NestedSource& source);
std::vector<std::string> true_pairs(const EmulatorProcess& emulator, const NestedSource& source);

/// Kills runs of a source at random instants until one ends by itself. Rows that are appended are read incrementally,
/// for a run may be killed behind its end: the one that follows is a new one then, and finds nothing.
void run_through_kills(Load& load, const std::string& source);

/// What is lost and what is there twice or for no reason, in a few words; empty when `loaded` are exactly the
/// emulator's.
std::string difference(const std::vector<std::string>& loaded, const std::vector<std::string>& truth);

}  // namespace e2e
