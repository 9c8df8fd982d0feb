// The sinks themselves, for the registry alone. Options have passed check_sink_options().
#pragma once

#include <memory>

#include "bulkload/sink/sink.h"

namespace bulkload {

/// Rows to standard output, without state.
std::unique_ptr<Sink> make_stdout_sink(const SinkOptions& options);

/// Rows to one file at `path`. They gather in PATH.part beside it, with the run's state in PATH.state and its lock in
/// PATH.lock. On commit: `replace` and `replace_on_new_data` rename the part file to `path`; `append` adds its rows to
/// the end of `path`, or renames it when there is nothing yet.
std::unique_ptr<Sink> make_file_sink(const SinkOptions& options);

/// Rows to a table of an SQLite database. Its lock is PATH.lock: one run at a time writes to a database; reading is
/// possible all the while.
std::unique_ptr<Sink> make_sqlite_sink(const SinkOptions& options);

}  // namespace bulkload
