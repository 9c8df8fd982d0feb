#include "bulkload/sink/sqlite_state.h"

#include "base/digest.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;

constexpr int64_t kVersion = 1;

std::string crc_of(const SqliteState& state) {
  return base::crc32_hex(state.mode + "\n" + std::to_string(state.rows) + "\n" + (state.committed ? "1" : "0") + "\n" +
                         state.text);
}

Status run_for(Database& database, const std::string& sql, std::string_view table) {
  auto statement = database.prepare(sql);
  if (!statement.ok()) return statement.status();
  statement->bind(1, table);
  return statement->run();
}

}  // namespace

Status create_state_table(Database& database) {
  return database.run(
      "CREATE TABLE IF NOT EXISTS _bulkload_state (table_name TEXT PRIMARY KEY COLLATE NOCASE, version INTEGER NOT "
      "NULL, "
      "mode TEXT NOT NULL, state TEXT NOT NULL, rows INTEGER NOT NULL, committed INTEGER NOT NULL, crc TEXT NOT NULL, "
      "updated_at TEXT NOT NULL)");
}

base::Result<std::optional<SqliteState>> load_state(Database& database, std::string_view table) {
  auto query =
      database.prepare("SELECT version, mode, state, rows, committed, crc FROM _bulkload_state WHERE table_name = ?1");
  if (query.status().code() == Code::internal) {
    return Status(Code::config, "table _bulkload_state is not this program's: rename it, or use another database");
  }
  if (!query.ok()) return query.status();
  query->bind(1, table);
  const auto row = query->step();
  if (!row.ok()) return row.status();
  if (!*row) return std::optional<SqliteState>();
  const SqliteState state{query->text(1), query->text(2), query->int64(3), query->int64(4) != 0};
  if (query->int64(0) > kVersion) {
    return Status(Code::config, "the unfinished run of table " + std::string(table) +
                                    " is of a newer release: finish it with that release");
  }
  if (query->int64(0) != kVersion || query->text(5) != crc_of(state)) {
    return Status(Code::config,
                  "the unfinished run of table " + std::string(table) +
                      " cannot go on, its row of _bulkload_state is damaged: restore the database, or delete "
                      "that row to start over");
  }
  return std::optional<SqliteState>(state);
}

Status store_state(Database& database, std::string_view table, const SqliteState& state) {
  auto statement = database.prepare(
      "INSERT OR REPLACE INTO _bulkload_state (table_name, version, mode, state, rows, committed, crc, updated_at) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, datetime('now'))");
  if (!statement.ok()) return statement.status();
  const std::string crc = crc_of(state);
  statement->bind(1, table);
  statement->bind(2, kVersion);
  statement->bind(3, state.mode);
  statement->bind(4, state.text);
  statement->bind(5, state.rows);
  statement->bind(6, int64_t{state.committed});
  statement->bind(7, crc);
  return statement->run();
}

Status remove_state(Database& database, std::string_view table) {
  return run_for(database, "DELETE FROM _bulkload_state WHERE table_name = ?1", table);
}

}  // namespace bulkload
