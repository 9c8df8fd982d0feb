#include "klaviyo/net/rate_limiter.h"

#include <gtest/gtest.h>

#include <map>
#include <queue>
#include <random>
#include <vector>

#include "virtual_clock.h"

namespace klaviyo::net {
namespace {

using net_test::VirtualClock;

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kGuard = kSecond / 4;

constexpr RateClass kXs{1, 15, 0};
constexpr RateClass kS{3, 60, 0};
constexpr RateClass kM{10, 150, 0};
constexpr RateClass kL{75, 750, 0};
constexpr RateClass kXl{350, 3500, 0};

int64_t book(RateLimiter& limiter, std::string_view name, const RateClass& rate) {
  const RateKey key{name, rate};
  return limiter.book({&key, 1});
}

/// How many requests pass before the limiter asks to wait.
int burst(RateLimiter& limiter, std::string_view name, const RateClass& rate) {
  int passed = 0;
  while (passed < 10'000 && book(limiter, name, rate) == 0) ++passed;
  return passed;
}

/// Counts as Klaviyo does: windows of a fixed phase, requests that were refused do not count.
class FixedWindowServer {
 public:
  FixedWindowServer(const RateClass& rate, std::mt19937_64& random)
      : windows_{{kSecond, rate.per_second, phase(kSecond, random)},
                 {kMinute, rate.per_minute, phase(kMinute, random)}} {}

  /// 0 when the request is taken, else the microseconds after which the window ends, in whole seconds.
  int64_t arrive(int64_t at_us) {
    for (Window& window : windows_) {
      const int64_t index = (at_us + window.phase_us) / window.length_us;
      if (window.count[index] < window.limit) continue;
      const int64_t left_us = (index + 1) * window.length_us - window.phase_us - at_us;
      return (left_us + kSecond - 1) / kSecond * kSecond;
    }
    for (Window& window : windows_) window.count[(at_us + window.phase_us) / window.length_us]++;
    return 0;
  }

 private:
  struct Window {
    int64_t length_us;
    int limit;
    int64_t phase_us;
    std::map<int64_t, int> count = {};
  };

  static int64_t phase(int64_t length_us, std::mt19937_64& random) {
    return std::uniform_int_distribution<int64_t>(0, length_us - 1)(random);
  }

  std::vector<Window> windows_;
};

struct Outcome {
  int taken = 0;
  int refused = 0;
  int too_early = 0;  // sent before a Retry-After was over
};

/// Ten virtual minutes of 32 lanes; requests arrive up to a quarter of a second late. `others_per_minute` are another
/// client's, evenly spread.
Outcome ten_minutes(const RateClass& rate, double share, int others_per_minute, uint64_t seed) {
  constexpr int kLanes = 32;
  constexpr int64_t kLatency = kSecond / 4;
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<int64_t> lateness(0, kGuard - 1);
  FixedWindowServer server(rate, random);
  VirtualClock clock;
  RateLimiter limiter(share, clock);
  Outcome outcome;
  int64_t paused_until = 0;
  using Turn = std::pair<int64_t, int>;
  std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns;
  for (int lane = 0; lane < kLanes; ++lane) turns.emplace(0, lane);
  if (others_per_minute > 0) turns.emplace(0, kLanes);
  while (turns.top().first < 10 * kMinute) {
    const auto [now, lane] = turns.top();
    turns.pop();
    clock.advance_us(now - clock.monotonic_us());
    if (lane == kLanes) {
      server.arrive(now);
      turns.emplace(now + kMinute / others_per_minute, lane);
      continue;
    }
    const int64_t wait = book(limiter, "e", rate);
    if (wait > 0) {
      turns.emplace(now + wait, lane);
      continue;
    }
    if (now < paused_until) outcome.too_early++;
    const int64_t retry_after = server.arrive(now + lateness(random));
    (retry_after == 0 ? outcome.taken : outcome.refused)++;
    if (retry_after > 0) {
      limiter.pause("e", retry_after);
      paused_until = std::max(paused_until, now + retry_after);
    }
    turns.emplace(now + kLatency, lane);
  }
  return outcome;
}

class EachTier : public testing::TestWithParam<RateClass> {};

TEST_P(EachTier, AloneIsNeverRefusedAndUsesItsShare) {
  for (const double share : {0.9, 1.0}) {
    for (uint64_t seed = 1; seed <= 3; ++seed) {
      const Outcome outcome = ten_minutes(GetParam(), share, 0, seed);
      EXPECT_EQ(outcome.refused, 0) << "share " << share << " seed " << seed;
      EXPECT_GE(outcome.taken, 0.95 * share * GetParam().per_minute * 10) << "share " << share << " seed " << seed;
    }
  }
}

TEST_P(EachTier, BesideAClientThatEatsHalfIsSeldomRefusedAndKeepsToRetryAfter) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    const Outcome outcome = ten_minutes(GetParam(), 0.9, GetParam().per_minute / 2, seed);
    EXPECT_EQ(outcome.too_early, 0);
    EXPECT_LE(outcome.refused, std::max(10.0, 0.01 * outcome.taken)) << "seed " << seed;
    EXPECT_GE(outcome.taken, 0.2 * GetParam().per_minute * 10) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Tiers, EachTier, testing::Values(kXs, kS, kM, kL, kXl));

TEST(RateLimiter, BurstIsTheSharesOfASecondToTheNearestButAtLeastOne) {
  VirtualClock clock;
  EXPECT_EQ(burst(*std::make_unique<RateLimiter>(0.9, clock), "e", kXs), 1);
  EXPECT_EQ(burst(*std::make_unique<RateLimiter>(0.9, clock), "e", kS), 3);
  EXPECT_EQ(burst(*std::make_unique<RateLimiter>(0.9, clock), "e", kM), 9);
  EXPECT_EQ(burst(*std::make_unique<RateLimiter>(0.9, clock), "e", kL), 67);
  EXPECT_EQ(burst(*std::make_unique<RateLimiter>(1.0, clock), "e", kXl), 350);
  EXPECT_EQ(burst(*std::make_unique<RateLimiter>(0.01, clock), "e", kXl), 3);
}

TEST(RateLimiter, WaitEndsWhenTheOldestRequestLeavesTheWindow) {
  VirtualClock clock;
  RateLimiter limiter(1, clock);
  EXPECT_EQ(book(limiter, "e", kXs), 0);
  clock.advance_us(kSecond / 2);
  EXPECT_EQ(book(limiter, "e", kXs), kSecond / 2 + kGuard);
  clock.advance_us(kSecond / 2 + kGuard);
  EXPECT_EQ(book(limiter, "e", kXs), 0);
}

TEST(RateLimiter, AskingAgainBooksNothing) {
  VirtualClock clock;
  RateLimiter limiter(1, clock);
  EXPECT_EQ(book(limiter, "e", kXs), 0);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(book(limiter, "e", kXs), kSecond + kGuard);
}

TEST(RateLimiter, EndpointsCountApart) {
  VirtualClock clock;
  RateLimiter limiter(1, clock);
  EXPECT_EQ(book(limiter, "a", kXs), 0);
  EXPECT_EQ(book(limiter, "b", kXs), 0);
  EXPECT_GT(book(limiter, "a", kXs), 0);
}

TEST(RateLimiter, WithoutKnownLimitsNothingWaits) {
  VirtualClock clock;
  RateLimiter limiter(0.9, clock);
  EXPECT_EQ(burst(limiter, "e", RateClass{0, 0, 0}), 10'000);
}

TEST(RateLimiter, DayCountsWhereItIsKnown) {
  VirtualClock clock;
  RateLimiter limiter(1, clock);
  constexpr RateClass kReport{1, 2, 3};
  int passed = 0;
  int64_t wait = 0;
  while ((wait = book(limiter, "e", kReport)) < 2 * kMinute) {
    passed += wait == 0 ? 1 : 0;
    clock.advance_us(wait);
  }
  EXPECT_EQ(passed, 3);
  EXPECT_GT(wait, 23 * 60 * kMinute);
}

TEST(RateLimiter, ExtraClassIsCountedAcrossEndpoints) {
  VirtualClock clock;
  RateLimiter limiter(1, clock);
  const auto book_both = [&](std::string_view endpoint) {
    const std::vector<RateKey> keys{{endpoint, kXl}, {"predictive_analytics", kXs}};
    return limiter.book(keys);
  };
  EXPECT_EQ(book_both("profiles"), 0);
  EXPECT_EQ(book_both("lists"), kSecond + kGuard);
  EXPECT_EQ(burst(limiter, "lists", kXl), 350);  // the refused booking took nothing here
}

TEST(RateLimiter, StatedLimitsReplaceTheKnownOnesUpAndDown) {
  VirtualClock clock;
  RateLimiter limiter(1, clock);
  EXPECT_EQ(book(limiter, "e", kM), 0);
  limiter.learn("e", "2, 2;w=1, 150;w=60");
  EXPECT_EQ(burst(limiter, "e", kM), 1);
  limiter.learn("e", "350, 350;w=1, 3500;w=60");
  EXPECT_EQ(burst(limiter, "e", kM), 348);
}

TEST(RateLimiter, WindowsThatAreNotStatedStay) {
  VirtualClock clock;
  RateLimiter limiter(1, clock);
  EXPECT_EQ(book(limiter, "e", kXs), 0);
  limiter.learn("e", "900;w=60");
  EXPECT_EQ(book(limiter, "e", kXs), kSecond + kGuard);
}

TEST(RateLimiter, StatedLimitsThatCannotBeReadAreIgnored) {
  VirtualClock clock;
  RateLimiter limiter(1, clock);
  EXPECT_EQ(book(limiter, "e", kXs), 0);
  for (const char* value :
       {"", ",", ";", "350", "0;w=1", "-5;w=1", "x;w=1", "5;w=", "5;w=0", "5;w=-1", "5;w=1.5", "5;q=1",
        "99999999999999999999;w=1", "5;w=99999999999999999999", "5;w=31536000", "5 5;w=1", ";w=1"}) {
    limiter.learn("e", value);
    EXPECT_EQ(book(limiter, "e", kXs), kSecond + kGuard) << value;
  }
  limiter.learn("e", "garbage, 3 ; w=1 ; q=2");
  EXPECT_EQ(burst(limiter, "e", kXs), 2);
}

TEST(RateLimiter, PauseHoldsForWhoWaitsAlready) {
  VirtualClock clock;
  RateLimiter limiter(1, clock);
  EXPECT_EQ(book(limiter, "e", kXs), 0);
  const int64_t wait = book(limiter, "e", kXs);
  limiter.pause("e", kMinute);
  clock.advance_us(wait);
  EXPECT_EQ(book(limiter, "e", kXs), kMinute - wait);
  EXPECT_EQ(book(limiter, "other", kXs), 0);
}

TEST(RateLimiter, PauseHalvesTheRateOnceAndAMinuteWinsATenthBack) {
  VirtualClock clock;
  RateLimiter limiter(1, clock);
  constexpr RateClass kHundredPerSecond{100, 0, 0};
  EXPECT_EQ(burst(limiter, "e", kHundredPerSecond), 100);
  for (int i = 0; i < 20; ++i) limiter.pause("e", kSecond);  // all that were on their way are refused together
  clock.advance_us(2 * kSecond);
  EXPECT_NEAR(burst(limiter, "e", kHundredPerSecond), 50, 1);
  clock.advance_us(2 * kMinute);
  EXPECT_NEAR(burst(limiter, "e", kHundredPerSecond), 70, 1);
  clock.advance_us(10 * kMinute);
  EXPECT_EQ(burst(limiter, "e", kHundredPerSecond), 100);
}

TEST(RateLimiter, ManyPausesLeaveATwentieth) {
  VirtualClock clock;
  RateLimiter limiter(1, clock);
  constexpr RateClass kHundredPerSecond{100, 0, 0};
  for (int i = 0; i < 50; ++i) {
    limiter.pause("e", kSecond);
    clock.advance_us(kSecond);
  }
  clock.advance_us(kSecond);
  EXPECT_NEAR(burst(limiter, "e", kHundredPerSecond), 5, 1);
}

TEST(RateLimiter, ClockThatIsSetBackStopsNothing) {
  VirtualClock clock;
  RateLimiter limiter(1, clock);
  EXPECT_EQ(book(limiter, "e", kXs), 0);
  clock.advance_us(-10 * 365 * 24 * 60 * kMinute);
  EXPECT_EQ(book(limiter, "e", kXs), kSecond + kGuard);
  clock.advance_us(kSecond + kGuard);
  EXPECT_EQ(book(limiter, "e", kXs), 0);
}

}  // namespace
}  // namespace klaviyo::net
