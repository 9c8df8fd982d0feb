// The keys of `out: {type: postgresql}`, and what libpq gets of them.
#pragma once

#include <span>

#include "bulkload/sink/postgresql_connection.h"
#include "bulkload/sink/sink_type.h"

namespace bulkload::postgresql {

/// In the order of the documentation.
std::span<const SinkOption> sink_options();

/// Rules on several keys.
void check_options(const SinkOptions& options, Problems& problems);

/// How to connect, of options that have passed.
base::Result<Parameters> parameters_of(const SinkOptions& options);

}  // namespace bulkload::postgresql
