#include "bulkload/sink/postgresql_state.h"

#include <charconv>

#include "base/digest.h"

namespace bulkload::postgresql {

namespace {

using base::Code;
using base::Status;

constexpr int64_t kVersion = 1;
constexpr const char* kTable = "_bulkload_state";

// Advisory locks are numbers, of one database. Fifteen hexadecimal digits are a number without a sign.
std::string lock_number(const std::string& what) {
  constexpr size_t kDigits = 15;
  const std::string digits = base::sha256_hex("bulkload\n" + what).substr(0, kDigits);
  int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return std::to_string(number);
}

std::string state_table(const std::string& schema) { return TableName{schema, kTable}.sql(); }

base::Result<bool> has_state_table(Connection& connection, const std::string& schema) {
  const auto found = connection.query("SELECT 1 WHERE pg_catalog.to_regclass($1) IS NOT NULL", {state_table(schema)});
  if (!found.ok()) return found.status();
  return !found->empty();
}

std::string crc_of(const RunState& state) {
  return base::crc32_hex(state.mode + "\n" + std::to_string(state.rows) + "\n" + std::to_string(state.adapted) + "\n" +
                         (state.committed ? "1" : "0") + "\n" + state.text);
}

int64_t number(const std::string& text) {
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

Status take_lock(Connection& connection, const TableName& name) {
  Status status = connection.run("BEGIN; SET LOCAL lock_timeout = '700ms'");
  if (status.ok()) {
    status = connection.query("SELECT pg_advisory_lock($1::bigint)", {lock_number(name.sql())}).status();
  }
  if (status.ok()) return connection.commit();
  if (status.code() != Code::busy) return status;
  return Status(Code::busy, "another run is writing to table " + name.sql() + " of database " + connection.database() +
                                ": wait until it has ended");
}

Status create_state_table(Connection& connection, const std::string& schema) {
  // Asked first, since CREATE … IF NOT EXISTS takes the right to make tables even where there is one.
  const auto there = has_state_table(connection, schema);
  if (!there.ok() || *there) return there.status();
  // Two that make it at once would both find it missing.
  Status status = connection.query("SELECT pg_advisory_xact_lock($1::bigint)", {lock_number(schema)}).status();
  if (!status.ok()) return status;
  return connection.run("CREATE TABLE IF NOT EXISTS " + state_table(schema) +
                        " (table_name text PRIMARY KEY, version bigint NOT NULL, mode text NOT NULL, state text NOT "
                        "NULL, rows bigint NOT NULL, adapted bigint NOT NULL, committed boolean NOT NULL, crc text NOT "
                        "NULL, updated_at timestamptz NOT NULL)");
}

base::Result<std::optional<RunState>> load_state(Connection& connection, const TableName& name) {
  const std::string table = state_table(name.schema);
  const auto found = connection.query(
      "SELECT version, mode, state, rows, adapted, committed, crc FROM " + table + " WHERE table_name = $1",
      {name.table});
  if (found.status().code() == Code::config) {
    return Status(Code::config, "table " + table +
                                    " is not this program's, or may not be read: rename it, grant it, or " +
                                    "use another schema (" + found.status().message() + ")");
  }
  if (!found.ok()) return found.status();
  if (found->empty()) return std::optional<RunState>();
  const std::vector<std::string>& row = found->front();
  const RunState state{row[1], row[2], number(row[3]), number(row[4]), row[5] == "t"};
  if (number(row[0]) > kVersion) {
    return Status(Code::config,
                  "the unfinished run of table " + name.table + " is of a newer release: finish it with that release");
  }
  if (number(row[0]) != kVersion || row[6] != crc_of(state)) {
    return Status(Code::config, "the unfinished run of table " + name.table + " cannot go on, its row of " + table +
                                    " is damaged: restore it, or delete that row to start over");
  }
  return std::optional<RunState>(state);
}

Status store_state(Connection& connection, const TableName& name, const RunState& state) {
  return connection
      .query("INSERT INTO " + state_table(name.schema) +
                 " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now()) ON CONFLICT (table_name) DO UPDATE SET "
                 "(version, mode, state, rows, adapted, committed, crc, updated_at) = (excluded.version, "
                 "excluded.mode, excluded.state, excluded.rows, excluded.adapted, excluded.committed, excluded.crc, "
                 "excluded.updated_at)",
             {name.table, std::to_string(kVersion), state.mode, state.text, std::to_string(state.rows),
              std::to_string(state.adapted), state.committed ? "t" : "f", crc_of(state)})
      .status();
}

Status remove_state(Connection& connection, const TableName& name) {
  const auto there = has_state_table(connection, name.schema);
  if (!there.ok() || !*there) return there.status();
  return connection.query("DELETE FROM " + state_table(name.schema) + " WHERE table_name = $1", {name.table}).status();
}

}  // namespace bulkload::postgresql
