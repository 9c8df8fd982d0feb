// Runs sessions when they are due, each in a process of its own, and shows how that goes.
#pragma once

#include <atomic>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "bulkload/command_line.h"
#include "bulkload/console.h"
#include "bulkload/session/job_table.h"
#include "bulkload/session/schedule.h"
#include "bulkload/session/session_table.h"
#include "bulkload/session/store.h"

namespace bulkload {

/// What of its sessions a scheduler runs again that did not end well.
enum class Unfinished {
  at_start,  // scheduled runs that were stopped or killed, once, when it begins: a restart goes on with them
  never      // they go on with their next run
};

/// One thread, but for healthy(). The store is its own connection.
///
/// A session has one run at a time: what becomes due meanwhile is made up for by one run when it is over. Runs that
/// were missed while no scheduler was there are made up for by one run.
class Scheduler {
 public:
  Scheduler(Store& store, const CommandLine& line, base::Clock& clock, base::Log log, Unfinished unfinished);

  /// Starts what is due, and notes what has ended. The status is that of the store.
  base::Status tick();

  /// Notes what has ended.
  void reap();

  /// Runs that are on.
  size_t running() const { return runs_.size(); }

  /// Asks the runs that are on to stop, so that the next ones go on from there.
  void stop_runs();

  /// Waits until no run is on any more.
  void wait_for_runs();

  /// Any thread: whether tick() has been called lately.
  bool healthy() const;

  /// The largest exit code of a run that has ended: 0 when all went well.
  int worst_exit_code() const { return worst_exit_code_; }

 private:
  struct Run {
    int64_t session_id;
    int64_t job;
    std::string session;
  };

  base::Status start_due(const Session& session);
  base::Result<std::optional<int64_t>> due(const Session& session);
  base::Status start(const Session& session, int64_t scheduled_us);
  void note_end(pid_t process, int status);
  void complain_once(const Session& session, const std::string& what);

  Store& store_;
  const CommandLine& line_;
  base::Clock& clock_;
  base::Log log_;
  Unfinished unfinished_;
  std::map<pid_t, Run> runs_;
  std::map<int64_t, std::string> complaints_;  // the last one about a session
  std::atomic<int64_t> last_tick_us_;
  int worst_exit_code_ = 0;
};

}  // namespace bulkload
