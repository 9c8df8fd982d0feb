// Reading times that are written in a pattern of strftime's directives, as Embulk's timestamp_format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace date {
class time_zone;
}

namespace bulkload {

struct TimeDirective;

class TimePattern {
 public:
  /// What base::parse_time takes: ISO 8601 and its relatives, UTC without a zone.
  TimePattern() = default;

  /// `pattern`: text with these directives, spelt as in Embulk's (Ruby's) strptime; empty: as above.
  ///   %Y %y %m %d %e   year (of two digits: 1969 to 2068), month, day
  ///   %b %B %a %A      names of month and day in English, in short or in full
  ///   %H %I %M %S %p   hour, hour of 12, minute, second, AM or PM
  ///   %L %N            fraction of a second, of 1 to 9 digits; what is below the microsecond is cut off
  ///   %z %:z %Z        +0900, +09:00, Z, UTC or GMT
  ///   %s %Q            seconds and milliseconds since 1970
  ///   %F %T %%         %Y-%m-%d, %H:%M:%S, a percent sign
  /// A blank stands for any number of blanks, none included. Missing parts are those of 1970-01-01 00:00:00. `zone`: an
  /// IANA name, for times without %z and %Z; empty: UTC. The error is a text to put behind a key.
  static base::Result<TimePattern> parse(std::string_view pattern, std::string_view zone);

  /// Microseconds since 1970 UTC. Nothing for any other text, and for a time that does not exist. A time that a clock
  /// shows twice is the earlier one.
  std::optional<int64_t> read(std::string_view text) const;

 private:
  struct Piece {
    std::string text;  // before the directive
    const TimeDirective* directive;
  };

  std::vector<Piece> pieces_;  // none: base::parse_time
  std::string end_;
  const date::time_zone* zone_ = nullptr;
};

}  // namespace bulkload
