#include "bulkload/session/schedule.h"

#include <algorithm>

#include "base/text_time.h"

namespace bulkload {

namespace {

// A month, and a day more: all but yearly runs come within it, so that years of minutes need not be walked through.
constexpr int64_t kNearUs = int64_t{32} * 86'400 * 1'000'000;

/// The last run in (after, until].
std::optional<int64_t> last_run(const Schedule& schedule, int64_t after_us, int64_t until_us) {
  std::optional<int64_t> last;
  int64_t run_us = schedule.cron.next_after(after_us, *schedule.zone);
  for (; run_us <= until_us; run_us = schedule.cron.next_after(run_us, *schedule.zone)) last = run_us;
  return last;
}

}  // namespace

base::Result<std::optional<Schedule>> schedule_of(const Session& session) {
  if (session.cron.empty()) return std::optional<Schedule>();
  const auto cron = Cron::parse(session.cron);
  if (!cron.ok()) return cron.status();
  const auto zone = find_time_zone(session.timezone);
  if (!zone.ok()) return zone.status();
  return std::optional<Schedule>(Schedule{*cron, *zone, session.delay_sec * base::kMicrosPerSecond});
}

std::optional<int64_t> due_run(const Schedule& schedule, int64_t after_us, int64_t now_us) {
  const int64_t until_us = now_us - schedule.delay_us;
  const int64_t near_us = std::max(after_us, until_us - kNearUs);
  if (const auto near = last_run(schedule, near_us, until_us)) return near;
  return near_us > after_us ? last_run(schedule, after_us, near_us) : std::nullopt;
}

int64_t next_begin(const Schedule& schedule, int64_t now_us) {
  return schedule.cron.next_after(now_us - schedule.delay_us, *schedule.zone) + schedule.delay_us;
}

}  // namespace bulkload
