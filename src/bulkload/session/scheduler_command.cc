#include "base/clock.h"
#include "bulkload/commands.h"
#include "bulkload/interrupt.h"
#include "bulkload/session/commands.h"
#include "bulkload/session/health_server.h"
#include "bulkload/session/metrics.h"
#include "bulkload/session/scheduler.h"
#include "bulkload/sink/durable_file.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;

constexpr int64_t kTickUs = 1'000'000;
constexpr int64_t kReapUs = 100'000;

/// Runs what is due at this moment, to its end.
int run_once(Scheduler& scheduler, InterruptWatcher& interrupts, base::Clock& clock, Console& console) {
  base::StopFlag stop;
  interrupts.set_action([&] { stop.request(); });
  const Status status = scheduler.tick();
  for (scheduler.reap(); scheduler.running() > 0; scheduler.reap()) {
    if (clock.wait_us(kReapUs, stop)) continue;
    scheduler.stop_runs();
    scheduler.wait_for_runs();
  }
  interrupts.set_action({});
  return status.ok() ? scheduler.worst_exit_code() : report_failure(status, console);
}

/// Runs what is due, until a signal comes.
int run_for_ever(Scheduler& scheduler, InterruptWatcher& interrupts, base::Clock& clock, Console& console) {
  base::StopFlag stop;
  interrupts.set_action([&] { stop.request(); });
  Status status;
  do {
    status = scheduler.tick();
    // Somebody else writes to the store for a long time: later, then.
    if (status.code() == Code::busy) status = Status();
  } while (status.ok() && clock.wait_us(kTickUs, stop));
  interrupts.set_action({});
  console.log().info("Stopping: " + std::to_string(scheduler.running()) + " runs are on.");
  scheduler.stop_runs();
  scheduler.wait_for_runs();
  return status.ok() ? 0 : report_failure(status, console);
}

base::Result<std::unique_ptr<HealthServer>> serve(const CommandLine& line, const Scheduler& scheduler,
                                                  base::Clock& clock, const std::string& store_path, Console& console) {
  if (line.scheduler.listen.empty()) return std::unique_ptr<HealthServer>();
  HealthPages pages;
  pages.healthy = [&scheduler] { return scheduler.healthy(); };
  pages.metrics = [&clock, store_path]() -> base::Result<std::string> {
    auto store = Store::open(store_path);
    return store.ok() ? prometheus_text(*store, clock.now_us()) : store.status();
  };
  auto server = HealthServer::start(line.scheduler.listen, std::move(pages));
  if (server.ok()) {
    console.log().info("Serving http://" + (*server)->address() + "/healthz and http://" + (*server)->address() +
                       "/metrics");
  }
  return server;
}

}  // namespace

int scheduler_command(const CommandLine& line, Console& console) {
  InterruptWatcher interrupts;
  auto store = Store::open(line.session.state_path);
  if (!store.ok()) return report_failure(store.status(), console);
  const auto lock = FileLock::acquire(store->path() + ".scheduler");
  if (!lock.ok()) return report_failure(lock.status(), console);
  base::SystemClock clock;
  Scheduler scheduler(*store, line, clock, console.log(),
                      line.scheduler.once ? Unfinished::never : Unfinished::at_start);
  if (line.scheduler.once) return run_once(scheduler, interrupts, clock, console);
  const auto server = serve(line, scheduler, clock, store->path(), console);
  if (!server.ok()) return report_failure(server.status(), console);
  console.log().info("Scheduling the sessions of " + store->path());
  return run_for_ever(scheduler, interrupts, clock, console);
}

}  // namespace bulkload
