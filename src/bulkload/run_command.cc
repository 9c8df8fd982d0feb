#include <optional>
#include <string>

#include "base/text_time.h"
#include "bulkload/commands.h"
#include "bulkload/interrupt.h"
#include "bulkload/load.h"
#include "bulkload/next_config_file.h"
#include "bulkload/prepared.h"
#include "bulkload/progress.h"
#include "bulkload/text_format.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;
using Kept = LoadOutcome::Kept;

constexpr int64_t kLiveIntervalUs = 250'000;
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
std::string advice(const LoadOutcome& outcome, const std::string& config) {
  const std::string cleanup = "'bulkload cleanup " + config + "'";
  switch (outcome.kept) {
    case Kept::refused:
      return "A run was left unfinished, and its state does not fit this one. Undo what was changed since, or give "
             "that "
             "run up with " +
             cleanup + " (rows that are already visible stay).";
    case Kept::committed:
      return "The rows are committed; run the same command again to finish with the next configuration.";
    case Kept::state:
      return format_count(outcome.rows_kept) +
             " rows are kept. Run the same command again to go on, or give the run up "
             "with " +
             cleanup + " (rows that are already visible stay).";
    case Kept::nothing:
      break;
  }
  return "Nothing is kept of this run; the next one begins anew.";
}

int report_outcome(const LoadOutcome& outcome, const CommandLine& line, const std::string& summary, Console& console) {
  base::Log log = console.log();
  const Status& status = outcome.status;
  if (status.ok()) {
    log.info(outcome.result.where.empty() ? "Finished the last run." : summary);
    return 0;
  }
  log.error(status.message());
  std::string next = advice(outcome, line.config);
  if (status.retry_at_us() > 0)
    next += " The service asks to wait until " + base::format_utc_display(status.retry_at_us()) + ".";
  // The destination itself, not this run: nothing to go on from, and nothing lost.
  const bool never_began = status.code() == Code::busy || status.code() == Code::config;
  if (!never_began || outcome.kept != Kept::nothing) log.error(next);
  return exit_code(status);
}

}  // namespace

int run_command(const CommandLine& line, Console& console) {
  InterruptWatcher interrupts;
  base::Log log = console.log();
  log.info("Started bulkload v" BULKLOAD_VERSION);
  if (!line.resume_path.empty()) {
    log.warn("-r " + line.resume_path + ": is not needed; a run that stopped goes on by itself when it is run again");
  }
  auto prepared = prepare(line, OutSection::checked, console);
  if (!prepared.ok()) return report_failure(prepared.status(), console);
  interrupts.set_action([&] { prepared->input.cancel(); });

  base::SystemClock clock;
  LoadJob job;
  job.input = &prepared->input;
  job.make_sink = [&] { return make_sink(prepared->out); };
  if (!line.diff_path.empty()) {
    job.store_next_config = [&](const std::string& diff) { return write_next_config_file(line.diff_path, diff); };
  }
  job.clock = &clock;
  job.log = log;
  job.interrupts = &interrupts;

  ProgressReport progress(prepared->input, clock, console);
  const LoadOutcome outcome = load(job);
  progress.stop();
  interrupts.set_action({});
  const std::string summary = format_summary(prepared->input.progress(), outcome.result, progress.elapsed_us());
  return report_outcome(outcome, line, summary, console);
}

}  // namespace bulkload
