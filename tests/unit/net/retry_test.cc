#include "klaviyo/net/retry.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace klaviyo::net {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kNow = 784'111'777 * kSecond;  // Sun, 06 Nov 1994 08:49:37 GMT

TEST(Verdict, StatusesThatMayComeRightAreRetried) {
  for (const int status : {408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524}) {
    EXPECT_EQ(verdict_for_status(status, "application/json"), Verdict::retry) << status;
  }
}

TEST(Verdict, AllOthersAreNot) {
  for (const int status :
       {300, 301, 304, 307, 308, 400, 401, 403, 404, 405, 406, 409, 410, 415, 422, 501, 505, 525, 0, 999}) {
    EXPECT_EQ(verdict_for_status(status, "application/json"), Verdict::give_up) << status;
  }
  for (const int status : {200, 203, 204, 206, 299})
    EXPECT_EQ(verdict_for_status(status, ""), Verdict::success) << status;
}

TEST(Verdict, ForbiddenAsHtmlIsAProxysAndRetried) {
  EXPECT_EQ(verdict_for_status(403, "text/html; charset=utf-8"), Verdict::retry);
  EXPECT_EQ(verdict_for_status(403, "Text/HTML"), Verdict::retry);
  EXPECT_EQ(verdict_for_status(401, "text/html"), Verdict::give_up);
  EXPECT_EQ(verdict_for_status(403, ""), Verdict::give_up);
}

TEST(RetryAfter, DelaySeconds) {
  EXPECT_EQ(parse_retry_after("0", "", kNow), 0);
  EXPECT_EQ(parse_retry_after("120", "", kNow), 120 * kSecond);
  EXPECT_EQ(parse_retry_after(" 1 ", "", kNow), kSecond);
}

TEST(RetryAfter, DateInEachOfTheThreeForms) {
  for (const char* date :
       {"Sun, 06 Nov 1994 08:51:37 GMT", "Sunday, 06-Nov-94 08:51:37 GMT", "Sun Nov  6 08:51:37 1994"}) {
    EXPECT_EQ(parse_retry_after(date, "", kNow), 120 * kSecond) << date;
  }
}

TEST(RetryAfter, DateIsMeasuredFromTheServersClock) {
  const char* at = "Sun, 06 Nov 1994 08:51:37 GMT";
  EXPECT_EQ(parse_retry_after(at, "Sun, 06 Nov 1994 08:51:27 GMT", kNow), 10 * kSecond);
  EXPECT_EQ(parse_retry_after(at, "not a date", kNow), 120 * kSecond);
}

TEST(RetryAfter, DateInThePastIsNoWait) { EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", "", kNow), 0); }

TEST(RetryAfter, MalformedIsIgnored) {
  for (const char* value : {"", " ", "-1", "+1", "1.5", "1e9", "inf", "nan", "0x10", "120, 240", "1 2", "soon",
                            "Sun, 06 Nov 1994", "Sun, 31 Feb 1994 00:00:00 GMT"}) {
    EXPECT_EQ(parse_retry_after(value, "", kNow), std::nullopt) << value;
  }
}

TEST(RetryAfter, AbsurdIsLongerThanAnyWaitAndOverflowsNothing) {
  constexpr int64_t kYear = 365 * 86'400 * kSecond;
  for (const char* value : {"99999999999999999999", "9223372036854775807", "Fri, 31 Dec 9999 23:59:59 GMT"}) {
    const auto wait = parse_retry_after(value, "", kNow);
    ASSERT_TRUE(wait) << value;
    EXPECT_GT(*wait, kYear) << value;
    EXPECT_GT(kNow + *wait, kNow) << value;
  }
}

TEST(Backoff, CeilingDoublesUpToTheLongestWait) {
  constexpr double kAlmostOne = 0.999999999999;
  EXPECT_NEAR(static_cast<double>(backoff_us(0, kSecond, 300 * kSecond, {}, kAlmostOne)), 1e6, 2);
  EXPECT_NEAR(static_cast<double>(backoff_us(4, kSecond, 300 * kSecond, {}, kAlmostOne)), 16e6, 2);
  EXPECT_NEAR(static_cast<double>(backoff_us(9, kSecond, 300 * kSecond, {}, kAlmostOne)), 300e6, 2);
  EXPECT_EQ(backoff_us(1'000'000, kSecond, 300 * kSecond, {}, 0.5), 150 * kSecond);
  EXPECT_EQ(backoff_us(3, kSecond, 300 * kSecond, {}, 0), 0);
  EXPECT_LE(backoff_us(0, 10 * kSecond, 5 * kSecond, {}, kAlmostOne), 5 * kSecond);
}

TEST(Backoff, HintIsALowerBoundWithUpToASecondOnTop) {
  EXPECT_EQ(backoff_us(0, kSecond, 300 * kSecond, 120 * kSecond, 0), 120 * kSecond);
  EXPECT_EQ(backoff_us(0, kSecond, 300 * kSecond, 120 * kSecond, 0.5), 120 * kSecond + kSecond / 2);
  EXPECT_EQ(backoff_us(5, kSecond, 300 * kSecond, 2 * kSecond, 0.5),
            16 * kSecond + kSecond / 2);  // own back-off is longer
}

TEST(Backoff, JitterIsUniform) {
  constexpr int kDraws = 10'000;
  constexpr size_t kBins = 20;
  std::mt19937_64 random(42);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::array<int, kBins> bins{};
  for (int i = 0; i < kDraws; ++i) {
    const int64_t wait = backoff_us(3, kSecond, 300 * kSecond, {}, uniform(random));
    ASSERT_GE(wait, 0);
    ASSERT_LE(wait, 8 * kSecond);
    bins[std::min(kBins - 1, static_cast<size_t>(wait) * kBins / (8 * kSecond))]++;
  }
  constexpr double kExpected = static_cast<double>(kDraws) / kBins;
  double chi_square = 0;
  for (const int count : bins) chi_square += (count - kExpected) * (count - kExpected) / kExpected;
  EXPECT_LT(chi_square, 43.8);  // 19 degrees of freedom, p = 0.001
}

TEST(RetryBudget, LastsForAHundredRetriesOrFiftyAfterTimeouts) {
  RetryBudget plain;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(plain.spend(false)) << i;
  EXPECT_FALSE(plain.spend(false));
  RetryBudget timeouts;
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(timeouts.spend(true)) << i;
  EXPECT_FALSE(timeouts.spend(true));
  EXPECT_FALSE(timeouts.spend(false));
}

TEST(RetryBudget, SuccessGivesOneBackAndNeverMoreThanWasThere) {
  RetryBudget budget;
  for (int i = 0; i < 10; ++i) budget.refund();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(budget.spend(false)) << i;
  for (int i = 0; i < 4; ++i) budget.refund();
  EXPECT_FALSE(budget.spend(false));
  budget.refund();
  EXPECT_TRUE(budget.spend(false));
}

}  // namespace
}  // namespace klaviyo::net
