#include "bulkload/sink/time_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text_time.h"

namespace bulkload::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string text(std::string_view pattern, std::string_view zone, std::string_view time) {
  const auto format = TimeFormat::parse(pattern, zone);
  if (!format.ok()) return format.status().message();
  std::string out;
  format->append(base::parse_time(time)->us, out);
  return out;
}

TEST(TimeFormat, IsRfc3339InUtcByDefault) {
  std::string out;
  TimeFormat().append(1770708665123456, out);
  EXPECT_EQ(out, "2026-02-10T07:31:05.123456Z");
  EXPECT_EQ(text("", "UTC", "2026-02-10T07:31:05Z"), "2026-02-10T07:31:05Z");
}

TEST(TimeFormat, OfAZoneHasItsOffsetAlsoAroundTheChangeOfTheClocks) {
  EXPECT_EQ(text("", "Asia/Tokyo", "2026-02-10T15:31:05.5Z"), "2026-02-11T00:31:05.500000+09:00");
  EXPECT_EQ(text("", "America/New_York", "2026-03-08T06:59:59Z"), "2026-03-08T01:59:59-05:00");
  EXPECT_EQ(text("", "America/New_York", "2026-03-08T07:00:00Z"), "2026-03-08T03:00:00-04:00");
  EXPECT_EQ(text("", "Europe/London", "2026-01-10T07:31:05Z"), "2026-01-10T07:31:05Z");
  EXPECT_EQ(text("", "America/St_Johns", "2026-01-10T07:31:05Z"), "2026-01-10T04:01:05-03:30");
}

TEST(TimeFormat, KnowsTheDirectivesOfStrftime) {
  const std::string time = "2026-02-09T13:04:05.006007Z";
  EXPECT_EQ(text("%Y %y %m %d %e %j", "", time), "2026 26 02 09  9 040");
  EXPECT_EQ(text("%H %I %M %S %p", "", time), "13 01 04 05 PM");
  EXPECT_EQ(text("%I %p", "", "2026-02-09T00:00:00Z"), "12 AM");
  EXPECT_EQ(text("%L %N %3N %6N %9N", "", time), "006 006007000 006 006007 006007000");
  EXPECT_EQ(text("%z %:z %Z", "Asia/Kolkata", time), "+0530 +05:30 IST");
  EXPECT_EQ(text("%b %B %a %A", "", time), "Feb February Mon Monday");
  EXPECT_EQ(text("%F %T|%s|%Q|%%F", "", time), "2026-02-09 13:04:05|1770642245|1770642245006|%F");
}

TEST(TimeFormat, HoldsForTimesBefore1970) {
  EXPECT_EQ(text("%F %T.%6N %s", "", "1969-12-31T23:59:59.25Z"), "1969-12-31 23:59:59.250000 -1");
  EXPECT_EQ(text("%Y-%j", "", "0001-01-01T00:00:00Z"), "0001-001");
}

TEST(TimeFormat, RefusesWhatItCannotWrite) {
  EXPECT_THAT(text("%Y-%K", "", "2026-02-09"), HasSubstr("'%K' is no directive"));
  EXPECT_THAT(text("%", "", "2026-02-09"), HasSubstr("'%' is no directive"));
  EXPECT_THAT(text("date", "", "2026-02-09"), HasSubstr("has no directive"));
}

TEST(TimeFormat, TakesZonesByTheirIanaNamesAlone) {
  for (const std::string zone : {"PST", "EST", "CET", "EST5EDT", "Mars/Olympus", "+09:00", "../UTC", " "}) {
    EXPECT_THAT(text("", zone, "2026-02-09"), AllOf(HasSubstr("'" + zone + "'"), HasSubstr("use an IANA name")));
  }
}

}  // namespace
}  // namespace bulkload::testing
