#include "bulkload/sink/duckdb_columns.h"

#include <array>
#include <set>

#include "bulkload/sink/duckdb_database.h"

namespace bulkload::duckdb {

namespace {

constexpr std::array<std::string_view, 6> kTypes = {
    "VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "TIMESTAMP WITH TIME ZONE", "JSON"};
constexpr std::string_view kRowNumber = "rowid";

}  // namespace

std::vector<Column> columns_of(const TableSchema& schema) {
  std::set<std::string> taken;
  for (const Field& field : schema.fields) taken.insert(lower(field.name));
  std::set<std::string> seen = {std::string(kRowNumber)};
  std::vector<Column> columns;
  for (const Field& field : schema.fields) {
    std::string name = field.name;
    if (!seen.insert(lower(name)).second) {
      int number = 2;
      do {
        name = field.name + "_" + std::to_string(number++);
      } while (!taken.insert(lower(name)).second);
    }
    columns.push_back({name, std::string(kTypes.at(static_cast<size_t>(field.type)))});
  }
  return columns;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string name_list(const std::vector<Column>& columns, std::string_view prefix) {
  std::string list;
  for (const Column& column : columns) {
    list.append(list.empty() ? "" : ", ").append(prefix).append(sql_name(column.name));
  }
  return list;
}

}  // namespace bulkload::duckdb
