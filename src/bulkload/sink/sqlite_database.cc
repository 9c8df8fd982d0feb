#include "bulkload/sink/sqlite_database.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>

namespace bulkload {

namespace {

using base::Code;
using base::Status;

struct Outcome {
  int result;
  Code code;
  std::string_view advice;
};

constexpr std::array<Outcome, 16> kOutcomes = {
    {{SQLITE_BUSY, Code::busy, "another program is writing to it: try again when that has ended"},
     {SQLITE_LOCKED, Code::busy, "another program is writing to it: try again when that has ended"},
     {SQLITE_FULL, Code::local_io, "make room and run again: it goes on from the last save"},
     {SQLITE_IOERR, Code::local_io, "check the disk and run again: it goes on from the last save"},
     {SQLITE_CANTOPEN, Code::local_io, "check that the folder exists and may be written to"},
     {SQLITE_READONLY, Code::local_io, "check the permissions of the file and its folder"},
     {SQLITE_PERM, Code::local_io, "check the permissions of the file and its folder"},
     {SQLITE_NOLFS, Code::local_io, "the file is too large for its disk: choose another"},
     {SQLITE_NOMEM, Code::out_of_memory, "free memory and run again: it goes on from the last save"},
     {SQLITE_NOTADB, Code::config, "the file is something else: choose another path"},
     {SQLITE_CORRUPT, Code::config, "the database is damaged: restore it, or choose another path"},
     {SQLITE_FORMAT, Code::config, "the database is damaged: restore it, or choose another path"},
     {SQLITE_SCHEMA, Code::config, "another program changed the table meanwhile: run again"},
     {SQLITE_CONSTRAINT, Code::data, "a row breaks a rule of the existing table: drop the rule, or use another table"},
     {SQLITE_TOOBIG, Code::data, "a value is larger than SQLite takes: leave its column out (columns)"},
     {SQLITE_MISMATCH, Code::data, "a value does not fit its column: use another table, or mode replace"}}};

Status failure(sqlite3* connection, int result) {
  const char* file = connection == nullptr ? nullptr : sqlite3_db_filename(connection, "main");
  std::string text = "SQLite, ";
  text.append(file == nullptr ? "database" : file).append(": ");
  text.append(connection == nullptr ? sqlite3_errstr(result) : sqlite3_errmsg(connection));
  const auto* outcome = std::find_if(kOutcomes.begin(), kOutcomes.end(),
                                     [&](const Outcome& known) { return known.result == (result & 0xFF); });
  if (outcome == kOutcomes.end()) return Status(Code::internal, text + ": report it");
  return Status(outcome->code, text.append("; ").append(outcome->advice));
}

}  // namespace

void Statement::Finalizer::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

void Database::Closer::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

void Statement::bind_null(int parameter) {
  const int result = sqlite3_bind_null(statement_.get(), parameter);
  if (bind_result_ == SQLITE_OK) bind_result_ = result;
}

void Statement::bind(int parameter, int64_t value) {
  const int result = sqlite3_bind_int64(statement_.get(), parameter, value);
  if (bind_result_ == SQLITE_OK) bind_result_ = result;
}

void Statement::bind(int parameter, double value) {
  const int result = sqlite3_bind_double(statement_.get(), parameter, value);
  if (bind_result_ == SQLITE_OK) bind_result_ = result;
}

void Statement::bind(int parameter, std::string_view text) {
  const char* bytes = text.data() == nullptr ? "" : text.data();  // a null pointer would become NULL
  // No destructor means SQLITE_STATIC: nothing is copied.
  const int result = sqlite3_bind_text64(statement_.get(), parameter, bytes, text.size(), nullptr, SQLITE_UTF8);
  if (bind_result_ == SQLITE_OK) bind_result_ = result;
}

base::Result<bool> Statement::step() {
  const int result = bind_result_ == SQLITE_OK ? sqlite3_step(statement_.get()) : bind_result_;
  if (result == SQLITE_ROW) return true;
  sqlite3* connection = sqlite3_db_handle(statement_.get());
  const Status status = result == SQLITE_DONE ? Status() : failure(connection, result);
  sqlite3_reset(statement_.get());
  bind_result_ = SQLITE_OK;
  if (!status.ok()) return status;
  return false;
}

Status Statement::run() {
  const auto row = step();
  return row.ok() ? Status() : row.status();
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

int64_t Statement::int64(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::string Statement::text(int column) const {
  const void* bytes = sqlite3_column_text(statement_.get(), column);
  const auto size = static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column));
  return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
}

base::Result<Database> Database::open(const std::string& path, int busy_wait_ms) {
  sqlite3* connection = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int result = sqlite3_open_v2(path.c_str(), &connection, flags, nullptr);
  Database database;
  database.connection_.reset(connection);
  if (result != SQLITE_OK) return failure(connection, result);
  sqlite3_busy_timeout(connection, busy_wait_ms);
  return database;
}

Status Database::run(const std::string& sql) {
  const int result = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  return result == SQLITE_OK ? Status() : failure(connection_.get(), result);
}

base::Result<Statement> Database::prepare(const std::string& sql) {
  sqlite3_stmt* prepared = nullptr;
  const int result = sqlite3_prepare_v3(connection_.get(), sql.c_str(), static_cast<int>(sql.size()) + 1,
                                        SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  if (result != SQLITE_OK) return failure(connection_.get(), result);
  Statement statement;
  statement.statement_.reset(prepared);
  return statement;
}

base::Result<bool> Database::exists(const std::string& sql, std::string_view parameter) {
  auto statement = prepare(sql);
  if (!statement.ok()) return statement.status();
  if (sqlite3_bind_parameter_count(statement->statement_.get()) > 0) statement->bind(1, parameter);
  return statement->step();
}

base::Result<int64_t> Database::number(const std::string& sql) {
  auto statement = prepare(sql);
  if (!statement.ok()) return statement.status();
  const auto row = statement->step();
  if (!row.ok()) return row.status();
  return *row ? statement->int64(0) : 0;
}

bool Database::in_transaction() const {
  return connection_ != nullptr && sqlite3_get_autocommit(connection_.get()) == 0;
}

}  // namespace bulkload
