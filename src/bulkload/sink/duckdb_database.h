// DuckDB behind Status: a database in a file or in memory, and statements as text.
//
// Errors: Code::busy when another program has the file, local_io for the disk, config for a file that is no database
// of DuckDB and for a missing library, data for a row that the table refuses, out_of_memory for the limit, internal for
// the rest. After local_io DuckDB may refuse all that follows: open it anew.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "bulkload/sink/duckdb_api.h"
#include "bulkload/sink/sql_name.h"

namespace bulkload::duckdb {

/// Values of DuckDB's settings by name: {"memory_limit", "256MB"}.
using Settings = std::map<std::string, std::string>;

/// A row's values as text; null is empty.
using TextRow = std::vector<std::string>;

/// A database and its one connection. Move-only. Closing it rolls an open transaction back, and brings the file up to
/// date with what was committed.
class Database {
 public:
  Database() = default;

  /// Makes the file when it is missing; an empty path is a database in memory. Never reaches for the network.
  static base::Result<Database> open(const std::string& path, Settings settings);

  bool is_open() const { return connection_ != nullptr; }
  void close();

  /// Runs statements separated by semicolons.
  base::Status run(const std::string& sql);

  /// The rows of one SELECT, all at once or one after another.
  base::Result<std::vector<TextRow>> rows(const std::string& sql);
  base::Status each_row(const std::string& sql, const std::function<void(const TextRow&)>& visit);

  /// Whether the query gives a row.
  base::Result<bool> exists(const std::string& sql);

  const Api& api() const { return *api_; }
  ConnectionObject* connection() const { return connection_.get(); }

 private:
  struct Closer {
    const Api* api;
    void operator()(DatabaseObject* database) const { api->close(&database); }
    void operator()(ConnectionObject* connection) const { api->disconnect(&connection); }
  };
  class Query;

  const Api* api_ = nullptr;
  std::unique_ptr<DatabaseObject, Closer> database_;
  std::unique_ptr<ConnectionObject, Closer> connection_;  // goes first
};

/// An SQL text in quotes. NULs are not possible in SQL.
std::string sql_text(std::string_view text);

}  // namespace bulkload::duckdb
