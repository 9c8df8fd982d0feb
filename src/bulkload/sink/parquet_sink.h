// Rows to one Parquet file.
#pragma once

#include <memory>
#include <string>

#include "bulkload/sink/sink_type.h"

namespace bulkload {

/// For `format: parquet` of type file. Full row groups gather in PATH.part, the rows after them at each save in
/// PATH.tail1 or PATH.tail2, with the run's state in PATH.state and its lock in PATH.lock. On commit the file gets its
/// name whole, in append mode too: the row groups that are there are copied as they are, and the new ones follow.
std::unique_ptr<Sink> make_parquet_sink(const SinkOptions& options);

/// Rules on the keys of type file for this format, and on its own keys for the others.
void check_parquet_options(const SinkOptions& options, Problems& problems);

/// What is wrong with `row_group_size`, or nothing.
std::string check_row_group_size(const std::string& value, const SinkOptions& options);

inline constexpr std::string_view kRowGroupSize = "20480";

}  // namespace bulkload
