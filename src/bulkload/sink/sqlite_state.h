// The states of unfinished runs, in the database that the rows are in: table _bulkload_state, one row for each table
// that a run is writing to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "bulkload/sink/sqlite_database.h"

namespace bulkload {

struct SqliteState {
  std::string mode;  // of the run: another mode keeps its rows elsewhere and cannot go on from here
  std::string text;
  int64_t rows = 0;
  bool committed = false;
};

/// Makes the state table when it is missing.
base::Status create_state_table(Database& database);

/// Nothing when no run is unfinished. Code::config when the state is damaged or of a newer version: never taken for
/// "nothing".
base::Result<std::optional<SqliteState>> load_state(Database& database, std::string_view table);

/// Part of the transaction that is open.
base::Status store_state(Database& database, std::string_view table, const SqliteState& state);

base::Status remove_state(Database& database, std::string_view table);

}  // namespace bulkload
