#include "klaviyo/window.h"

#include <algorithm>

#include "base/text_time.h"
#include "klaviyo/report_window.h"

namespace klaviyo {

namespace {

using base::kMicrosPerSecond;

std::string term(std::string_view op, const TimeField& field, int64_t us) {
  return std::string(op) + "(" + std::string(field.name) + "," + base::format_rfc3339(us) + ")";
}

}  // namespace

Window run_window(const Config& config, int64_t now_us) {
  if (config.source->report != nullptr) return report_window(config, now_us);
  Window run;
  if (config.time_field == nullptr) return run;
  const int64_t latest_us = base::floor_to_second(now_us - kSafetyMarginUs);
  if (config.end_us) {
    run.to_us = std::min(*config.end_us, latest_us);
  } else if (config.incremental) {
    run.to_us = latest_us;
  }
  if (config.start_us) {
    run.from_us = *config.start_us - (config.incremental ? config.lookback_sec * kMicrosPerSecond : 0);
  }
  return run;
}

int64_t watermark(const Config& config, const Window& run, int64_t now_us) {
  const int64_t end_us = run.to_us == kUnboundedAbove ? base::floor_to_second(now_us - kSafetyMarginUs) : run.to_us;
  return config.start_us ? std::max(*config.start_us, end_us) : end_us;
}

std::vector<std::string> window_filter(const TimeField& field, const Window& wanted) {
  std::vector<std::string> terms;
  Window window = wanted;
  if (field.filter_only) {
    window.from_us = std::max<int64_t>(window.from_us, 0);
    if (window.to_us != kUnboundedAbove) window.to_us = base::floor_to_second(window.to_us);
  }
  if (window.from_us != kUnboundedBelow) {
    const int64_t from_us = base::floor_to_second(window.from_us);
    if (field.operators & kGreaterOrEqual) {
      terms.push_back(term("greater-or-equal", field, from_us));
    } else if (field.operators & kGreaterThan) {
      terms.push_back(term("greater-than", field, from_us - kMicrosPerSecond));
    }
  }
  if (window.to_us != kUnboundedAbove) {
    const int64_t to_us = base::ceil_to_second(window.to_us);
    if (field.operators & kLessThan) {
      terms.push_back(term("less-than", field, to_us));
    } else if (field.operators & kLessOrEqual) {
      terms.push_back(term("less-or-equal", field, to_us));
    }
  }
  return terms;
}

bool filters_lower_bound(const TimeField& field) { return (field.operators & (kGreaterOrEqual | kGreaterThan)) != 0; }

std::optional<int64_t> cut_at(int64_t wanted_us, int64_t reached_us, int64_t to_us, int64_t horizon_us) {
  const int64_t end_us = to_us == kUnboundedAbove ? horizon_us : to_us;
  const int64_t cut_us = base::floor_to_second(wanted_us);
  if (reached_us == kUnboundedBelow || cut_us <= reached_us || cut_us >= end_us) return std::nullopt;
  return cut_us;
}

std::vector<Window> divide(const Window& run, size_t parts, int64_t now_us) {
  std::vector<Window> windows;
  const int64_t end_us = run.to_us == kUnboundedAbove ? now_us : run.to_us;
  const bool open = run.from_us == kUnboundedBelow;
  const int64_t begin_us = open ? end_us - kPlannedSpanUs : run.from_us;
  int64_t from_us = run.from_us;
  parts = std::min(parts, kMaxParts);
  for (size_t i = 1; i < parts && begin_us < end_us; ++i) {
    const auto share = static_cast<double>(i) / static_cast<double>(parts);
    const int64_t cut_us =
        base::floor_to_second(begin_us + static_cast<int64_t>(static_cast<double>(end_us - begin_us) * share));
    if (cut_us <= std::max(from_us, begin_us)) continue;
    windows.push_back({from_us, cut_us});
    from_us = cut_us;
  }
  windows.push_back({from_us, run.to_us});
  return windows;
}

}  // namespace klaviyo
