// Time windows: half-open, decided by the client. Pure.
//
// The API's filter is only a hint: its operators differ per field (../protocol facts in catalogue.h) and its precision
// is a second. Every filter asks for a superset of the window; the row's own time decides.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "klaviyo/catalogue.h"
#include "klaviyo/config.h"

namespace klaviyo {

inline constexpr int64_t kUnboundedBelow = INT64_MIN;
inline constexpr int64_t kUnboundedAbove = INT64_MAX;

/// [from, to), microseconds since 1970-01-01 UTC.
struct Window {
  int64_t from_us = kUnboundedBelow;
  int64_t to_us = kUnboundedAbove;

  bool contains(int64_t time_us) const { return time_us >= from_us && time_us < to_us; }
  bool empty() const { return from_us >= to_us; }
  bool operator==(const Window&) const = default;
};

/// How far before now bounds stay, so that the service does not take them for the future, and so that rows of the last
/// seconds have arrived (protocol: Estuary waits 5 s, the API refuses "too near to now").
inline constexpr int64_t kSafetyMarginUs = 10'000'000;

/// The window of a run that begins at `now_us`, by the incremental rule:
///   to    end_time, at most now - margin; incremental without end_time: now - margin; else unbounded
///   from  start_time less lookback (incremental), or unbounded
/// A source without time field has the unbounded window; a report has that of report_window.h.
Window run_window(const Config& config, int64_t now_us);

/// The time from which the next incremental run has to read: the window's end, but never before start_time. A run
/// without window ended at `now_us` - margin.
int64_t watermark(const Config& config, const Window& run, int64_t now_us);

/// Filter terms, in the operators that the field has, that every row of the window fulfils; whole seconds. Empty when
/// unbounded or when the API cannot filter by the field.
std::vector<std::string> window_filter(const TimeField& field, const Window& window);

/// Whether the API can be asked to leave out what lies before a window.
bool filters_lower_bound(const TimeField& field);

/// The last whole second at or before `wanted_us` as a place to cut what lies between `reached_us` and `to_us`, or
/// nothing when it is not strictly between them. An unbounded end counts as `horizon_us`.
std::optional<int64_t> cut_at(int64_t wanted_us, int64_t reached_us, int64_t to_us, int64_t horizon_us);

/// A run's window in at most `parts` (and kMaxParts) windows that follow one another without gap. Where the start is
/// unbounded, the first part holds all that is older than the span that is divided (the last kPlannedSpanUs).
std::vector<Window> divide(const Window& run, size_t parts, int64_t now_us);

inline constexpr size_t kMaxParts = 1024;
inline constexpr int64_t kPlannedSpanUs = int64_t{3} * 365 * 86'400 * 1'000'000;

}  // namespace klaviyo
