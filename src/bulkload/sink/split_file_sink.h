// Rows to a sequence of files, each at most about `max_file_bytes` long.
#pragma once

#include <memory>

#include "bulkload/sink/sink_type.h"

namespace bulkload {

/// For `path_prefix` of type file. The rows gather in PREFIX.part0, PREFIX.part1, … beside the final names, with the
/// run's state in PREFIX.state and its lock in PREFIX.lock. On commit each file gets its name whole, one after another;
/// a crash in between is completed by the next open(). Numbers begin at 0, or in append mode behind the largest there
/// is; replace removes the files of the numbers behind its own.
std::unique_ptr<Sink> make_split_file_sink(const SinkOptions& options);

/// What is wrong with `sequence_format` and `max_file_bytes`, or nothing.
std::string check_sequence_format(const std::string& value, const SinkOptions& options);
std::string check_file_bytes(const std::string& value, const SinkOptions& options);

inline constexpr std::string_view kSequenceFormat = "%03d.%02d.";  // Embulk's

}  // namespace bulkload
