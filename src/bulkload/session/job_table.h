// The jobs of a store: every run of a session, and every run issued without one. Errors as those of the store.
//
// A job's status is true also after its process was killed: queued and running jobs whose lock nobody holds
// (job_lock.h) become `killed` before anything is read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "bulkload/session/job_lock.h"
#include "bulkload/session/session_table.h"
#include "bulkload/session/store.h"

namespace bulkload {

enum class JobStatus {
  queued,  // its process is starting
  running,
  success,
  error,    // failed, or never began
  stopped,  // by a signal or an outage; the next run goes on from there
  killed    // its process went away; the next run goes on from there
};

std::string_view job_status_name(JobStatus status);

/// The status of a job whose run ended with this exit code.
JobStatus job_status_of(int exit_code);

struct Job {
  int64_t id = 0;
  std::optional<int64_t> session_id;  // nothing: issued without a session, or its session was deleted
  std::string session;                // its name at that time
  JobStatus status = JobStatus::queued;
  std::string database;
  std::string table;
  std::optional<int64_t> records;       // written; nothing: not known
  std::optional<int64_t> scheduled_us;  // the time that the run was due at; nothing: run by hand
  int64_t queued_us = 0;
  std::optional<int64_t> started_us;
  std::optional<int64_t> ended_us;  // nothing: not ended, or killed at a time that nobody knows
  std::string message;              // why it is no success

  // Of a job without a session: what it runs. Dropped at its end.
  std::string time_column;
  std::string folder;
  std::string config;
};

/// A job that was added, and the lock that says that it is alive.
struct QueuedJob {
  int64_t id;
  JobLock lock;
};

/// Adds a run of the session. Code::busy while another one is on: one run at a time.
base::Result<QueuedJob> add_job(Store& store, const Session& session, std::optional<int64_t> scheduled_us,
                                int64_t now_us);

/// Adds a run without a session; database, table, time_column, folder and config of `job` count.
base::Result<QueuedJob> add_job(Store& store, const Job& job, int64_t now_us);

base::Status start_job(Store& store, int64_t id, int64_t now_us);
base::Status end_job(Store& store, int64_t id, JobStatus status, int64_t records, const std::string& message,
                     int64_t now_us);

/// Code::config when there is none.
base::Result<Job> find_job(Store& store, int64_t id);

/// The newest first; of one session, or all.
base::Result<std::vector<Job>> list_jobs(Store& store, std::optional<int64_t> session_id);

/// The session's job that was scheduled for the latest time.
base::Result<std::optional<Job>> last_scheduled_job(Store& store, int64_t session_id);

/// Id of the session's job that is queued or running, or 0. In a transaction.
base::Result<int64_t> running_job(Store& store, int64_t session_id);

}  // namespace bulkload
