#include "bulkload/session/job_table.h"

#include <algorithm>
#include <array>
#include <utility>

namespace bulkload {

namespace {

using base::Code;
using base::Status;

constexpr std::array<std::string_view, 6> kStatusNames = {"queued", "running", "success", "error", "stopped", "killed"};

constexpr const char* kSelect =
    "SELECT id, session_id, session_name, status, database_name, table_name, records, scheduled_us, queued_us, "
    "started_us, ended_us, message, time_column, folder, config FROM jobs ";

void bind(Statement& statement, int parameter, const std::optional<int64_t>& value) {
  value ? statement.bind(parameter, *value) : statement.bind_null(parameter);
}

std::optional<int64_t> optional_int64(const Statement& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional<int64_t>(row.int64(column));
}

Job read(const Statement& row) {
  Job job;
  job.id = row.int64(0);
  job.session_id = optional_int64(row, 1);
  job.session = row.text(2);
  const auto* status = std::find(kStatusNames.begin(), kStatusNames.end(), row.text(3));
  job.status = status == kStatusNames.end() ? JobStatus::error : static_cast<JobStatus>(status - kStatusNames.begin());
  job.database = row.text(4);
  job.table = row.text(5);
  job.records = optional_int64(row, 6);
  job.scheduled_us = optional_int64(row, 7);
  job.queued_us = row.int64(8);
  job.started_us = optional_int64(row, 9);
  job.ended_us = optional_int64(row, 10);
  job.message = row.text(11);
  job.time_column = row.text(12);
  job.folder = row.text(13);
  job.config = row.text(14);
  return job;
}

base::Result<std::vector<Job>> select(Store& store, const std::string& condition) {
  auto query = store.database().prepare(kSelect + condition);
  if (!query.ok()) return query.status();
  std::vector<Job> jobs;
  while (true) {
    const auto row = query->step();
    if (!row.ok()) return row.status();
    if (!*row) return jobs;
    jobs.push_back(read(*query));
  }
}

/// Jobs that say that they are alive and are not. A job takes its lock before it is in the table, and gives it back
/// after its end is there.
base::Result<std::vector<int64_t>> dead_jobs(Store& store) {
  const auto jobs = select(store, "WHERE status IN ('queued', 'running')");
  if (!jobs.ok()) return jobs.status();
  std::vector<int64_t> dead;
  for (const Job& job : *jobs) {
    const auto held = JobLock::is_held(store.lock_path(), job.id);
    if (!held.ok()) return held.status();
    if (!*held) dead.push_back(job.id);
  }
  return dead;
}

Status bury_dead_jobs(Store& store) {
  const auto dead = dead_jobs(store);
  if (!dead.ok()) return dead.status();
  for (const int64_t id : *dead) {
    const Status status = store.database().run(
        "UPDATE jobs SET status = 'killed', config = '', message = 'its process went away; the next run goes on from "
        "there' WHERE id = " +
        std::to_string(id));
    if (!status.ok()) return status;
  }
  return {};
}

/// Without taking the store for itself when all jobs are what they say.
Status tell_the_truth(Store& store) {
  const auto dead = dead_jobs(store);
  if (!dead.ok() || dead->empty()) return dead.status();
  return store.transaction([&] { return bury_dead_jobs(store); });
}

/// In a transaction.
base::Result<QueuedJob> insert(Store& store, const Job& job, int64_t now_us) {
  auto statement = store.database().prepare(
      "INSERT INTO jobs (session_id, kind, status, session_name, database_name, table_name, time_column, folder, "
      "config, "
      "scheduled_us, queued_us, message) VALUES (?1, ?2, 'queued', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, '') RETURNING id");
  if (!statement.ok()) return statement.status();
  bind(*statement, 1, job.session_id);
  statement->bind(2, std::string_view(job.session_id ? "session" : "issue"));
  statement->bind(3, job.session);
  statement->bind(4, job.database);
  statement->bind(5, job.table);
  statement->bind(6, job.time_column);
  statement->bind(7, job.folder);
  statement->bind(8, job.config);
  bind(*statement, 9, job.scheduled_us);
  statement->bind(10, now_us);
  const auto row = statement->step();
  if (!row.ok()) return row.status();
  const int64_t id = statement->int64(0);
  if (Status status = statement->run(); !status.ok()) return status;
  auto lock = JobLock::acquire(store.lock_path(), id);
  if (!lock.ok()) return lock.status();
  return QueuedJob{id, std::move(*lock)};
}

base::Result<QueuedJob> add(Store& store, const Job& job, int64_t now_us) {
  std::optional<QueuedJob> added;
  const Status status = store.transaction([&] {
    const auto running = job.session_id ? running_job(store, *job.session_id) : base::Result<int64_t>(0);
    if (!running.ok()) return running.status();
    if (*running > 0) {
      return Status(Code::busy,
                    "session " + job.session + " is running (job " + std::to_string(*running) + "): wait for its end");
    }
    auto inserted = insert(store, job, now_us);
    if (!inserted.ok()) return inserted.status();
    added.emplace(std::move(*inserted));
    return Status();
  });
  if (!status.ok()) return status;
  return *std::move(added);
}

}  // namespace

std::string_view job_status_name(JobStatus status) { return kStatusNames.at(static_cast<size_t>(status)); }

JobStatus job_status_of(int exit_code) {
  if (exit_code == 0) return JobStatus::success;
  return exit_code == 3 ? JobStatus::stopped : JobStatus::error;
}

base::Result<QueuedJob> add_job(Store& store, const Session& session, std::optional<int64_t> scheduled_us,
                                int64_t now_us) {
  Job job;
  job.session_id = session.id;
  job.session = session.name;
  job.database = session.database;
  job.table = session.table;
  job.scheduled_us = scheduled_us;
  return add(store, job, now_us);
}

base::Result<QueuedJob> add_job(Store& store, const Job& job, int64_t now_us) { return add(store, job, now_us); }

Status start_job(Store& store, int64_t id, int64_t now_us) {
  return store.database().run("UPDATE jobs SET status = 'running', started_us = " + std::to_string(now_us) +
                              " WHERE id = " + std::to_string(id));
}

Status end_job(Store& store, int64_t id, JobStatus status, int64_t records, const std::string& message,
               int64_t now_us) {
  auto update = store.database().prepare(
      "UPDATE jobs SET status = ?1, records = ?2, message = ?3, ended_us = ?4, config = '' WHERE id = ?5");
  if (!update.ok()) return update.status();
  update->bind(1, job_status_name(status));
  update->bind(2, records);
  update->bind(3, message);
  update->bind(4, now_us);
  update->bind(5, id);
  return update->run();
}

base::Result<Job> find_job(Store& store, int64_t id) {
  if (Status status = tell_the_truth(store); !status.ok()) return status;
  auto jobs = select(store, "WHERE id = " + std::to_string(id));
  if (!jobs.ok()) return jobs.status();
  if (!jobs->empty()) return std::move(jobs->front());
  return Status(Code::config, "there is no job " + std::to_string(id) + "; 'bulkload job list' lists them");
}

base::Result<std::vector<Job>> list_jobs(Store& store, std::optional<int64_t> session_id) {
  if (Status status = tell_the_truth(store); !status.ok()) return status;
  return select(
      store, (session_id ? "WHERE session_id = " + std::to_string(*session_id) : std::string()) + " ORDER BY id DESC");
}

base::Result<std::optional<Job>> last_scheduled_job(Store& store, int64_t session_id) {
  if (Status status = tell_the_truth(store); !status.ok()) return status;
  auto jobs = select(store, "WHERE session_id = " + std::to_string(session_id) +
                                " AND scheduled_us IS NOT NULL ORDER BY scheduled_us DESC, id DESC LIMIT 1");
  if (!jobs.ok()) return jobs.status();
  return jobs->empty() ? std::optional<Job>() : std::optional<Job>(std::move(jobs->front()));
}

base::Result<int64_t> running_job(Store& store, int64_t session_id) {
  if (Status status = bury_dead_jobs(store); !status.ok()) return status;
  return store.database().number("SELECT id FROM jobs WHERE status IN ('queued', 'running') AND session_id = " +
                                 std::to_string(session_id));
}

}  // namespace bulkload
