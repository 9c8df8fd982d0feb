// One run from a configuration to its end, with everything that a person gets to see of it.
#pragma once

#include <cstdint>

#include "base/status.h"
#include "bulkload/console.h"
#include "bulkload/run_request.h"

namespace bulkload {

struct RunReport {
  base::Status status;
  int exit_code = 0;  // 0 done, 1 failed, 2 wrong configuration, 3 stopped, but another run goes on
  int64_t rows = 0;   // written and committed, or kept of an unfinished run
};

/// Loads, and logs how it went; SIGINT and SIGTERM stop it. One at a time in a process.
RunReport run_load(const RunRequest& request, Console& console);

/// What gives the unfinished run of a request up: `bulkload cleanup CONFIG -r PATH`.
std::string cleanup_command(const RunRequest& request);

}  // namespace bulkload
