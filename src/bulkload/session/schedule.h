// When a session runs, and which run is due. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "base/status.h"
#include "bulkload/session/cron.h"
#include "bulkload/session/session_table.h"
#include "bulkload/time_zone.h"

namespace bulkload {

/// When a session runs: its cron in its zone, each run so much later.
struct Schedule {
  Cron cron;
  const date::time_zone* zone;
  int64_t delay_us = 0;
};

/// A session's schedule; nothing when it is run by hand. Code::config for a cron or zone that cannot be read.
base::Result<std::optional<Schedule>> schedule_of(const Session& session);

/// The time that a run is due for: the last one of the schedule behind `after_us` whose delay is over at `now_us`.
/// Runs that were missed before it are made up for by this one. Nothing when none is due.
std::optional<int64_t> due_run(const Schedule& schedule, int64_t after_us, int64_t now_us);

/// When the next run begins, delay included; later than `now_us`.
int64_t next_begin(const Schedule& schedule, int64_t now_us);

}  // namespace bulkload
