// Who may load into a table, and how far an unfinished run has come: advisory locks, and table _bulkload_state of the
// table's schema, with one row for each table that a run is writing to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/status.h"
#include "bulkload/sink/postgresql_connection.h"
#include "bulkload/sink/postgresql_table.h"

namespace bulkload::postgresql {

struct RunState {
  std::string mode;  // of the run: another mode keeps its rows elsewhere and cannot go on from here
  std::string text;
  int64_t rows = 0;
  int64_t adapted = 0;  // values that were not stored as they came
  bool committed = false;
};

/// Takes the lock on loads into the table; it goes with the connection. Code::busy when another session has it, after
/// 0.7 s: a server may notice a little late that a client was killed.
base::Status take_lock(Connection& connection, const TableName& name);

/// Makes the state table of the schema when it is missing, in the transaction that is open.
base::Status create_state_table(Connection& connection, const std::string& schema);

/// Nothing when no run is unfinished. Code::config when the state is damaged or of a newer version: never taken for
/// "nothing".
base::Result<std::optional<RunState>> load_state(Connection& connection, const TableName& name);

/// Part of the transaction that is open.
base::Status store_state(Connection& connection, const TableName& name, const RunState& state);

/// Does nothing when there is no state table.
base::Status remove_state(Connection& connection, const TableName& name);

}  // namespace bulkload::postgresql
