#include "base/clock.h"

#include <gtest/gtest.h>

#include <thread>

namespace base {
namespace {

TEST(StopFlag, EndsAWaitFromAnotherThread) {
  StopFlag stop;
  SystemClock clock;
  std::thread other([&] { stop.request(); });
  EXPECT_FALSE(clock.wait_us(int64_t{3600} * 1'000'000, stop));
  other.join();
  EXPECT_TRUE(stop.requested());
}

TEST(HostClock, WaitsInTheHostsTime) {
  int64_t now_us = 1'000;
  HostClock clock([&] { return now_us; }, [&](int64_t us) { now_us += us; });
  StopFlag stop;
  EXPECT_TRUE(clock.wait_us(int64_t{3600} * 1'000'000, stop));
  EXPECT_EQ(now_us, 1'000 + int64_t{3600} * 1'000'000);
  EXPECT_EQ(clock.monotonic_us(), now_us);
}

TEST(HostClock, StopsBetweenTheHostsSleeps) {
  StopFlag stop;
  int64_t now_us = 0;
  HostClock clock([&] { return now_us; },
                  [&](int64_t us) {
                    now_us += us;
                    if (now_us >= 1'000'000) stop.request();
                  });
  EXPECT_FALSE(clock.wait_us(int64_t{3600} * 1'000'000, stop));
  EXPECT_LE(now_us, 2'000'000);
}

TEST(HostClock, WithoutFunctionsIsTheSystemsClock) {
  HostClock clock({}, {});
  EXPECT_GT(clock.now_us(), 1'700'000'000'000'000);
  EXPECT_TRUE(clock.wait_us(1, StopFlag()));
}

}  // namespace
}  // namespace base
