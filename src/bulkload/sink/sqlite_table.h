// Tables for Arrow columns in SQLite: making them, fitting rows into existing ones, and handing staged rows over.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "bulkload/record_batch.h"
#include "bulkload/sink/sink.h"
#include "bulkload/sink/sqlite_database.h"

namespace bulkload {

struct SqliteColumn {
  std::string name;
  std::string type;  // as declared

  bool operator==(const SqliteColumn&) const = default;
};

/// TEXT for strings, JSON and timestamps; INTEGER for integers and booleans; REAL. SQLite's column names have no case:
/// of two that differ in nothing else the later one gets `_2`.
std::vector<SqliteColumn> sqlite_columns(const TableSchema& schema);

/// A table's columns; none when there is no such table. Code::config when the name is a view's.
base::Result<std::vector<SqliteColumn>> existing_columns(Database& database, std::string_view table);

base::Status create_table(Database& database, std::string_view table, const std::vector<SqliteColumn>& columns);

/// Adds the columns that an existing table lacks. Code::config when one has another type there.
base::Status fit_table(Database& database, std::string_view table, const std::vector<SqliteColumn>& existing,
                       const std::vector<SqliteColumn>& wanted);

/// Sees to a unique index on the key's columns, in place of one of this program's on others. Code::config when keys
/// repeat.
base::Status require_unique_key(Database& database, std::string_view table, const std::vector<std::string>& key);

/// INSERT with a parameter for each column, in order.
std::string insert_sql(std::string_view table, const std::vector<SqliteColumn>& columns);

/// Hands the rows of `staging` over to `table` as the mode says, in the transaction that is open, and removes
/// `staging`. A replaced table keeps its indexes and triggers; its other columns go with its rows. `key`: of mode
/// merge.
base::Status publish(Database& database, Mode mode, std::string_view staging, std::string_view table,
                     const std::vector<SqliteColumn>& columns, const std::vector<std::string>& key);

}  // namespace bulkload
