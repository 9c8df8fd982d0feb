// The timeframes of reports. Pure.
//
// A report counts days as the account's clock, or the `timezone` of an aggregate, shows them, and offsets that are sent
// are ignored: its windows are times on that clock, whatever zone it is in.
#pragma once

#include <cstdint>
#include <vector>

#include "klaviyo/window.h"

namespace klaviyo {

/// The window of a report's run that begins at `now_us` UTC; unbounded when the timeframe has a name. Its end is at
/// most that of the last day (week, month: whatever the rows are about) that has ended everywhere on earth, so that
/// what is read is complete, and the next run begins where this one ends. An incremental run begins with a whole one.
Window report_window(const Config& config, int64_t now_us);

/// The window in timeframes that one request each may ask for (at most 7 days by the hour, 60 days, 52 weeks, less than
/// 52 weeks by the month), cut where days, weeks (Mondays) or months begin; of values by an interval, one for each.
std::vector<Window> report_timeframes(const Config& config, const Window& run);

}  // namespace klaviyo
