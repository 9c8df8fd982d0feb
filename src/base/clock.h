// Time of day, elapsed time, and waiting that can be stopped. All three can be replaced, so that tests run in
// virtual time.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

namespace base {

/// Says once, for good, that work is to stop. Any thread.
class StopFlag {
 public:
  void request();
  bool requested() const;

  /// Waits `duration_us` microseconds. False as soon as the flag is set.
  bool wait_us(int64_t duration_us) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool requested_ = false;
};

/// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Microseconds since 1970-01-01 UTC.
  virtual int64_t now_us() const = 0;

  /// Microseconds from an arbitrary start; never goes back.
  virtual int64_t monotonic_us() const = 0;

  /// Waits; false as soon as `stop` is set, else true.
  virtual bool wait_us(int64_t duration_us, const StopFlag& stop) = 0;
};

/// The system's clocks.
class SystemClock final : public Clock {
 public:
  int64_t now_us() const override;
  int64_t monotonic_us() const override;
  bool wait_us(int64_t duration_us, const StopFlag& stop) override;
};

/// A clock made of a host's functions; an empty function means the system's own. Where `now_us` is given it
/// serves as the monotonic clock too.
class HostClock final : public Clock {
 public:
  HostClock(std::function<int64_t()> now_us, std::function<void(int64_t)> sleep_us);

  int64_t now_us() const override;
  int64_t monotonic_us() const override;
  bool wait_us(int64_t duration_us, const StopFlag& stop) override;

 private:
  std::function<int64_t()> now_us_;
  std::function<void(int64_t)> sleep_us_;
  SystemClock system_;
};

}  // namespace base
