#include "bulkload/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <future>

#include "base/text_time.h"
#include "bulkload/interrupt.h"

namespace bulkload {
namespace {

constexpr int64_t kSecond = base::kMicrosPerSecond;

bulk_input_progress some_progress() {
  bulk_input_progress progress{};
  progress.rows = 41'200;
  progress.bytes_received = 53'100'000;
  progress.requests = 42;
  progress.window_from_us = 1000 * kSecond;
  progress.window_to_us = 2000 * kSecond;
  progress.window_at_us = 1250 * kSecond;
  return progress;
}

TEST(Progress, SaysHowFarAndHowLong) {
  EXPECT_EQ(format_progress(some_progress(), 10 * kSecond),
            "41,200 rows, 4,120 rows/s, 53.1 MB, 42 requests, at 1970-01-01 00:20:50 UTC, 30.0 s left");
}

TEST(Progress, WhatIsUnknownIsLeftOut) {
  bulk_input_progress progress = some_progress();
  progress.bytes_received = progress.requests = progress.window_at_us = -1;
  EXPECT_EQ(format_progress(progress, 10 * kSecond), "41,200 rows, 4,120 rows/s");
  progress.rows = -1;
  EXPECT_EQ(format_progress(progress, 10 * kSecond), "");
}

TEST(Progress, NoEstimateBeforeTheWindowMoves) {
  bulk_input_progress progress = some_progress();
  progress.window_at_us = progress.window_from_us;
  EXPECT_THAT(format_progress(progress, 10 * kSecond), Not(testing::HasSubstr("left")));
  progress.window_at_us = progress.window_to_us + 1;
  EXPECT_THAT(format_progress(progress, 10 * kSecond), Not(testing::HasSubstr("left")));
}

TEST(Progress, NoTimeIsNoDivisionByZero) {
  EXPECT_THAT(format_progress(some_progress(), 0), testing::StartsWith("41,200 rows, "));
}

TEST(Progress, SummaryTellsHowManyRowsWereMarkedWhereSomebodyAsked) {
  SinkResult result{41'200, "klaviyo.db, table lists"};
  EXPECT_THAT(format_summary(some_progress(), result, kSecond), Not(testing::HasSubstr("marked")));
  result.rows_deleted = 0;
  EXPECT_THAT(format_summary(some_progress(), result, kSecond), testing::HasSubstr("lists, 0 rows marked as deleted,"));
  result.rows_deleted = 1'234;
  EXPECT_THAT(format_summary(some_progress(), result, kSecond), testing::HasSubstr(", 1,234 rows marked as deleted,"));
}

TEST(Progress, SummaryTellsWhatHappened) {
  bulk_input_progress progress = some_progress();
  progress.rows_skipped = 3;
  EXPECT_EQ(format_summary(progress, {41'200, "klaviyo.db, table lists"}, 192 * kSecond),
            "41,200 rows read, 41,200 rows written to klaviyo.db, table lists, 3 skipped, 42 requests, 53.1 MB, "
            "3m12s elapsed");
  progress.odd_values = 2;
  progress.retries = 4;
  progress.throttled = 1;
  progress.rate_limit_wait_us = 1'500'000;
  EXPECT_EQ(format_summary(progress, {0, "x"}, kSecond),
            "41,200 rows read, 0 rows written to x, 3 skipped, 2 odd values, 42 requests, 4 retries, 1 throttled, "
            "waited 1.5 s for the rate limit, 53.1 MB, 1.0 s elapsed");
}

/// Lets three waits pass, then waits for the stop.
class ThreeWaits final : public base::Clock {
 public:
  int64_t now_us() const override { return 0; }
  int64_t monotonic_us() const override { return 0; }
  bool wait_us(int64_t duration_us, const base::StopFlag& stop) override {
    asked_us = duration_us;
    if (++waits <= 3) return true;
    done.set_value();
    while (stop.wait_us(3600 * kSecond)) continue;
    return false;
  }

  int waits = 0;
  int64_t asked_us = 0;
  std::promise<void> done;
};

TEST(Ticker, TicksAfterEachIntervalUntilItGoes) {
  ThreeWaits clock;
  int ticks = 0;
  {
    const Ticker ticker(clock, 10 * kSecond, [&] { ++ticks; });
    clock.done.get_future().wait();
  }
  EXPECT_EQ(ticks, 3);
  EXPECT_EQ(clock.asked_us, 10 * kSecond);
}

TEST(InterruptWatcher, SignalDoesTheActionOnce) {
  InterruptWatcher watcher;
  EXPECT_FALSE(watcher.interrupted());
  std::promise<void> done;
  watcher.set_action([&] { done.set_value(); });
  kill(getpid(), SIGTERM);
  done.get_future().wait();
  EXPECT_TRUE(watcher.interrupted());
}

TEST(InterruptWatcher, ActionThatComesLateIsDoneAtOnce) {
  InterruptWatcher watcher;
  std::promise<void> first;
  watcher.set_action([&] { first.set_value(); });
  kill(getpid(), SIGINT);
  first.get_future().wait();
  bool done = false;
  watcher.set_action([&] { done = true; });
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace bulkload
