#include "bulkload/filter/time_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text_time.h"

namespace bulkload {
namespace {

using ::testing::HasSubstr;

/// The instant in RFC 3339, "unreadable", or the pattern's problem.
std::string read(const std::string& pattern, const std::string& text, const std::string& zone = "") {
  const auto parsed = TimePattern::parse(pattern, zone);
  if (!parsed.ok()) return parsed.status().message();
  const auto us = parsed->read(text);
  return us ? base::format_rfc3339(*us) : "unreadable";
}

TEST(TimePattern, WithoutAPatternReadsIso8601) {
  EXPECT_EQ(read("", "2026-02-10 07:31:05.5 +09:00"), "2026-02-09T22:31:05.500000Z");
  EXPECT_EQ(read("", "10/02/2026"), "unreadable");
}

TEST(TimePattern, EmbulksDefaultReadsZones) {
  for (const std::string zone : {"UTC", "+0000", "+00:00", "Z", "GMT"}) {
    EXPECT_EQ(read("%Y-%m-%d %H:%M:%S %z", "2016-01-01 01:02:03 " + zone), "2016-01-01T01:02:03Z") << zone;
  }
  EXPECT_EQ(read("%Y-%m-%d %H:%M:%S %z", "2016-01-01 01:02:03 -0930"), "2016-01-01T10:32:03Z");
  EXPECT_EQ(read("%F %T %Z", "2016-01-01 01:02:03 PST"), "unreadable");
}

TEST(TimePattern, ReadsNamesHalvesAndShortYears) {
  EXPECT_EQ(read("%a, %d %b %Y %I:%M %p", "Tue, 10 Feb 2026 12:05 am"), "2026-02-10T00:05:00Z");
  EXPECT_EQ(read("%A %e. %B %y %I%p", "Tuesday 3. february 69 1PM"), "1969-02-03T13:00:00Z");
  EXPECT_EQ(read("%d/%m/%y", "1/2/68"), "2068-02-01T00:00:00Z");
}

TEST(TimePattern, ReadsFractionsToTheMicrosecond) {
  EXPECT_EQ(read("%T.%L", "00:00:01.5"), "1970-01-01T00:00:01.500000Z");
  EXPECT_EQ(read("%T.%N", "00:00:01.123456789"), "1970-01-01T00:00:01.123456Z");
  EXPECT_EQ(read("%T.%N", "00:00:01."), "unreadable");
}

TEST(TimePattern, ReadsNumbersSince1970) {
  EXPECT_EQ(read("%s", "-1"), "1969-12-31T23:59:59Z");
  EXPECT_EQ(read("%Q", "1770000000123"), "2026-02-02T02:40:00.123000Z");
  EXPECT_EQ(read("%s", "999999999999999"), "unreadable");
}

TEST(TimePattern, ZoneIsForTimesWithoutOne) {
  EXPECT_EQ(read("%F %T", "2026-07-01 09:00:00", "Asia/Tokyo"), "2026-07-01T00:00:00Z");
  EXPECT_EQ(read("%F %T %z", "2026-07-01 09:00:00 UTC", "Asia/Tokyo"), "2026-07-01T09:00:00Z");
  // A clock that shows an hour twice, and one that leaves it out.
  EXPECT_EQ(read("%F %T", "2026-11-01 01:30:00", "America/New_York"), "2026-11-01T05:30:00Z");
  EXPECT_EQ(read("%F %T", "2026-03-08 02:30:00", "America/New_York"), "unreadable");
}

TEST(TimePattern, TakesNothingElse) {
  for (const std::string text :
       {"2026-02-30", "2026-13-01", "2026-02-10x", "2026-02", "", "x2026-02-10", "2026_02_10"}) {
    EXPECT_EQ(read("%F", text), "unreadable") << text;
  }
  EXPECT_EQ(read("%F  %H", "2026-02-10 7"), "2026-02-10T07:00:00Z");
  EXPECT_EQ(read("%%%Y", "%2026"), "2026-01-01T00:00:00Z");
}

TEST(TimePattern, ProblemsSayWhatIsUnderstood) {
  EXPECT_THAT(read("%Y %U", ""), HasSubstr("'%U' is no directive that can be read"));
  EXPECT_THAT(read("%Y %", ""), HasSubstr("'%' is no directive"));
  EXPECT_THAT(read("year", ""), HasSubstr("has no directive"));
  EXPECT_THAT(read("%Y", "", "Mars/Olympus"), HasSubstr("'Mars/Olympus' is no zone"));
}

}  // namespace
}  // namespace bulkload
