// What a reader of a destination finds in it, by means of its own.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace crash {

/// Rows as text: the id, a blank, all values.
using Rows = std::vector<std::string>;

/// A kind of destination. `folder` is a run's; what is elsewhere belongs to it. What cannot be read throws
/// std::runtime_error.
class Store {
 public:
  virtual ~Store() = default;

  /// The keys of `out:` that say where it is.
  virtual std::map<std::string, std::string> place(const std::filesystem::path& folder) const = 0;

  /// The file in the folder that is all that a finished run leaves; empty: none.
  virtual std::string file() const = 0;

  /// What is there, in any order; nothing where there is no destination yet.
  virtual Rows rows(const std::filesystem::path& folder) const = 0;

  /// What is wrong with it as a file or database; empty: nothing.
  virtual std::string damage(const std::filesystem::path& folder) const = 0;

  /// What an unfinished run keeps inside of it (its state, rows that are not visible yet); empty: nothing.
  virtual std::string left_over(const std::filesystem::path& folder) const;

  /// A folder in which looking changes nothing for the run. What is made for it is made at `copy`.
  virtual std::filesystem::path to_look_at(const std::filesystem::path& folder,
                                           const std::filesystem::path& copy) const;

  /// Makes what is not in the folder itself; as that of `model`, when it is not empty.
  virtual void make(const std::filesystem::path& folder, const std::filesystem::path& model) const;

  /// Removes what make() has made.
  virtual void remove(const std::filesystem::path& folder) const;
};

/// load.db, table events.
const Store& sqlite_store();

/// load.csv and so on, read by the programs that everybody has for that.
const Store& csv_store();
const Store& gzip_jsonl_store();
const Store& zstd_csv_store();

/// A schema of its own for each folder, in a server that ends with this process.
const Store& postgresql_store();

}  // namespace crash
