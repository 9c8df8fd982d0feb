#include "bulkload/session/scheduler.h"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/text_time.h"
#include "bulkload/session/job_run.h"
#include "bulkload/text_format.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;

constexpr int64_t kStuckUs = 60 * base::kMicrosPerSecond;
constexpr int kSignalExit = 128;

bool is_over(JobStatus status) { return status != JobStatus::queued && status != JobStatus::running; }

bool can_go_on(JobStatus status) { return status == JobStatus::stopped || status == JobStatus::killed; }

}  // namespace

Scheduler::Scheduler(Store& store, const CommandLine& line, base::Clock& clock, base::Log log, Unfinished unfinished)
    : store_(store),
      line_(line),
      clock_(clock),
      log_(std::move(log)),
      unfinished_(unfinished),
      last_tick_us_(clock.monotonic_us()) {}

Status Scheduler::tick() {
  last_tick_us_ = clock_.monotonic_us();
  reap();
  const auto sessions = list_sessions(store_);
  if (!sessions.ok()) return sessions.status();
  for (const Session& session : *sessions) {
    if (Status status = start_due(session); !status.ok()) return status;
  }
  unfinished_ = Unfinished::never;
  return {};
}

void Scheduler::reap() {
  for (int status = 0;;) {
    const pid_t process = ::waitpid(-1, &status, WNOHANG);
    if (process <= 0) return;
    note_end(process, status);
  }
}

Status Scheduler::start_due(const Session& session) {
  for (const auto& [process, run] : runs_) {
    if (run.session_id == session.id) return {};
  }
  const auto scheduled_us = due(session);
  if (scheduled_us.ok()) return *scheduled_us ? start(session, **scheduled_us) : Status();
  if (scheduled_us.status().code() != Code::config) return scheduled_us.status();
  complain_once(session, scheduled_us.status().message());
  return {};
}

base::Result<std::optional<int64_t>> Scheduler::due(const Session& session) {
  const auto schedule = schedule_of(session);
  if (!schedule.ok()) return schedule.status();
  if (!schedule->has_value()) return std::optional<int64_t>();
  const auto last = last_scheduled_job(store_, session.id);
  if (!last.ok()) return last.status();
  const int64_t now_us = clock_.now_us();
  int64_t after_us = std::max(session.created_us, session.updated_us);
  if (last->has_value()) {
    after_us = std::max(after_us, std::min(now_us, *(**last).scheduled_us));
    if (!is_over((**last).status)) return std::optional<int64_t>();
  }
  auto scheduled_us = due_run(**schedule, after_us, now_us);
  const bool again =
      !scheduled_us && unfinished_ == Unfinished::at_start && last->has_value() && can_go_on((**last).status);
  if (again) scheduled_us = (**last).scheduled_us;
  return scheduled_us;
}

Status Scheduler::start(const Session& session, int64_t scheduled_us) {
  auto job = add_job(store_, session, scheduled_us, clock_.now_us());
  if (!job.ok()) {
    if (job.status().code() != Code::busy) return job.status();
    complain_once(session, job.status().message());
    return {};
  }
  const auto process = spawn_job(store_, *job, line_, JobOutput::inherited);
  if (!process.ok()) {
    log_.error("session " + session.name + ": " + process.status().message());
    return end_job(store_, job->id, JobStatus::error, 0, process.status().message(), clock_.now_us());
  }
  complaints_.erase(session.id);
  runs_.emplace(*process, Run{session.id, job->id, session.name});
  log_.info("session " + session.name + ": job " + std::to_string(job->id) + " runs, due at " +
            base::format_utc_display(scheduled_us));
  return {};
}

void Scheduler::note_end(pid_t process, int status) {
  const auto found = runs_.find(process);
  if (found == runs_.end()) return;
  const Run run = found->second;
  runs_.erase(found);
  const int exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : kSignalExit + WTERMSIG(status);
  worst_exit_code_ = std::max(worst_exit_code_, exit_code);
  const auto job = find_job(store_, run.job);
  const std::string how =
      job.ok() ? std::string(job_status_name(job->status)) + ", " + format_count(job->records.value_or(0)) + " records"
               : "its end is not in the history: " + job.status().message();
  const std::string text = "session " + run.session + ": job " + std::to_string(run.job) + " ended: " + how;
  exit_code == 0 ? log_.info(text) : log_.error(text);
}

void Scheduler::stop_runs() {
  for (const auto& [process, run] : runs_) ::kill(process, SIGTERM);
}

void Scheduler::wait_for_runs() {
  while (!runs_.empty()) {
    int status = 0;
    const pid_t process = ::waitpid(-1, &status, 0);
    if (process > 0) {
      note_end(process, status);
    } else if (errno != EINTR) {
      return;
    }
  }
}

bool Scheduler::healthy() const { return clock_.monotonic_us() - last_tick_us_ < kStuckUs; }

void Scheduler::complain_once(const Session& session, const std::string& what) {
  std::string& last = complaints_[session.id];
  if (last == what) return;
  last = what;
  log_.warn("session " + session.name + ": " + what);
}

}  // namespace bulkload
