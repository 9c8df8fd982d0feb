#include "rate_windows.h"

#include <algorithm>

#include "test_client.h"

namespace emulator {
namespace {

const std::vector<std::pair<std::string, Rate>> kThreePerSecond{{"/api/flows", {3, 60, 0}}};

TEST(RateWindows, BurstIsFullAfterItsCountAndOpensWithTheNextSecond) {
  RateWindows windows(7);
  int64_t now = 1'000'000 * kSecond;
  while (windows.take(kThreePerSecond, now).reset_sec != 0 || windows.take(kThreePerSecond, now).allowed) ++now;
  const RateAnswer refused = windows.take(kThreePerSecond, now);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.retry_after_sec, 1);
  EXPECT_TRUE(windows.take(kThreePerSecond, now + kSecond).allowed);
}

TEST(RateWindows, ExactlyTheLimitPassesInEveryFixedWindow) {
  RateWindows windows(7);
  const int64_t start = 5'000'000 * kSecond;
  int64_t allowed = 0;
  for (int64_t us = 0; us < 120 * kSecond; us += kSecond / 20) {
    if (windows.take(kThreePerSecond, start + us).allowed) ++allowed;
  }
  // Two minutes touch two or three minute windows of 60.
  EXPECT_GE(allowed, 120);
  EXPECT_LE(allowed, 180);
}

TEST(RateWindows, SteadyWindowTellsHowLongToWait) {
  RateWindows windows(7);
  const int64_t start = 5'000'000 * kSecond;
  RateAnswer answer;
  int64_t us = 0;
  for (; us < 300 * kSecond; us += kSecond / 2) {
    answer = windows.take({{"x", {10, 60, 0}}}, start + us);
    if (!answer.allowed) break;
  }
  ASSERT_FALSE(answer.allowed);
  EXPECT_GT(answer.retry_after_sec, 1);
  EXPECT_TRUE(windows.take({{"x", {10, 60, 0}}}, start + us + answer.retry_after_sec * kSecond).allowed);
}

TEST(RateWindows, EndpointsAreCountedApartAndSharedLimitsTogether) {
  RateWindows windows(7);
  const int64_t now = 5'000'000 * kSecond;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(windows.take({{"a", {3, 60, 0}}, {"shared", {4, 60, 0}}}, now).allowed);
  EXPECT_FALSE(windows.take({{"a", {3, 60, 0}}}, now).allowed);
  EXPECT_TRUE(windows.take({{"b", {3, 60, 0}}, {"shared", {4, 60, 0}}}, now).allowed);
  EXPECT_FALSE(windows.take({{"b", {3, 60, 0}}, {"shared", {4, 60, 0}}}, now).allowed);
  EXPECT_TRUE(windows.take({{"b", {3, 60, 0}}}, now).allowed) << "a refused request takes nothing";
}

TEST(RateWindows, PhaseDependsOnTheSeed) {
  const int64_t now = 5'000'000 * kSecond;
  std::vector<int64_t> waits;
  for (uint64_t seed = 0; seed < 8; ++seed) {
    RateWindows windows(seed);
    windows.take({{"x", {0, 1, 0}}}, now);
    waits.push_back(windows.take({{"x", {0, 1, 0}}}, now).retry_after_sec);
  }
  EXPECT_NE(std::count(waits.begin(), waits.end(), waits.front()), 8);
}

TEST(RateWindows, HeaderListsTheWindows) {
  EXPECT_EQ(rate_limit_header({350, 3500, 0}), "350, 350;w=1, 3500;w=60");
  EXPECT_EQ(rate_limit_header({1, 2, 225}), "1, 1;w=1, 2;w=60, 225;w=86400");
}

std::string header(const Answer& answer, const std::string& name) {
  for (const auto& [key, value] : answer.headers) {
    if (key == name) return value;
  }
  return {};
}

TEST(RateLimits, ThrottledAnswerHasRetryAfterAndNoRateHeaders) {
  ApiOptions options = open_api();
  options.rate_limits = true;
  Api api(options, small_dataset());
  const Answer first = get(api, "/api/webhooks");
  EXPECT_EQ(header(first, "RateLimit-Limit"), "1, 1;w=1, 15;w=60");
  EXPECT_EQ(header(first, "RateLimit-Remaining"), "0");
  EXPECT_EQ(header(first, "Retry-After"), "");
  // However slow this test is, the sixteenth request is too many for a minute.
  Answer throttled;
  for (int i = 0; i < 40 && throttled.status != 429; ++i) throttled = get(api, "/api/webhooks");
  ASSERT_EQ(throttled.status, 429);
  EXPECT_GE(std::stoi(header(throttled, "Retry-After")), 1);
  EXPECT_EQ(header(throttled, "RateLimit-Limit"), "");
  EXPECT_EQ(Json::parse(throttled.body).at("errors").at(0).at("code"), "throttled");
}

TEST(RateLimits, CostlyFieldsHaveALimitOfTheirOwnAndTheEndpointsHeader) {
  ApiOptions options = open_api();
  options.rate_limits = true;
  Api api(options, small_dataset());
  const std::string costly = "/api/profiles?additional-fields%5Bprofile%5D=subscriptions,predictive_analytics";
  EXPECT_EQ(header(get(api, costly), "RateLimit-Limit"), "75, 75;w=1, 750;w=60");
  int refused = 0;
  for (int i = 0; i < 400 && refused == 0; ++i) refused += get(api, costly).status == 429 ? 1 : 0;
  EXPECT_GE(refused, 1);
  EXPECT_EQ(get(api, "/api/profiles").status, 200);
}

}  // namespace
}  // namespace emulator
