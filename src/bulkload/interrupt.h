// SIGINT and SIGTERM as a wish to stop, heard on a thread of its own.
#pragma once

#include <functional>
#include <mutex>
#include <thread>

namespace bulkload {

/// While it lives, the first signal is noted and does `action` (on another thread); a second one takes its default
/// action. Made before a plugin starts threads, so that those leave the signals to it.
class InterruptWatcher {
 public:
  InterruptWatcher();
  ~InterruptWatcher();
  InterruptWatcher(const InterruptWatcher&) = delete;
  InterruptWatcher& operator=(const InterruptWatcher&) = delete;

  bool interrupted() const;

  /// What the first signal does from now on; done at once when it has already come. After the call the former action
  /// does not run any more.
  void set_action(std::function<void()> action);

 private:
  void watch();

  mutable std::mutex mutex_;  // held while an action runs
  std::function<void()> action_;
  bool interrupted_ = false;
  int signals_ = -1;  // a signalfd
  int stop_ = -1;     // an eventfd
  std::thread thread_;
};

}  // namespace bulkload
