// Tables for record batches in DuckDB: making them, fitting rows into existing ones, and handing staged rows over.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "bulkload/sink/duckdb_columns.h"
#include "bulkload/sink/duckdb_database.h"
#include "bulkload/sink/duckdb_state.h"
#include "bulkload/sink/sink.h"

namespace bulkload::duckdb {

/// A table's columns; none when there is no such table. Code::config when the name is a view's.
base::Result<std::vector<Column>> existing_columns(Database& database, const TableName& table);

base::Status create_table(Database& database, const TableName& table, const std::vector<Column>& columns);

/// Adds the columns that an existing table lacks. Code::config when one has another type there.
base::Status fit_table(Database& database, const TableName& table, const std::vector<Column>& existing,
                       const std::vector<Column>& wanted);

/// Code::config when values of the key's columns repeat: merging would leave all of them.
base::Status require_unique_keys(Database& database, const TableName& table, const std::vector<std::string>& key);

/// Hands the rows of `staging` over to `table` as the mode says, in the transaction that is open, and removes
/// `staging`, whose rows were committed before. A replaced table keeps its indexes; its other columns and its
/// constraints go with its rows. Merged rows keep what other columns of the table have for their key.
base::Status publish(Database& database, Mode mode, const TableName& staging, const TableName& table,
                     const std::vector<Column>& columns, const std::vector<std::string>& key);

}  // namespace bulkload::duckdb
