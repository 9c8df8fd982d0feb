// The emulated Klaviyo as a process of its own, and its administration.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "support/child_process.h"

namespace test_support {

struct EmulatedRow {
  std::string id;
  std::string time;    // "null": none
  std::string parent;  // of a nested source; empty: none
};

/// A running klaviyo-emulator on a free loopback port; ended with its owner. Every method throws std::runtime_error
/// when the emulator does not do as told. tests/emulator/README.md says what it understands.
class EmulatorProcess {
 public:
  /// `options` are further command-line arguments.
  explicit EmulatorProcess(const std::vector<std::string>& options = {});

  const std::string& base_url() const { return base_url_; }  // http://127.0.0.1:PORT

  /// {"requests": N, "by_path": {}, "by_status": {"200": n}, "refused": [...], ...}; requests count on arrival.
  nlohmann::json stats() const;

  /// Forgets counters and faults; requests that hang are answered. The rows stay as they are.
  void reset() const;

  /// Adds faults to inject: [{"path", "nth", "count", "do": {...}}]; `nth` counts from now on, `count` -1 is for ever.
  void faults(const nlohmann::json& rules) const;

  /// All rows of a source, with their time in `field`; empty: its usual one. `lists`, or nested `lists/{id}/profiles`.
  std::vector<EmulatedRow> rows(const std::string& source, const std::string& field) const;

  /// Adds `count` rows that are `age_sec` seconds old.
  void grow(const std::string& source, int64_t count, int64_t age_sec) const;

  /// Marks the first `count` rows as updated `age_sec` seconds ago.
  void touch(const std::string& source, int64_t count, int64_t age_sec) const;

  /// Deletes the first `count` rows.
  void remove(const std::string& source, int64_t count) const;

  /// The first `count` rows are listed still, but nothing is found below them.
  void vanish(const std::string& source, int64_t count) const;

  /// Gives a path a rate of its own, also without rate limits. 0: no such window.
  void set_rate(const std::string& path, int64_t per_second, int64_t per_minute, int64_t per_day) const;

 private:
  void change(const std::string& command, const std::string& source, int64_t count, int64_t age_sec) const;
  nlohmann::json get(const std::string& path) const;
  void post(const std::string& path, const nlohmann::json& body) const;

  ChildProcess process_;
  std::string base_url_;
};

/// Where the built emulator is.
std::string emulator_program();

}  // namespace test_support
