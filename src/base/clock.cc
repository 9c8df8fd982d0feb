#include "base/clock.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace base {

namespace {

// A host's sleep cannot be woken, so that it is asked for in slices short enough for a prompt stop.
constexpr int64_t kSliceUs = 200'000;

template <typename ChronoClock>
int64_t microseconds() {
  return std::chrono::duration_cast<std::chrono::microseconds>(ChronoClock::now().time_since_epoch()).count();
}

}  // namespace

void StopFlag::request() {
  {
    std::lock_guard lock(mutex_);
    requested_ = true;
  }
  changed_.notify_all();
}

bool StopFlag::requested() const {
  std::lock_guard lock(mutex_);
  return requested_;
}

bool StopFlag::wait_us(int64_t duration_us) const {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, std::chrono::microseconds(duration_us), [this] { return requested_; });
}

int64_t SystemClock::now_us() const { return microseconds<std::chrono::system_clock>(); }

int64_t SystemClock::monotonic_us() const { return microseconds<std::chrono::steady_clock>(); }

bool SystemClock::wait_us(int64_t duration_us, const StopFlag& stop) {
  return stop.wait_us(std::max<int64_t>(duration_us, 0));
}

HostClock::HostClock(std::function<int64_t()> now_us, std::function<void(int64_t)> sleep_us)
    : now_us_(std::move(now_us)), sleep_us_(std::move(sleep_us)) {}

int64_t HostClock::now_us() const { return now_us_ ? now_us_() : system_.now_us(); }

int64_t HostClock::monotonic_us() const { return now_us_ ? now_us_() : system_.monotonic_us(); }

bool HostClock::wait_us(int64_t duration_us, const StopFlag& stop) {
  if (!sleep_us_) return system_.wait_us(duration_us, stop);
  const int64_t until_us = monotonic_us() + duration_us;
  while (!stop.requested()) {
    const int64_t left_us = until_us - monotonic_us();
    if (left_us <= 0) return true;
    sleep_us_(std::min(left_us, kSliceUs));
  }
  return false;
}

}  // namespace base
