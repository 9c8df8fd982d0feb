// Embulk's built-in filter of that name.
#include <map>
#include <utility>

#include "bulkload/filter/filter_type.h"
#include "bulkload/filter/rename_rules.h"

namespace bulkload {

namespace {

struct NewName {
  Name old_name;
  std::string name;
};

class Rename final : public Filter {
 public:
  Rename(std::vector<NewName> columns, std::vector<RenameRule> rules, Name section)
      : columns_(std::move(columns)), rules_(std::move(rules)), section_(std::move(section)) {}

  std::optional<TableSchema> bind(const TableSchema& schema, Findings& findings) override {
    const size_t before = findings.problems.size();
    std::vector<std::string> names;
    for (const Field& field : schema.fields) names.push_back(field.name);
    for (const NewName& column : columns_) {
      if (const auto found = find_column(schema, column.old_name, findings.problems)) names[*found] = column.name;
    }
    for (const RenameRule& rule : rules_) rule(names, findings.problems);
    if (findings.problems.size() == before) check(schema, names, findings.problems);
    if (findings.problems.size() != before) return std::nullopt;
    TableSchema renamed = schema;
    for (size_t i = 0; i < names.size(); ++i) renamed.fields[i].name = names[i];
    return renamed;
  }

  base::Result<RecordBatch> apply(RecordBatch batch, const RunPosition&) override { return batch; }

 private:
  void check(const TableSchema& schema, const std::vector<std::string>& names, ConfigProblems& problems) const {
    std::map<std::string_view, size_t> owners;
    for (size_t i = 0; i < names.size(); ++i) {
      const std::string& old_name = schema.fields[i].name;
      if (names[i].empty()) {
        problems.push_back({section_.place, section_.label + ": leaves no name for '" + old_name + "'"});
      }
      const auto [owner, is_first] = owners.try_emplace(names[i], i);
      if (is_first || names[i].empty()) continue;
      problems.push_back({section_.place, section_.label + ": '" + schema.fields[owner->second].name + "' and '" +
                                              old_name + "' would both be '" + names[i] +
                                              "'; add {rule: unique_number_suffix} or choose other names"});
    }
  }

  std::vector<NewName> columns_;
  std::vector<RenameRule> rules_;
  Name section_;
};

std::vector<NewName> read_columns(const Options& options) {
  std::vector<NewName> columns;
  if (!options.has("columns")) return columns;
  for (const ConfigNode& item : options.items("columns").items) {
    const std::string label = options.label("columns");
    if (!item.is_scalar() || item.text.empty()) {
      options.problems().push_back({item.place, label + "." + item.key + ": must be the new name"});
    } else {
      columns.push_back({{item.key, item.place, label}, item.text});
    }
  }
  return columns;
}

std::unique_ptr<Filter> make(const Options& options) {
  std::vector<RenameRule> rules;
  if (options.has("rules")) {
    for (const ConfigNode& node : options.items("rules").items) {
      rules.push_back(make_rename_rule(node, options.label("rules"), options.problems()));
    }
  }
  std::vector<NewName> columns = read_columns(options);
  if (columns.empty() && rules.empty()) options.problem("columns", "give columns, rules, or both");
  return std::make_unique<Rename>(std::move(columns), std::move(rules), options.name("columns"));
}

}  // namespace

const FilterType kRenameFilter = {"rename", kRenameOptions, make};

}  // namespace bulkload
