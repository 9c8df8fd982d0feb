// How instants become text in the destinations that store text: a zone, and a pattern in strftime's directives.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace bulkload {

/// A zone and a pattern. Movable; one thread.
class TimeFormat {
 public:
  /// UTC and RFC 3339: `2026-02-10T07:31:05Z`, with `.ffffff` when the microsecond is not 0.
  TimeFormat();

  /// `pattern`: text with these directives, spelt as in Embulk's (Ruby's) strftime; empty: RFC 3339 in the zone.
  ///   %Y %y %m %d %e %j   year, its last two digits, month, day, day padded with a blank, day of the year
  ///   %H %I %M %S %p      hour, hour of 12, minute, second, AM or PM
  ///   %L %N %3N %6N %9N   milliseconds, and nanoseconds in 9 or so many digits
  ///   %z %:z %Z           +0900, +09:00, the zone's abbreviation
  ///   %b %B %a %A         names of month and day, in English
  ///   %F %T %s %Q %%      %Y-%m-%d, %H:%M:%S, seconds and milliseconds since 1970, a percent sign
  /// `zone`: an IANA name such as Asia/Tokyo, or UTC; empty: UTC. The error is a text to put behind a key.
  static base::Result<TimeFormat> parse(std::string_view pattern, std::string_view zone);

  TimeFormat(TimeFormat&&) noexcept;
  TimeFormat& operator=(TimeFormat&&) noexcept;
  ~TimeFormat();

  /// Appends an instant, microseconds since 1970 UTC.
  void append(int64_t us, std::string& out) const;

 private:
  struct Plan;
  std::unique_ptr<Plan> plan_;  // empty: UTC and RFC 3339
};

}  // namespace bulkload
