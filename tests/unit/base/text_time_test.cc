#include "base/text_time.h"

#include <gtest/gtest.h>

namespace base {
namespace {

constexpr int64_t kNow = 1'795'000'000'000'000;  // November 2026

TEST(ParseTime, EverySpellingOfOneInstantIsTheSame) {
  const int64_t expected_us = 1'692'027'446'000'000;
  for (const std::string_view text :
       {"2023-08-14T15:37:26Z", "2023-08-14 15:37:26Z", "2023-08-14t15:37:26z", "2023-08-14 15:37:26+00:00",
        "2023-08-14T15:37:26", "2023-08-14T15:37:26.000000Z", "2023-08-14T15:37:26,0Z", "2023-08-14T17:37:26+02:00",
        "2023-08-14T17:37:26+0200", "2023-08-14T17:37:26+02", "2023-08-14T11:07:26-04:30", "2023-08-14 15:37:26 UTC"}) {
    const auto time = parse_time(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(time->us, expected_us) << text;
    EXPECT_TRUE(time->exact) << text;
  }
}

TEST(ParseTime, PartsThatAreLeftOutAreZero) {
  EXPECT_EQ(parse_time("1970-01-02")->us, 86'400'000'000);
  EXPECT_EQ(parse_time("1970-01-01T00:01")->us, 60'000'000);
}

TEST(ParseTime, FractionIsExactToTheMicrosecondAndSaysWhenItIsCut) {
  EXPECT_EQ(parse_time("1970-01-01T00:00:00.1")->us, 100'000);
  EXPECT_EQ(parse_time("1970-01-01T00:00:00.123456")->us, 123'456);
  EXPECT_EQ(parse_time("1970-01-01T00:00:00.123456000")->us, 123'456);
  EXPECT_TRUE(parse_time("1970-01-01T00:00:00.123456000")->exact);
  EXPECT_EQ(parse_time("1970-01-01T00:00:00.123456789")->us, 123'456);
  EXPECT_FALSE(parse_time("1970-01-01T00:00:00.123456789")->exact);
}

TEST(ParseTime, MidnightAsTwentyFourAndLeapSecondsBelongToWhatFollows) {
  EXPECT_EQ(parse_time("2023-12-31T24:00:00Z")->us, parse_time("2024-01-01")->us);
  EXPECT_EQ(parse_time("2016-12-31T23:59:60Z")->us, parse_time("2017-01-01")->us);
}

TEST(ParseTime, WhatIsNoTimeIsRefused) {
  for (const std::string_view text : {"",
                                      "2023",
                                      "2023-02-29",
                                      "2023-13-01",
                                      "2023-00-10",
                                      "0000-01-01",
                                      "2023-1-1",
                                      "2023-01-01T",
                                      "2023-01-01T1:00",
                                      "2023-01-01T25:00:00",
                                      "2023-01-01T24:00:01",
                                      "2023-01-01T00:60:00",
                                      "2023-01-01T00:00:61",
                                      "2023-01-01T00:00:00.",
                                      "2023-01-01T00:00:00.1234567890",
                                      "2023-01-01T00:00:00+",
                                      "2023-01-01T00:00:00+24:00",
                                      "2023-01-01T00:00:00+01:60",
                                      "2023-01-01T00:00:00 PST",
                                      "2023-01-01T00:00:00Zx",
                                      " 2023-01-01",
                                      "2023-01-01 ",
                                      "20230101T000000Z",
                                      "1692027446"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

TEST(FormatTime, ComesBackByParsing) {
  for (const int64_t us : {int64_t{0}, int64_t{-1}, int64_t{-62'135'596'800'000'000}, int64_t{253'402'300'799'999'999},
                           int64_t{1'692'027'446'123'456}}) {
    EXPECT_EQ(parse_time(format_rfc3339(us))->us, us);
    EXPECT_EQ(parse_time(format_utc_display(us))->us, us);
  }
}

TEST(FormatTime, ShowsTheFractionOnlyWhenThereIsOne) {
  EXPECT_EQ(format_rfc3339(1'630'301'746'000'000), "2021-08-30T05:35:46Z");
  EXPECT_EQ(format_rfc3339(1'630'301'746'000'001), "2021-08-30T05:35:46.000001Z");
  EXPECT_EQ(format_utc_display(1'630'301'746'000'000), "2021-08-30 05:35:46 UTC");
  EXPECT_EQ(format_utc_display(1'630'301'746'120'000), "2021-08-30 05:35:46.120 UTC");
  EXPECT_EQ(format_utc_display(1'630'301'746'120'001), "2021-08-30 05:35:46.120001 UTC");
}

TEST(HttpDate, AllThreeFormsAreRead) {
  const int64_t expected_us = 784'111'777'000'000;
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", kNow), expected_us);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", kNow), expected_us);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994", kNow), expected_us);
}

TEST(HttpDate, TwoDigitYearsFarAheadAreOfThePastCentury) {
  EXPECT_EQ(parse_http_date("Saturday, 06-Nov-76 08:49:37 GMT", kNow), parse_time("2076-11-06T08:49:37Z")->us);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-77 08:49:37 GMT", kNow), parse_time("1977-11-06T08:49:37Z")->us);
}

TEST(HttpDate, AnythingElseIsRefused) {
  for (const std::string_view text : {"", "120", "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Feb 1994 08:49:37 GMT",
                                      "Xxx, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT "}) {
    EXPECT_FALSE(parse_http_date(text, kNow)) << text;
  }
}

TEST(WholeSeconds, FloorAndCeilingAlsoBefore1970) {
  EXPECT_EQ(floor_to_second(1'500'000), 1'000'000);
  EXPECT_EQ(ceil_to_second(1'500'000), 2'000'000);
  EXPECT_EQ(floor_to_second(-1), -1'000'000);
  EXPECT_EQ(ceil_to_second(-1), 0);
  EXPECT_EQ(floor_to_second(2'000'000), 2'000'000);
  EXPECT_EQ(ceil_to_second(2'000'000), 2'000'000);
}

}  // namespace
}  // namespace base
