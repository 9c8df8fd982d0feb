// One run, from the plan to the next configuration: pull batches, write them, save how far it is, commit.
//
// The order that makes a run safe against kill -9 at any point:
//   rows and state (Sink::save)* → rows visible (Sink::commit) → next configuration durable → state dropped (forget)
// A failed run leaves its state, so that the next one goes on from it; it leaves nothing when no row was written.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "bulkload/filter/chain.h"
#include "bulkload/input.h"
#include "bulkload/interrupt.h"
#include "bulkload/run_state.h"
#include "bulkload/sink/sink.h"

namespace bulkload {

/// Who keeps a mark of an unfinished run elsewhere (`-r`) is told when there begins to be one, and when it ends. Empty
/// functions are left out; a status that is not ok ends the run, and the destination keeps its state.
struct RunMark {
  /// The destination is open, with the state of an unfinished run, or with nullptr.
  std::function<base::Status(const RunState* found)> check;
  /// The first save of this process is durable.
  std::function<base::Status(const RunState& state)> set;
  /// The next configuration is durable, or the run is taken back: its state goes after this.
  std::function<base::Status()> remove;
};

/// What a run needs. The pointers outlive it.
struct LoadJob {
  Input* input = nullptr;
  FilterChain* filters = nullptr;  // bound to the input's columns; nullptr: rows go on as they are
  std::function<base::Result<std::unique_ptr<Sink>>()> make_sink;
  /// Makes the diff durable. Empty: it is only logged.
  std::function<base::Status(const std::string& diff)> store_next_config;
  /// Whether the configuration has the diff in it: a run that was killed behind store_next_config has changed it.
  /// Empty: no.
  std::function<bool(const std::string& diff)> has_next_config;
  /// Whether the state stays behind the end, as one that is committed, until forget_committed(). Empty: no.
  std::function<bool(const std::string& diff)> keeps_state;
  RunMark mark;
  base::Clock* clock = nullptr;
  base::Log log;
  InterruptWatcher* interrupts = nullptr;  // nullptr: signals are somebody else's
};

struct LoadOutcome {
  enum class Kept {
    nothing,    // the next run begins anew
    state,      // the next run goes on where this one stopped
    committed,  // the rows are visible; only the next configuration is missing
    refused     // an earlier run's state is there, and the plugin does not take it
  };

  base::Status status;
  Kept kept = Kept::nothing;
  bool state_stays = false;  // ok, and the job keeps the state: the next run only finishes this one
  int64_t rows_kept = 0;     // rows written and saved by the unfinished run
  SinkResult result;         // when ok; no rows when an earlier run had committed them
};

LoadOutcome load(const LoadJob& job);

/// Drops a state that stayed: the next run begins anew.
base::Status forget_committed(Sink& sink, const TableSchema& schema);

/// Whether the source has no order, so that a run may have to begin anew: SinkOptions::all_at_once is due then.
bool is_unordered(const TableSchema& schema);

/// 0 done, 1 failed, 2 wrong configuration, 3 stopped, but another run may go on.
int exit_code(const base::Status& status);

}  // namespace bulkload
