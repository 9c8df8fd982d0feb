// Tables of texts, printed in the ways that people and programs read.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bulkload/record_batch.h"

namespace bulkload {

enum class TableFormat { table, csv, tsv, json, markdown };

/// By name, or nothing.
std::optional<TableFormat> table_format(std::string_view name);

struct TableColumn {
  std::string name;          // in csv, tsv and json
  std::string title;         // in table and markdown
  Type type = Type::string;  // in json, numbers, booleans and JSON are written as such
};

struct TextTable {
  std::vector<TableColumn> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;  // a cell for each column; nothing: null

  /// Columns whose title is their name.
  static TextTable with_columns(const std::vector<std::string>& names);
};

/// Lines, each with a newline at its end:
///   table     a border of + and -, cells to the left, null empty, control characters escaped
///   csv       RFC 4180 with \n between lines; null empty, the empty text ""
///   tsv       \t, \n, \r and \\ escaped; null empty
///   json      an array with an object a line
///   markdown  a pipe table
std::string render(const TextTable& table, TableFormat format);

}  // namespace bulkload
