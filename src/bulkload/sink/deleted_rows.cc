#include "bulkload/sink/deleted_rows.h"

#include "bulkload/sink/sql_name.h"

namespace bulkload {

namespace {

using base::Status;

std::string warning(int64_t rows, const std::string& table) {
  return "No row came, so that all " + std::to_string(rows) + " rows of table " + table +
         " would be marked as deleted; none is. If they are gone, run with out.detect_deletes: even_all";
}

}  // namespace

std::string not_among(const std::string& staging, const std::vector<std::string>& key) {
  return "NOT EXISTS (SELECT 1 FROM " + staging + " AS s WHERE " + sql_same_key(key) + ")";
}

Status mark_missing_rows(const Marking& marking, Deletes deletes, SinkResult& result) {
  const std::string column = sql_name(kDeletedAt);
  const std::string missing = " WHERE " + column + " IS NULL AND " + marking.unseen;
  const auto rows = marking.number("SELECT count(*) FROM " + marking.table + " AS t" + missing);
  if (!rows.ok()) return rows.status();
  if (*rows > 0 && deletes != Deletes::even_all) {
    const auto staged = marking.number("SELECT count(*) FROM (SELECT 1 FROM " + marking.staging + " LIMIT 1) AS s");
    if (!staged.ok()) return staged.status();
    if (*staged == 0) {
      result.warnings.push_back(warning(*rows, marking.table));
      return {};
    }
  }
  result.rows_deleted = *rows;
  return *rows == 0 ? Status()
                    : marking.run("UPDATE " + marking.table + " AS t SET " + column + " = " + marking.time + missing);
}

}  // namespace bulkload
