#include "bulkload/run.h"

#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include "base/text_time.h"
#include "bulkload/commands.h"
#include "bulkload/interrupt.h"
#include "bulkload/load.h"
#include "bulkload/next_config_file.h"
#include "bulkload/prepared.h"
#include "bulkload/progress.h"
#include "bulkload/resume_file.h"
#include "bulkload/text_format.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;
using Kept = LoadOutcome::Kept;

constexpr int64_t kLiveIntervalUs = 250'000;
constexpr int64_t kBusyPollUs = 500'000;
constexpr int64_t kPlainIntervalUs = 10 * base::kMicrosPerSecond;

/// Tells how far the run is: on a terminal in a line that changes, elsewhere every ten seconds in a new one.
class ProgressReport {
 public:
  ProgressReport(const Input& input, base::Clock& clock, Console& console)
      : input_(input), clock_(clock), console_(console), begin_us_(clock.monotonic_us()) {
    ticker_.emplace(clock, console.is_terminal() ? kLiveIntervalUs : kPlainIntervalUs, [this] { tick(); });
  }

  void stop() {
    ticker_.reset();
    if (console_.is_terminal()) console_.show_live("");
  }

  int64_t elapsed_us() const { return clock_.monotonic_us() - begin_us_; }

 private:
  void tick() {
    const std::string text = format_progress(input_.progress(), elapsed_us());
    if (console_.is_terminal()) {
      console_.show_live(text);
    } else {
      console_.log().info(text);
    }
  }

  const Input& input_;
  base::Clock& clock_;
  Console& console_;
  int64_t begin_us_;
  std::optional<Ticker> ticker_;
};

/// What a person does about a run that did not end well.
std::string advice(const LoadOutcome& outcome, const RunRequest& request) {
  const std::string cleanup = "'" + cleanup_command(request) + "'";
  switch (outcome.kept) {
    case Kept::refused:
      return "A run was left unfinished, and its state does not fit this one. Undo what was changed since, or give "
             "that run up with " +
             cleanup + " (rows that are already visible stay).";
    case Kept::committed:
      return "The rows are committed; run the same command again to finish with the next configuration.";
    case Kept::state:
      return format_count(outcome.rows_kept) +
             " rows are kept. Run the same command again to go on, or give the run up with " + cleanup +
             " (rows that are already visible stay).";
    case Kept::nothing:
      break;
  }
  return "Nothing is kept of this run; the next one begins anew.";
}

void log_outcome(const LoadOutcome& outcome, const RunRequest& request, const std::string& summary,
                 const base::Log& log) {
  const Status& status = outcome.status;
  if (status.ok()) return log.info(outcome.result.where.empty() ? "Finished the last run." : summary);
  log.error(status.message());
  std::string next = advice(outcome, request);
  if (status.retry_at_us() > 0)
    next += " The service asks to wait until " + base::format_utc_display(status.retry_at_us()) + ".";
  // The destination itself, not this run: nothing to go on from, and nothing lost.
  const bool never_began = status.code() == Code::busy || status.code() == Code::config;
  if (!never_began || outcome.kept != Kept::nothing) log.error(next);
}

/// For people: `sqlite klaviyo.db, table lists`. Of the settings, only those that cannot hold a password.
std::string destination(const SinkOptions& out) {
  return out.type + " " + out.get("path", out.get("path_prefix")) + ", table " + out.table;
}

LoadOutcome load_prepared(const RunRequest& request, Prepared& prepared, InterruptWatcher& interrupts,
                          base::Clock& clock, const base::Log& log) {
  LoadJob job;
  job.input = &prepared.input;
  job.filters = &prepared.filters;
  job.make_sink = [&] { return make_sink(prepared.out); };
  job.store_next_config = request.store_next_config;
  if (!request.diff_path.empty()) {
    job.store_next_config = [&](const std::string& diff) { return write_next_config_file(request.diff_path, diff); };
  }
  job.has_next_config = [&](const std::string& diff) { return has_next_config(prepared.file, diff); };
  job.clock = &clock;
  job.log = log;
  job.interrupts = &interrupts;
  if (request.resume_path.empty()) return load(job);

  ResumeFile resume(request.resume_path, destination(prepared.out), cleanup_command(request));
  LoadOutcome outcome;
  outcome.status = resume.open();
  if (!outcome.status.ok()) return outcome;
  job.mark = resume.mark();
  outcome = load(job);
  if (outcome.kept == Kept::state) {
    const Status written = resume.write(outcome.rows_kept);
    if (!written.ok()) log.warn(written.message());
  }
  return outcome;
}

}  // namespace

std::string cleanup_command(const RunRequest& request) {
  if (!request.cleanup.empty()) return request.cleanup;
  return "bulkload cleanup " + request.config + (request.resume_path.empty() ? "" : " -r " + request.resume_path);
}

RunReport run_load(const RunRequest& request, Console& console) {
  InterruptWatcher interrupts;
  base::Log log = console.log();
  log.info("Started bulkload v" BULKLOAD_VERSION);
  auto prepared = prepare(request, OutSection::checked, console);
  if (!prepared.ok()) return {prepared.status(), report_failure(prepared.status(), console), 0};
  interrupts.set_action([&] { prepared->input.cancel(); });

  base::SystemClock clock;
  ProgressReport progress(prepared->input, clock, console);
  LoadOutcome outcome = load_prepared(request, *prepared, interrupts, clock, log);
  const int64_t patience_us = clock.monotonic_us() + request.busy_wait_sec * base::kMicrosPerSecond;
  const auto waits = [&] { return outcome.status.code() == Code::busy && clock.monotonic_us() < patience_us; };
  if (waits()) log.info("Waiting for the destination: " + outcome.status.message());
  while (waits() && !interrupts.interrupted()) {
    std::this_thread::sleep_for(std::chrono::microseconds(kBusyPollUs));
    outcome = load_prepared(request, *prepared, interrupts, clock, log);
  }
  progress.stop();
  interrupts.set_action({});
  log_outcome(outcome, request, format_summary(prepared->input.progress(), outcome.result, progress.elapsed_us()), log);
  // A run that only finishes an earlier one has written nothing itself.
  const int64_t rows = outcome.result.where.empty() ? outcome.rows_kept : outcome.result.rows_written;
  return {outcome.status, exit_code(outcome.status), rows};
}

int run_command(const CommandLine& line, Console& console) { return run_load(line, console).exit_code; }

}  // namespace bulkload
