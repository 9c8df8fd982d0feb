// `out.detect_deletes`: rows of a table that a run over the whole source did not see are marked as deleted.
//
// The rows of such a run have the column `_deleted_at`, without a value, behind all others. So the table gets the
// column, and a row that comes back loses its mark, as any merged row gets its values.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "bulkload/sink/sink.h"

namespace bulkload {

/// What it takes of a database to mark rows.
struct Marking {
  std::function<base::Result<int64_t>(const std::string& sql)> number;  // of the first row
  std::function<base::Status(const std::string& sql)> run;
  std::string staging;  // both as SQL names
  std::string table;
  std::string unseen;  // SQL: what is true of a row of the table, called t, whose key is not among the staged ones
  std::string time;    // SQL: when the run began
};

/// Such a condition, as most databases do well with.
std::string not_among(const std::string& staging, const std::vector<std::string>& key);

/// Marks the rows of the table that the run has not seen, in the transaction that is open; those that are
/// marked keep their time. When no row was staged, and Deletes is not `even_all`, none is marked, with a warning.
base::Status mark_missing_rows(const Marking& marking, Deletes deletes, SinkResult& result);

}  // namespace bulkload
