#include "duckdb_queries.h"

#include "bulkload/sink/duckdb_database.h"

namespace bulkload::testing {

std::string duckdb_query(const std::string& path, const std::string& sql) {
  auto database = duckdb::Database::open(path, {{"threads", "1"}});
  if (!database.ok()) return database.status().message();
  const size_t last = sql.rfind("; SELECT ") == std::string::npos ? 0 : sql.rfind("; SELECT ") + 2;
  const bool selects = sql.compare(last, 7, "SELECT ") == 0;
  const base::Status status = database->run(selects ? sql.substr(0, last) : sql);
  if (!status.ok()) return status.message();
  if (!selects) return {};
  const auto rows =
      database->rows("SELECT coalesce(CAST(COLUMNS(*) AS VARCHAR), 'NULL') FROM (" + sql.substr(last) + ")");
  if (!rows.ok()) return rows.status().message();
  std::string text;
  for (const duckdb::TextRow& row : *rows) {
    if (&row != &rows->front()) text += '\n';
    for (size_t i = 0; i < row.size(); ++i) text.append(i == 0 ? "" : "|").append(row[i]);
  }
  return text;
}

}  // namespace bulkload::testing
