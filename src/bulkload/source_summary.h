// How the sources of one run ended, for its last lines and its exit code.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bulkload/load.h"

namespace bulkload {

struct SourceEnd {
  std::string source;
  bool begun = false;  // false: the run was stopped before
  LoadOutcome outcome = {};
};

/// Rows that the run has written, or keeps of what is unfinished.
int64_t rows_of(const LoadOutcome& outcome);

/// Whether the next run goes on with it.
bool is_unfinished(const SourceEnd& end);

/// A line for each source, aligned, and one for all:
///   profiles  650 rows written to load.db, table profiles
///   events    failed: HTTP 400 from /api/events: …
///   lists     not begun
///   1 of 3 sources done, 1 failed, 1 to go on with; 650 rows.
std::vector<std::string> summarise(const std::vector<SourceEnd>& ends);

/// Ok, or why sources are not done, by their names. Its code is that of the first that failed for good, else of the
/// first that is unfinished.
base::Status status_of(const std::vector<SourceEnd>& ends);

/// 0 all done, 1 any failed for good, 3 any is unfinished.
int exit_code(const std::vector<SourceEnd>& ends);

}  // namespace bulkload
