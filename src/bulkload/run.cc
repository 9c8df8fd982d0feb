#include "bulkload/run.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/text_time.h"
#include "bulkload/commands.h"
#include "bulkload/interrupt.h"
#include "bulkload/load.h"
#include "bulkload/next_config_file.h"
#include "bulkload/prepared.h"
#include "bulkload/progress.h"
#include "bulkload/resume_file.h"
#include "bulkload/several_sources.h"
#include "bulkload/source_summary.h"
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

/// Whether the next run reads anew what this one has read, and would append it again. The state of a source that is
/// done stays then until all are: a run that goes on with the others leaves it as it is.
bool would_append_again(const RunRequest& request, const Prepared& prepared, const std::string& diff) {
  const bool is_stored = request.store_next_config || !request.diff_path.empty();
  return prepared.out.mode == Mode::append && !(is_stored && changes_config(prepared.file, diff));
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
  if (!prepared.source.empty()) {
    job.keeps_state = [&](const std::string& diff) { return would_append_again(request, prepared, diff); };
  }
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

/// One source, to its end.
LoadOutcome run_source(const RunRequest& request, Prepared& prepared, InterruptWatcher& interrupts, Console& console) {
  const base::Log log = source_log(console.log(), request.log_level, prepared.source);
  interrupts.set_action([&] { prepared.input.cancel(); });
  base::SystemClock clock;
  ProgressReport progress(prepared.input, clock, console);
  LoadOutcome outcome = load_prepared(request, prepared, interrupts, clock, log);
  const int64_t patience_us = clock.monotonic_us() + request.busy_wait_sec * base::kMicrosPerSecond;
  const auto waits = [&] { return outcome.status.code() == Code::busy && clock.monotonic_us() < patience_us; };
  if (waits()) log.info("Waiting for the destination: " + outcome.status.message());
  while (waits() && !interrupts.interrupted()) {
    std::this_thread::sleep_for(std::chrono::microseconds(kBusyPollUs));
    outcome = load_prepared(request, prepared, interrupts, clock, log);
  }
  progress.stop();
  interrupts.set_action({});
  log_outcome(outcome, request, format_summary(prepared.input.progress(), outcome.result, progress.elapsed_us()), log);
  return outcome;
}

/// What a source of several runs with: its own file of -r, and a next configuration that is one part of the whole.
RunRequest request_of(const std::string& source, const RunRequest& whole, SourceDiffs& diffs) {
  RunRequest request = whole;
  request.resume_path = source_path(whole.resume_path, source);
  request.cleanup = cleanup_command(whole);
  if (!whole.store_next_config && whole.diff_path.empty()) return request;
  request.store_next_config = [&whole, &diffs, source](const std::string& diff) -> Status {
    const auto all = diffs.put(source, diff);
    if (!all.ok()) return all.status();
    return whole.store_next_config ? whole.store_next_config(*all) : write_next_config_file(whole.diff_path, *all);
  };
  request.diff_path.clear();
  return request;
}

/// Drops the states that stayed, once nothing is left to go on with.
void forget_all(const std::vector<SourceEnd>& ends, const std::vector<Prepared>& prepared, const base::Log& log) {
  if (std::any_of(ends.begin(), ends.end(), is_unfinished)) return;
  for (size_t i = 0; i < ends.size(); ++i) {
    if (!ends[i].outcome.state_stays) continue;
    auto sink = make_sink(prepared[i].out);
    const Status forgotten = sink.ok() ? forget_committed(**sink, prepared[i].filters.schema()) : sink.status();
    if (!forgotten.ok()) {
      log.warn(ends[i].source + ": the finished run's state was not dropped: " + forgotten.message());
    }
  }
}

/// One after the other; one that fails does not keep the others from running, a signal stops them all.
RunReport run_sources(const RunRequest& request, std::vector<Prepared>& prepared, InterruptWatcher& interrupts,
                      Console& console) {
  const base::Log log = console.log();
  SourceDiffs diffs(prepared.front().file.next_sources);
  std::vector<SourceEnd> ends;
  for (Prepared& each : prepared) {
    SourceEnd& end = ends.emplace_back(SourceEnd{each.source});
    if (interrupts.interrupted()) continue;
    end.begun = true;
    end.outcome = run_source(request_of(each.source, request, diffs), each, interrupts, console);
  }
  forget_all(ends, prepared, log);
  const int code = exit_code(ends);
  for (const std::string& text : summarise(ends)) log.info(text);
  if (code == 3) log.error("Run the same command again to go on.");
  int64_t rows = 0;
  for (const SourceEnd& end : ends) rows += rows_of(end.outcome);
  return {status_of(ends), code, rows};
}

}  // namespace

std::string cleanup_command(const RunRequest& request) {
  if (!request.cleanup.empty()) return request.cleanup;
  return "bulkload cleanup " + request.config + (request.resume_path.empty() ? "" : " -r " + request.resume_path);
}

RunReport run_load(const RunRequest& request, Console& console) {
  InterruptWatcher interrupts;
  console.log().info("Started bulkload v" BULKLOAD_VERSION);
  auto prepared = prepare(request, OutSection::checked, console);
  if (!prepared.ok()) return {prepared.status(), report_failure(prepared.status(), console), 0};
  if (!prepared->front().source.empty()) return run_sources(request, *prepared, interrupts, console);
  const LoadOutcome outcome = run_source(request, prepared->front(), interrupts, console);
  return {outcome.status, exit_code(outcome.status), rows_of(outcome)};
}

int run_command(const CommandLine& line, Console& console) { return run_load(line, console).exit_code; }

}  // namespace bulkload
