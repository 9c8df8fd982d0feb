// Klaviyo's rate limits: fixed windows of a second, a minute and for some endpoints a day, all of which must have room.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "facts.h"

namespace emulator {

struct RateAnswer {
  bool allowed = true;
  int64_t retry_after_sec = 0;  // when not allowed: whole seconds until every window has room
  int64_t remaining = 0;        // in the endpoint's shortest window
  int64_t reset_sec = 0;        // until that window ends, rounded down
};

/// Any thread. Windows begin at a phase of their own, drawn from `phase_seed`.
class RateWindows {
 public:
  explicit RateWindows(uint64_t phase_seed) : phase_seed_(phase_seed) {}

  /// Takes one request from each of the named limits, or from none when one of them is full. The first is the
  /// endpoint's own.
  RateAnswer take(const std::vector<std::pair<std::string, Rate>>& limits, int64_t now_us);

 private:
  struct Window {
    int64_t begin_us = INT64_MIN;
    int64_t taken = 0;
  };

  std::mutex mutex_;
  uint64_t phase_seed_;
  std::map<std::string, Window> windows_;  // by limit and length
};

/// `350, 350;w=1, 3500;w=60`.
std::string rate_limit_header(const Rate& rate);

}  // namespace emulator
