// A job's way from the store to the loader: in this process, or in one of its own in the background.
#pragma once

#include <sys/types.h>

#include "base/status.h"
#include "bulkload/command_line.h"
#include "bulkload/console.h"
#include "bulkload/session/job_table.h"
#include "bulkload/session/session_table.h"

namespace bulkload {

/// Runs a queued job in this process, which moves to the session's folder, and writes its beginning and end into the
/// history. Gives the exit code. The next configuration is stored with the session, where there is one.
int run_job(Store& store, const QueuedJob& job, const Session& session, const CommandLine& line, Console& console);

/// Where a job in the background says how it goes, beside the history.
enum class JobOutput {
  discarded,  // --log-path is the only place
  inherited   // this process's standard error
};

/// Starts a process that runs a queued job as `bulkload job run ID`, without a terminal, in a session of its own
/// (setsid). It has the job's lock from the beginning on, so that the caller may give its own back, and end. SIGTERM
/// stops the run so that another one goes on.
base::Result<pid_t> spawn_job(const Store& store, const QueuedJob& job, const CommandLine& line, JobOutput output);

}  // namespace bulkload
