// The keys of a filter's section, read and checked by a table.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bulkload/config_tree.h"
#include "bulkload/record_batch.h"

namespace bulkload {

enum class OptionKind : uint8_t {
  text,
  any_text,  // may be empty
  flag,      // true or false
  count,     // a whole number from 1 on
  names,     // one text, or a list of them
  map,       // of the keys that stand behind this one in the table
  items,     // a list that the filter reads itself
  pairs      // a map that it reads itself
};

struct OptionRow {
  std::string_view key;  // behind the maps that it is in: `to_column.name`
  OptionKind kind = OptionKind::text;
  bool required = false;
  std::span<const std::string_view> values = {};  // of a text; none: any
  std::string_view fallback = {};
  std::string_view help = {};
};

/// A text of the configuration, and how problems with it begin.
struct Name {
  std::string text;
  Place place;
  std::string label;  // filters.hash.columns
};

/// Index of a column. Nothing when there is none of that name: then that is a problem, with the nearest name.
std::optional<size_t> find_column(const TableSchema& schema, const Name& name, ConfigProblems& problems);

/// One map of a section. Reads the nodes and appends to the problems that it was made with, which must outlive it.
class Options {
 public:
  /// `prefix` is what the map's keys have before them in the table: `to_column.`. Reports keys that are unknown or
  /// missing, and values of the wrong kind; those read as if they were not given.
  Options(const ConfigNode& map, std::string label, std::span<const OptionRow> table, std::string_view prefix,
          ConfigProblems& problems);

  bool has(std::string_view key) const { return find(key) != nullptr; }
  std::string text(std::string_view key) const;
  Name name(std::string_view key) const;
  bool flag(std::string_view key) const { return text(key) == "true"; }
  std::optional<int64_t> count(std::string_view key) const;
  std::vector<Name> names(std::string_view key) const;
  /// Only of a key that is there.
  Options map(std::string_view key) const;
  const ConfigNode& items(std::string_view key) const { return *find(key); }

  const std::string& label() const { return label_; }
  std::string label(std::string_view key) const { return label_ + "." + std::string(key); }
  ConfigProblems& problems() const { return problems_; }
  void problem(std::string_view key, const std::string& what) const;

 private:
  const OptionRow* find_row(std::string_view key) const;
  const ConfigNode* find(std::string_view key) const;
  bool is_sound(const OptionRow& row, const ConfigNode& node) const;
  void check_keys() const;
  void check_values();

  const ConfigNode& map_;
  std::string label_;
  std::span<const OptionRow> table_;
  std::string prefix_;
  ConfigProblems& problems_;
  std::vector<std::string_view> unsound_;  // keys whose values were reported
};

/// `a, b or c`.
std::string listed(std::span<const std::string_view> names);

}  // namespace bulkload
