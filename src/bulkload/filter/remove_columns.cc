// Embulk's built-in filter of that name.
#include <algorithm>
#include <utility>

#include "bulkload/filter/filter_type.h"

namespace bulkload {

namespace {

constexpr OptionRow kOptions[] = {
    {.key = "remove", .kind = OptionKind::names, .help = "columns to leave out; this or `keep`"},
    {.key = "keep", .kind = OptionKind::names, .help = "columns to keep, in the order in which they come"},
    {.key = "accept_unmatched_columns",
     .kind = OptionKind::flag,
     .fallback = "false",
     .help = "whether names that are no columns are passed over"}};

class RemoveColumns final : public Filter {
 public:
  explicit RemoveColumns(const Options& options)
      : names_(options.names(options.has("keep") ? "keep" : "remove")),
        keeps_(options.has("keep")),
        accepts_unmatched_(options.flag("accept_unmatched_columns")) {}

  std::optional<TableSchema> bind(const TableSchema& schema, Findings& findings) override {
    bool all_known = true;
    std::vector<bool> named(schema.fields.size(), false);
    for (const Name& name : names_) {
      if (accepts_unmatched_ && schema.find(name.text) < 0) continue;
      const auto column = find_column(schema, name, findings.problems);
      all_known = all_known && column;
      if (column) named[*column] = true;
    }
    if (!all_known) return std::nullopt;
    TableSchema kept{{}, schema.metadata};
    for (size_t i = 0; i < named.size(); ++i) {
      if (named[i] != keeps_) continue;
      kept_.push_back(i);
      kept.fields.push_back(schema.fields[i]);
    }
    if (!kept.fields.empty()) return kept;
    findings.problems.push_back({names_.front().place, names_.front().label + ": leaves no column; keep at least one"});
    return std::nullopt;
  }

  base::Result<RecordBatch> apply(RecordBatch batch, const RunPosition&) override {
    const int64_t rows = batch.rows();
    std::vector<Column> columns = std::move(batch).take_columns();
    std::vector<Column> kept;
    kept.reserve(kept_.size());
    for (const size_t i : kept_) kept.push_back(std::move(columns[i]));
    return RecordBatch::of(rows, std::move(kept));
  }

 private:
  std::vector<Name> names_;
  bool keeps_;
  bool accepts_unmatched_;
  std::vector<size_t> kept_;  // in order
};

std::unique_ptr<Filter> make(const Options& options) {
  if (options.has("remove") == options.has("keep")) {
    options.problem(options.has("keep") ? "keep" : "remove", "give one of remove and keep");
  } else if (options.names("remove").empty() && options.names("keep").empty()) {
    options.problem(options.has("keep") ? "keep" : "remove", "names no column");
  }
  return std::make_unique<RemoveColumns>(options);
}

}  // namespace

const FilterType kRemoveColumnsFilter = {"remove_columns", kOptions, make};

}  // namespace bulkload
