#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/text_time.h"
#include "bulkload/commands.h"
#include "bulkload/load.h"
#include "bulkload/prepared.h"
#include "bulkload/session/commands.h"
#include "bulkload/session/job_run.h"
#include "bulkload/session/job_table.h"
#include "bulkload/session/report.h"
#include "bulkload/session/session_request.h"
#include "bulkload/session/session_table.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;

/// A job that cannot begin now may begin later: exit code 3 when the session is busy.
int report_refusal(const Status& status, Console& console) {
  if (status.code() != Code::busy) return report_failure(status, console);
  console.log().error(status.message());
  return exit_code(status);
}

/// Says that a job is queued, and runs it: here when it is waited for, else in the background.
int begin(Store& store, const QueuedJob& job, const Session& session, const CommandLine& line, Console& console) {
  const std::string id = std::to_string(job.id);
  console.print("Job " + id + " is queued.\nUse 'bulkload job show " + id + "' to show the status.");
  if (!line.session.wait) {
    const auto process = spawn_job(store, job, line, JobOutput::discarded);
    if (process.ok()) return 0;
    const Status& why = process.status();
    const Status ended = end_job(store, job.id, JobStatus::error, 0, why.message(), base::SystemClock().now_us());
    return report_failure(ended.ok() ? why : ended, console);
  }
  const int code = run_job(store, job, session, line, console);
  const JobStatus status = job_status_of(code);
  console.print("Status     : " + std::string(job_status_name(status)));
  return code;
}

base::Result<std::optional<int64_t>> scheduled_time(const std::string& text) {
  if (text.empty()) return std::optional<int64_t>();
  const auto time = base::parse_time(text);
  if (time) return std::optional<int64_t>(time->us);
  return Status(Code::config,
                "TIME: '" + text + "' is no time; write 2026-02-10 07:31:05, which is UTC, or add a zone");
}

}  // namespace

int session_run_command(const CommandLine& line, Console& console) {
  const auto scheduled = scheduled_time(line.session.time);
  if (!scheduled.ok()) return report_failure(scheduled.status(), console);
  auto store = Store::open(line.session.state_path);
  if (!store.ok()) return report_failure(store.status(), console);
  const auto session = find_session(*store, line.session.name);
  if (!session.ok()) return report_failure(session.status(), console);
  const auto job = add_job(*store, *session, *scheduled, base::SystemClock().now_us());
  return job.ok() ? begin(*store, *job, *session, line, console) : report_refusal(job.status(), console);
}

int issue_command(const CommandLine& line, Console& console) {
  auto store = Store::open(line.session.state_path);
  if (!store.ok()) return report_failure(store.status(), console);
  Session session;
  session.database = line.session.database.value_or("");
  session.table = line.session.table.value_or("");
  session.time_column = line.session.time_column.value_or("");
  if (const Status status = read_session_config(line.config, session); !status.ok())
    return report_failure(status, console);
  // What is prepared goes again: the run makes its own, under its own watch for signals.
  const Status prepared = prepare(run_request(session, line), OutSection::checked, console).status();
  if (!prepared.ok()) return report_failure(prepared, console);
  Job draft;
  draft.database = session.database;
  draft.table = session.table;
  draft.time_column = session.time_column;
  draft.folder = session.folder;
  draft.config = session.config;
  const auto job = add_job(*store, draft, base::SystemClock().now_us());
  return job.ok() ? begin(*store, *job, session, line, console) : report_refusal(job.status(), console);
}

int job_show_command(const CommandLine& line, Console& console) {
  auto store = Store::open(line.session.state_path);
  const auto job = store.ok() ? find_job(*store, line.session.job_id) : store.status();
  if (!job.ok()) return report_failure(job.status(), console);
  return print_rows(describe(*job, base::SystemClock().now_us()), console);
}

int job_list_command(const CommandLine& line, Console& console) {
  auto store = Store::open(line.session.state_path);
  const auto jobs = store.ok() ? list_jobs(*store, std::nullopt) : store.status();
  if (!jobs.ok()) return report_failure(jobs.status(), console);
  return print_rows(render(job_list(*jobs, base::SystemClock().now_us()), line.format), console);
}

int job_run_command(const CommandLine& line, Console& console) {
  auto store = Store::open(line.session.state_path);
  if (!store.ok()) return report_failure(store.status(), console);
  const int64_t id = line.session.job_id;
  auto lock = JobLock::adopt(store->lock_path(), id, line.session.lock_descriptor);
  if (!lock.ok()) return report_failure(lock.status(), console);
  const auto job = find_job(*store, id);
  if (!job.ok()) return report_failure(job.status(), console);
  if (job->status != JobStatus::queued) {
    return report_failure(Status(Code::config, "job " + std::to_string(id) + " has begun already"), console);
  }
  const auto session = job->session_id ? find_session(*store, job->session) : session_of(*job);
  if (!session.ok()) return report_failure(session.status(), console);
  CommandLine named = line;
  named.config = "job " + std::to_string(id);
  return run_job(*store, {id, std::move(*lock)}, *session, named, console);
}

}  // namespace bulkload
