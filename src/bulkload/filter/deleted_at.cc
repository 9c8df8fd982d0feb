// The column that `out.detect_deletes` marks rows in; the rows that come have no value for it.
#include <algorithm>
#include <string_view>
#include <utility>

#include "bulkload/column_builder.h"
#include "bulkload/filter/filter_type.h"

namespace bulkload {

namespace {

// Some databases do not tell names apart by the case of their letters.
bool is_deleted_at(std::string_view name) {
  const auto same = [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b); };
  return std::equal(kDeletedAt.begin(), kDeletedAt.end(), name.begin(), name.end(), same);
}

class DeletedAt final : public Filter {
 public:
  explicit DeletedAt(Place place) : place_(std::move(place)) {}

  std::optional<TableSchema> bind(const TableSchema& schema, Findings& findings) override {
    const std::string name(kDeletedAt);
    const bool taken = std::any_of(schema.fields.begin(), schema.fields.end(),
                                   [](const Field& field) { return is_deleted_at(field.name); });
    if (taken) {
      findings.problems.push_back({place_, "out.detect_deletes: marks rows in the column " + name +
                                               ", and the rows have one of that name; rename it (filters)"});
      return std::nullopt;
    }
    TableSchema bound = schema;
    bound.fields.push_back({name, Type::timestamp});
    return bound;
  }

  base::Result<RecordBatch> apply(RecordBatch batch, const RunPosition&) override {
    const int64_t rows = batch.rows();
    ColumnBuilder nulls(Type::timestamp, rows);
    for (int64_t row = 0; row < rows; ++row) nulls.append_null();
    std::vector<Column> columns = std::move(batch).take_columns();
    columns.push_back(std::move(nulls).finish());
    return RecordBatch::of(rows, std::move(columns));
  }

 private:
  Place place_;
};

}  // namespace

std::unique_ptr<Filter> make_deleted_at(const Place& place) { return std::make_unique<DeletedAt>(place); }

}  // namespace bulkload
