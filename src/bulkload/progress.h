// How far a run is, while it runs and at its end.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

#include "base/clock.h"
#include "bulk_input/bulk_input.h"
#include "bulkload/sink/sink.h"

namespace bulkload {

/// `41,200 rows, 3,950 rows/s, 53.1 MB, 42 requests, at 2026-02-10 07:31:05 UTC, 3m12s left`; what is unknown is left
/// out.
std::string format_progress(const bulk_input_progress& progress, int64_t elapsed_us);

/// The final line: what was read, written, skipped and waited for, and where the rows are.
std::string format_summary(const bulk_input_progress& progress, const SinkResult& result, int64_t elapsed_us);

/// Calls `tick` every `interval_us`, on a thread of its own, until it is destroyed.
class Ticker {
 public:
  Ticker(base::Clock& clock, int64_t interval_us, std::function<void()> tick);
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

 private:
  base::StopFlag stop_;
  std::thread thread_;
};

}  // namespace bulkload
