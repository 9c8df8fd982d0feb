// Instants as text: every spelling that Klaviyo, configuration files and people use, parsed in one place.
//
// An instant is microseconds since 1970-01-01T00:00:00 UTC, in the proleptic Gregorian calendar, years 1 to 9999.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

constexpr int64_t kMicrosPerSecond = 1'000'000;

struct ParsedTime {
  int64_t us = 0;
  bool exact = true;  // false: digits beyond the microsecond were cut off
};

/// `YYYY-MM-DD`, optionally followed by `T`, `t` or a space and `hh:mm[:ss[.f…]]`, optionally followed by (a space
/// and) `Z`, `z`, `UTC`, `±hh`, `±hhmm` or `±hh:mm`. No zone means UTC. A fraction has 1 to 9 digits after `.` or `,`.
/// `24:00:00` is the next day's midnight and second 60 the next minute's first (ISO 8601, RFC 3339 section 5.7).
/// Nothing else may precede or follow. Nothing for any other text or a date that does not exist.
std::optional<ParsedTime> parse_time(std::string_view text);

/// `2026-02-10T00:00:00Z`, with `.ffffff` when the microsecond is not 0 (RFC 3339).
std::string format_rfc3339(int64_t us);

/// `2021-08-30 05:35:46 UTC`, with 3 or 6 fraction digits when needed: how Embulk and the hosted service print it.
std::string format_utc_display(int64_t us);

/// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`
/// (RFC 9110 section 5.6.7). Two-digit years more than 50 years after `now_us` are of the past century.
std::optional<int64_t> parse_http_date(std::string_view text, int64_t now_us);

/// Largest multiple of a second that is <= us; smallest that is >= us.
int64_t floor_to_second(int64_t us);
int64_t ceil_to_second(int64_t us);

}  // namespace base
