#include "bulkload/preview_table.h"

#include <algorithm>
#include <optional>

#include "base/text_time.h"
#include "bulkload/text_format.h"

namespace bulkload {

namespace {

std::optional<std::string> cell_text(const ColumnView& column, int64_t row) {
  if (column.is_null(row)) return std::nullopt;
  switch (column.type()) {
    case Type::int64:
      return std::to_string(column.int64(row));
    case Type::float64:
      return format_double(column.float64(row));
    case Type::boolean:
      return std::string(column.boolean(row) ? "true" : "false");
    case Type::timestamp:
      return base::format_utc_display(column.int64(row));
    case Type::string:
    case Type::json:
      break;
  }
  return std::string(column.text(row));
}

std::string right_aligned(const std::string& text, size_t width) {
  return std::string(width - std::min(width, display_width(text)), ' ') + text;
}

}  // namespace

TextTable make_preview_table(const TableSchema& schema) {
  TextTable table;
  for (const Field& field : schema.fields) {
    table.columns.push_back({field.name, field.name + ":" + std::string(type_name(field.type)), field.type});
  }
  return table;
}

void append_rows(const RecordBatch& batch, int64_t max_rows, TextTable& table) {
  for (int64_t row = 0; row < batch.rows() && static_cast<int64_t>(table.rows.size()) < max_rows; ++row) {
    std::vector<std::optional<std::string>> cells;
    for (const ColumnView& column : batch.columns()) cells.push_back(cell_text(column, row));
    table.rows.push_back(std::move(cells));
  }
}

std::string render_vertical(const TextTable& table) {
  size_t name_width = 0;
  size_t type_width = 0;
  for (const TableColumn& column : table.columns) {
    name_width = std::max(name_width, display_width(column.name));
    type_width = std::max(type_width, type_name(column.type).size());
  }
  const std::string stars(27, '*');
  std::string text;
  for (size_t row = 0; row < table.rows.size(); ++row) {
    text += stars + " " + std::to_string(row) + " " + stars + "\n";
    for (size_t i = 0; i < table.columns.size(); ++i) {
      const TableColumn& column = table.columns[i];
      text += right_aligned(escape_controls(column.name), name_width) + " (" +
              right_aligned(std::string(type_name(column.type)), type_width) +
              ") : " + escape_controls(table.rows[row][i].value_or("")) + "\n";
    }
  }
  return text;
}

std::string rows_in_set(const TextTable& table) {
  const size_t rows = table.rows.size();
  return std::to_string(rows) + (rows == 1 ? " row in set" : " rows in set");
}

}  // namespace bulkload
