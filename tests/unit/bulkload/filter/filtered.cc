#include "filtered.h"

#include <stdexcept>

#include "bulkload/text_format.h"

namespace bulkload::testing {

namespace {

ConfigNode parse(const std::string& yaml) {
  ConfigProblems problems;
  const auto no_environment = [](const std::string&) { return std::optional<std::string>(); };
  ConfigNode node = parse_config_tree(expand_config_text("config.yml", yaml, no_environment, problems), problems);
  if (!problems.empty()) throw std::runtime_error(format_problems(problems));
  return node;
}

std::string cell_text(const ColumnView& column, int64_t row) {
  if (column.is_null(row)) return "null";
  switch (column.type()) {
    case Type::int64:
    case Type::timestamp:
      return std::to_string(column.int64(row));
    case Type::float64:
      return format_double(column.float64(row));
    case Type::boolean:
      return column.boolean(row) ? "true" : "false";
    case Type::string:
    case Type::json:
      break;
  }
  return std::string(column.text(row));
}

}  // namespace

Bound chain_of(const std::string& filters, const std::vector<Field>& fields, const std::string& time_column,
               bool keeps_key) {
  Bound bound;
  bound.chain = FilterChain::read(parse(filters), parse(time_column), bound.findings.problems);
  if (bound.findings.problems.empty()) bound.chain.bind(table_schema(fields), keeps_key, bound.findings);
  return bound;
}

std::string columns_of(const Bound& bound) {
  if (!bound.findings.problems.empty()) return bound.problems();
  std::string text;
  for (const Field& field : bound.chain.schema().fields) {
    text += (text.empty() ? "" : " ") + field.name + ":" + std::string(type_name(field.type));
  }
  return text;
}

std::vector<std::vector<std::string>> cells_of(const RecordBatch& batch) {
  std::vector<std::vector<std::string>> rows(static_cast<size_t>(batch.rows()));
  for (const ColumnView& column : batch.columns()) {
    for (int64_t row = 0; row < batch.rows(); ++row) rows[static_cast<size_t>(row)].push_back(cell_text(column, row));
  }
  return rows;
}

std::vector<std::vector<std::string>> filter_rows(Bound& bound, const std::vector<Field>& fields, const Rows& rows,
                                                  const RunPosition& position) {
  if (!bound.findings.problems.empty()) throw std::runtime_error(bound.problems());
  auto filtered = bound.chain.apply(record_batch(fields, rows), position);
  if (!filtered.ok()) throw std::runtime_error(filtered.status().message());
  // What a reader of the Arrow array would find.
  ArrowArray copy = filtered->arrow();
  copy.release = [](ArrowArray* array) { array->release = nullptr; };
  const auto checked = RecordBatch::take(&copy, bound.chain.schema());
  if (!checked.ok()) throw std::runtime_error(checked.status().message());
  return cells_of(*checked);
}

std::vector<std::string> last_column(Bound& bound, const std::vector<Field>& fields, const Rows& rows,
                                     const RunPosition& position) {
  std::vector<std::string> cells;
  for (const auto& row : filter_rows(bound, fields, rows, position)) cells.push_back(row.back());
  return cells;
}

}  // namespace bulkload::testing
