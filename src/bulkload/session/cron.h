// When a session runs: cron's five fields, read in a time zone. Pure.
//
//   minute 0-59 · hour 0-23 · day of month 1-31 · month 1-12 or jan-dec · day of week 0-7 or sun-sat, 0 and 7 are
//   Sunday each: *, a value, a range a-b, a step */n or a-b/n, or a list of these; and @hourly @daily @weekly @monthly
//   @yearly
//
// Days. When both day fields leave days out, the one that comes more often counts and the other is ignored, as the
// hosted service does it; cron itself would run on the days of either.
//
// Clocks that are put forward or back. A pattern that allows every hour follows the clock: it runs whenever the clock
// shows a time of the pattern, in a repeated hour again, and never for times that are skipped. Any other pattern means
// fixed times of a day: each once. A time that is skipped comes at the first instant behind the gap, several such times
// come there as one; a time that is repeated counts when it comes first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "bulkload/time_zone.h"

namespace bulkload {

class Cron {
 public:
  /// Code::config names the field, and refuses dates that never come (30 February).
  static base::Result<Cron> parse(std::string_view text);

  /// The first run later than `us`, microseconds since 1970-01-01 UTC; a whole second.
  int64_t next_after(int64_t us, const date::time_zone& zone) const;

  /// `day of month` or `day of week`, when that field is ignored; else empty.
  std::string_view ignored_field() const;

 private:
  bool has_day(int64_t day) const;
  std::optional<int64_t> first_match(int64_t from_s, int64_t to_s) const;

  // Bit N: the value N is in the field.
  uint64_t minutes_ = 0;
  uint64_t hours_ = 0;
  uint64_t days_ = 0;
  uint64_t months_ = 0;
  uint64_t weekdays_ = 0;  // 0-6
  bool ignores_days_ = false;
  bool ignores_weekdays_ = false;
};

}  // namespace bulkload
