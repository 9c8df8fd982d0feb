// A clock for tests: waiting moves it on at once.
#pragma once

#include <mutex>
#include <vector>

#include "base/clock.h"

namespace net_test {

class VirtualClock final : public base::Clock {
 public:
  int64_t now_us() const override { return kEpochUs + monotonic_us(); }

  int64_t monotonic_us() const override {
    std::lock_guard lock(mutex_);
    return elapsed_us_;
  }

  bool wait_us(int64_t duration_us, const base::StopFlag& stop) override {
    if (stop.requested()) return false;
    std::lock_guard lock(mutex_);
    elapsed_us_ += duration_us;
    waits_us_.push_back(duration_us);
    return true;
  }

  /// Moves on, or back, without anybody waiting.
  void advance_us(int64_t duration_us) {
    std::lock_guard lock(mutex_);
    elapsed_us_ += duration_us;
  }

  std::vector<int64_t> waits_us() const {
    std::lock_guard lock(mutex_);
    return waits_us_;
  }

 private:
  static constexpr int64_t kEpochUs = 1'784'073'600'000'000;  // 2026-07-15T00:00:00Z

  mutable std::mutex mutex_;
  int64_t elapsed_us_ = 0;
  std::vector<int64_t> waits_us_;
};

}  // namespace net_test
