// The states of unfinished runs, in the database that the rows are in: table _bulkload_state of each schema, one row
// for each table that a run is writing to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "bulkload/sink/duckdb_database.h"

namespace bulkload::duckdb {

/// A table's name in its schema.
struct TableName {
  std::string schema;
  std::string table;

  std::string sql() const { return sql_name(schema) + "." + sql_name(table); }
};

struct RunState {
  std::string mode;  // of the run: another mode keeps its rows elsewhere and cannot go on from here
  std::string text;
  int64_t rows = 0;
  bool committed = false;
};

/// Makes the schema and its state table when they are missing.
base::Status create_state_table(Database& database, const std::string& schema);

/// Nothing when no run is unfinished. Code::config when the state is damaged or of a newer version: never taken for
/// "nothing".
base::Result<std::optional<RunState>> load_state(Database& database, const TableName& table);

/// Part of the transaction that is open.
base::Status store_state(Database& database, const TableName& table, const RunState& state);

base::Status remove_state(Database& database, const TableName& table);

}  // namespace bulkload::duckdb
