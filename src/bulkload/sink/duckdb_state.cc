#include "bulkload/sink/duckdb_state.h"

#include <charconv>

#include "base/digest.h"
#include "bulkload/sink/duckdb_columns.h"

namespace bulkload::duckdb {

namespace {

using base::Code;
using base::Status;

constexpr int64_t kVersion = 1;
constexpr const char* kStateTable = "_bulkload_state";

std::string crc_of(const RunState& state) {
  return base::crc32_hex(state.mode + "\n" + std::to_string(state.rows) + "\n" + (state.committed ? "1" : "0") + "\n" +
                         state.text);
}

std::string state_table(const std::string& schema) { return TableName{schema, kStateTable}.sql(); }

std::string condition(const TableName& table) { return " WHERE table_name = " + sql_text(lower(table.table)); }

int64_t number(const std::string& text) {
  int64_t value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

// Without a primary key: DuckDB's would be an index to keep, and one run at a time has the database.
Status create_state_table(Database& database, const std::string& schema) {
  Status status = database.run("CREATE SCHEMA IF NOT EXISTS " + sql_name(schema));
  if (!status.ok()) return status;
  return database.run("CREATE TABLE IF NOT EXISTS " + state_table(schema) +
                      " (table_name VARCHAR NOT NULL, version BIGINT NOT NULL, mode VARCHAR NOT NULL, state VARCHAR "
                      "NOT NULL, rows BIGINT NOT NULL, committed BOOLEAN NOT NULL, crc VARCHAR NOT NULL, updated_at "
                      "TIMESTAMP WITH TIME ZONE NOT NULL)");
}

base::Result<std::optional<RunState>> load_state(Database& database, const TableName& table) {
  const auto found = database.rows("SELECT version, mode, state, rows, committed, crc FROM " +
                                   state_table(table.schema) + condition(table));
  if (found.status().code() == Code::internal) {
    return Status(Code::config, "table _bulkload_state is not this program's: rename it, or use another database");
  }
  if (!found.ok()) return found.status();
  if (found->empty()) return std::optional<RunState>();
  const TextRow& row = found->front();
  const RunState state{row[1], row[2], number(row[3]), row[4] == "true"};
  if (number(row[0]) > kVersion) {
    return Status(Code::config,
                  "the unfinished run of table " + table.table + " is of a newer release: finish it with that release");
  }
  if (found->size() > 1 || number(row[0]) != kVersion || row[5] != crc_of(state)) {
    return Status(Code::config, "the unfinished run of table " + table.table +
                                    " cannot go on, its row of _bulkload_state is damaged: restore the database, or "
                                    "delete that row to start over");
  }
  return std::optional<RunState>(state);
}

Status store_state(Database& database, const TableName& table, const RunState& state) {
  if (Status status = remove_state(database, table); !status.ok()) return status;
  std::string values = sql_text(lower(table.table)) + ", " + std::to_string(kVersion);
  values += ", " + sql_text(state.mode) + ", " + sql_text(state.text) + ", " + std::to_string(state.rows);
  values += std::string(state.committed ? ", true, " : ", false, ") + sql_text(crc_of(state)) + ", now()";
  return database.run("INSERT INTO " + state_table(table.schema) + " VALUES (" + values + ")");
}

Status remove_state(Database& database, const TableName& table) {
  return database.run("DELETE FROM " + state_table(table.schema) + condition(table));
}

}  // namespace bulkload::duckdb
