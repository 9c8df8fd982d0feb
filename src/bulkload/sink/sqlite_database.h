// SQLite behind Status: a connection and its prepared statements. The one place that knows sqlite3.h.
//
// Errors: Code::busy when somebody else holds the database longer than the wait allows, local_io for the disk, config
// for a file that is no database, data for a value or row that the table refuses, internal for the rest.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "bulkload/sink/sql_name.h"

struct sqlite3;
struct sqlite3_stmt;

namespace bulkload {

/// A prepared statement. Parameters and columns count from 1 and 0, as in SQLite. Must go before its Database.
class Statement {
 public:
  Statement() = default;

  void bind_null(int parameter);
  void bind(int parameter, int64_t value);
  void bind(int parameter, double value);
  /// The text, NULs included, must stay as it is until the statement is run.
  void bind(int parameter, std::string_view text);

  /// True: there is a row to read. False: the end, and the statement may be bound and run again.
  base::Result<bool> step();

  /// Runs a statement that gives no rows.
  base::Status run();

  bool is_null(int column) const;
  int64_t int64(int column) const;
  std::string text(int column) const;

 private:
  friend class Database;
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };

  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  int bind_result_ = 0;  // the first that was not SQLITE_OK
};

/// A connection. Move-only; closing it rolls an open transaction back.
class Database {
 public:
  Database() = default;

  /// Opens the file, making it when it is missing. Statements wait up to `busy_wait_ms` for others.
  static base::Result<Database> open(const std::string& path, int busy_wait_ms);

  bool is_open() const { return connection_ != nullptr; }

  /// Runs statements separated by semicolons.
  base::Status run(const std::string& sql);
  base::Result<Statement> prepare(const std::string& sql);

  /// Whether the query, with `parameter` bound when it has one, gives a row.
  base::Result<bool> exists(const std::string& sql, std::string_view parameter = {});

  /// First column of the first row; 0 without a row.
  base::Result<int64_t> number(const std::string& sql);

  bool in_transaction() const;

 private:
  struct Closer {
    void operator()(sqlite3* connection) const;
  };

  std::unique_ptr<sqlite3, Closer> connection_;
};

}  // namespace bulkload
