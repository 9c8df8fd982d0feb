#include "bulkload/progress.h"

#include <algorithm>
#include <utility>

#include "base/text_time.h"
#include "bulkload/text_format.h"

namespace bulkload {

namespace {

std::string rate(int64_t rows, int64_t elapsed_us) {
  const double seconds = static_cast<double>(std::max<int64_t>(elapsed_us, 1)) / base::kMicrosPerSecond;
  return format_count(static_cast<int64_t>(static_cast<double>(rows) / seconds)) + " rows/s";
}

/// Time left when the window goes on being read as fast as so far; -1 when it cannot be told yet.
int64_t time_left_us(const bulk_input_progress& progress, int64_t elapsed_us) {
  const int64_t span_us = progress.window_to_us - progress.window_from_us;
  const int64_t read_us = progress.window_at_us - progress.window_from_us;
  if (progress.window_from_us < 0 || progress.window_at_us < 0 || read_us <= 0 || read_us > span_us) return -1;
  const double rest = static_cast<double>(span_us - read_us) / static_cast<double>(read_us);
  return static_cast<int64_t>(static_cast<double>(elapsed_us) * rest);
}

/// Joins what is known with commas.
class Line {
 public:
  void add(const std::string& text) { text_ += (text_.empty() ? "" : ", ") + text; }
  void add_count(int64_t count, const std::string& what) {
    if (count >= 0) add(format_count(count) + " " + what);
  }
  /// The same, but nothing for 0.
  void add_some(int64_t count, const std::string& what) {
    if (count > 0) add_count(count, what);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

std::string format_progress(const bulk_input_progress& progress, int64_t elapsed_us) {
  Line line;
  line.add_count(progress.rows, "rows");
  if (progress.rows >= 0) line.add(rate(progress.rows, elapsed_us));
  if (progress.bytes_received >= 0) line.add(format_bytes(progress.bytes_received));
  line.add_count(progress.requests, "requests");
  if (progress.window_at_us >= 0) line.add("at " + base::format_utc_display(progress.window_at_us));
  const int64_t left_us = time_left_us(progress, elapsed_us);
  if (left_us >= 0) line.add(format_duration(left_us) + " left");
  return line.take();
}

std::string format_summary(const bulk_input_progress& progress, const SinkResult& result, int64_t elapsed_us) {
  Line line;
  line.add_count(progress.rows, "rows read");
  line.add(format_count(result.rows_written) + " rows written to " + result.where);
  line.add_count(result.rows_deleted, "rows marked as deleted");
  line.add_count(progress.rows_skipped, "skipped");
  line.add_some(progress.odd_values, "odd values");
  line.add_count(progress.requests, "requests");
  line.add_some(progress.retries, "retries");
  line.add_some(progress.throttled, "throttled");
  if (progress.rate_limit_wait_us > 0) {
    line.add("waited " + format_duration(progress.rate_limit_wait_us) + " for the rate limit");
  }
  if (progress.bytes_received >= 0) line.add(format_bytes(progress.bytes_received));
  line.add(format_duration(elapsed_us) + " elapsed");
  return line.take();
}

Ticker::Ticker(base::Clock& clock, int64_t interval_us, std::function<void()> tick)
    : thread_([this, &clock, interval_us, tick = std::move(tick)] {
        while (clock.wait_us(interval_us, stop_)) tick();
      }) {}

Ticker::~Ticker() {
  stop_.request();
  thread_.join();
}

}  // namespace bulkload
