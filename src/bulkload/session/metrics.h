// The sessions of a store as Prometheus' text format (version 0.0.4) has them.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"
#include "bulkload/session/store.h"

namespace bulkload {

/// `bulkload_sessions`, and for each session:
///   bulkload_jobs_total{session,status}                    ended runs in the history
///   bulkload_records_total{session}                        rows that they wrote
///   bulkload_job_running{session}                          1 while one is on
///   bulkload_last_success_timestamp_seconds{session}       end of the last run that succeeded
///   bulkload_last_duration_seconds{session}                of the last run that ended
///   bulkload_next_run_timestamp_seconds{session}           of those with a schedule
base::Result<std::string> prometheus_text(Store& store, int64_t now_us);

}  // namespace bulkload
