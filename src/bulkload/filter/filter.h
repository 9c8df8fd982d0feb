// What happens to rows between the source and the destination. One file per filter, one line in the registry.
//
// A filter is bound to the columns before it, once, and then given every batch. It may move columns, leave them out,
// and add new ones; it never changes how many rows there are, and never touches buffers that it did not make.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/status.h"
#include "bulkload/config_text.h"
#include "bulkload/record_batch.h"

namespace bulkload {

/// Where in its run a batch is. The same wherever the run was stopped and gone on with.
struct RunPosition {
  int64_t upload_time_us = 0;  // when the run began, microseconds since 1970 UTC
  int64_t rows_before = 0;     // of the run, before this batch
};

/// What there is to say about a configuration.
struct Findings {
  ConfigProblems problems;
  ConfigProblems warnings;
};

/// One thread.
class Filter {
 public:
  virtual ~Filter() = default;

  /// The columns behind the filter. Nothing when it does not fit those before it: then there are problems.
  virtual std::optional<TableSchema> bind(const TableSchema& schema, Findings& findings) = 0;

  /// A batch of the columns that the filter was bound to, as one of those behind it.
  virtual base::Result<RecordBatch> apply(RecordBatch batch, const RunPosition& position) = 0;

  /// What could not be done with values so far, for the log, without the values; empty: nothing.
  virtual std::string complaint() const { return {}; }
};

}  // namespace bulkload
