// Sessions and jobs as people and scripts see them, in the hosted service's words and columns.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bulkload/session/job_table.h"
#include "bulkload/session/session_table.h"
#include "bulkload/text_table.h"

namespace bulkload {

/// `Name     : …` and so on, the configuration and its diff; secrets that stand in the configuration are `***`.
std::string describe(const Session& session);

/// `JobID      : …` and so on. Times read `2026-02-10 07:31:05 UTC`; a job that is not over lasts until now.
std::string describe(const Job& job, int64_t now_us);

/// Name, Cron, Timezone, Delay, Database, Table.
TextTable session_list(const std::vector<Session>& sessions);

/// JobID, Status, Records, Database, Table, Priority, Started, Duration (seconds; empty when nobody knows).
TextTable session_history(const std::vector<Job>& jobs, int64_t now_us);

/// JobID, Status, Session, Records, Database, Table, Scheduled, Started, Duration.
TextTable job_list(const std::vector<Job>& jobs, int64_t now_us);

}  // namespace bulkload
