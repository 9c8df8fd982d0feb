// Instants as the API spells them, and the strict reading of the instants in a filter.
//
// An instant is microseconds since 1970-01-01T00:00:00 UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace emulator {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kDay = 86'400 * kSecond;

/// ISO 8601 in upper case: `YYYY-MM-DD`, then optionally `T` or a space and `hh:mm[:ss[.f…]]`, then optionally `Z`,
/// `±hh:mm` or `±hhmm`; no zone is UTC. Nothing for anything else.
std::optional<int64_t> parse_instant(std::string_view text);

/// Appends `2026-09-04T13:38:55+00:00`, with six fraction digits when the microsecond is not 0. `separator` stands
/// between date and time.
void append_instant(std::string& out, int64_t us, char separator = 'T');

/// `2026-09-04T13:38:55Z`, with six fraction digits when the microsecond is not 0.
std::string format_utc(int64_t us);

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7).
std::string format_http_date(int64_t us);

int64_t now_us();

}  // namespace emulator
