#include "bulkload/session/cron.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "base/text_time.h"

namespace bulkload {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int64_t kSecond = base::kMicrosPerSecond;

const date::time_zone& zone(const std::string& name) {
  const auto found = find_time_zone(name);
  if (!found.ok()) throw std::runtime_error(found.status().message());
  return **found;
}

int64_t us(const std::string& time) { return base::parse_time(time).value().us; }

std::vector<std::string> runs(const std::string& cron, const std::string& zone_name, const std::string& after,
                              int count) {
  const auto parsed = Cron::parse(cron);
  if (!parsed.ok()) return {parsed.status().message()};
  std::vector<std::string> times;
  int64_t at = us(after);
  for (int i = 0; i < count; ++i) {
    at = parsed->next_after(at, zone(zone_name));
    times.push_back(base::format_rfc3339(at));
  }
  return times;
}

std::string problem(const std::string& cron) { return Cron::parse(cron).status().message(); }

TEST(Cron, FieldsAreMinuteHourDayMonthWeekday) {
  EXPECT_THAT(runs("15 6 * * *", "UTC", "2026-02-10T06:15:00Z", 2),
              ElementsAre("2026-02-11T06:15:00Z", "2026-02-12T06:15:00Z"));
  EXPECT_THAT(runs("15 6 * * *", "UTC", "2026-02-10T06:14:59.999999Z", 1), ElementsAre("2026-02-10T06:15:00Z"));
  EXPECT_THAT(runs("0 0 28 2 *", "UTC", "2026-03-01", 1), ElementsAre("2027-02-28T00:00:00Z"));
  EXPECT_THAT(runs("0 0 * * 1", "UTC", "2026-02-10", 2), ElementsAre("2026-02-16T00:00:00Z", "2026-02-23T00:00:00Z"));
}

TEST(Cron, ListsRangesAndSteps) {
  EXPECT_THAT(
      runs("0,30 8-9 * * *", "UTC", "2026-02-10", 4),
      ElementsAre("2026-02-10T08:00:00Z", "2026-02-10T08:30:00Z", "2026-02-10T09:00:00Z", "2026-02-10T09:30:00Z"));
  EXPECT_THAT(
      runs("5-59/20 */12 * * *", "UTC", "2026-02-10", 4),
      ElementsAre("2026-02-10T00:05:00Z", "2026-02-10T00:25:00Z", "2026-02-10T00:45:00Z", "2026-02-10T12:05:00Z"));
  EXPECT_THAT(runs(" 0\t0  1,15 * * ", "UTC", "2026-02-01", 2),
              ElementsAre("2026-02-15T00:00:00Z", "2026-03-01T00:00:00Z"));
}

TEST(Cron, NamesOfMonthsAndWeekdaysAreNumbers) {
  EXPECT_EQ(runs("0 0 1 jan,JUL *", "UTC", "2026-02-10", 2), runs("0 0 1 1,7 *", "UTC", "2026-02-10", 2));
  EXPECT_EQ(runs("0 0 * * mon-fri", "UTC", "2026-02-10", 9), runs("0 0 * * 1-5", "UTC", "2026-02-10", 9));
  EXPECT_EQ(runs("0 0 * * fri-sun", "UTC", "2026-02-10", 9), runs("0 0 * * 5,6,0", "UTC", "2026-02-10", 9));
}

TEST(Cron, SundayIsZeroAndSeven) {
  EXPECT_EQ(runs("0 0 * * 7", "UTC", "2026-02-10", 3), runs("0 0 * * 0", "UTC", "2026-02-10", 3));
  EXPECT_EQ(runs("0 0 * * 5-7", "UTC", "2026-02-10", 9), runs("0 0 * * 0,5,6", "UTC", "2026-02-10", 9));
  EXPECT_THAT(runs("0 0 * * sun", "UTC", "2026-02-10", 1), ElementsAre("2026-02-15T00:00:00Z"));
}

TEST(Cron, ShorthandsAreThoseOfTheHostedService) {
  EXPECT_EQ(runs("@hourly", "UTC", "2026-02-10", 3), runs("0 * * * *", "UTC", "2026-02-10", 3));
  EXPECT_EQ(runs("@daily", "UTC", "2026-02-10", 3), runs("0 0 * * *", "UTC", "2026-02-10", 3));
  EXPECT_EQ(runs("@weekly", "UTC", "2026-02-10", 3), runs("0 0 * * 0", "UTC", "2026-02-10", 3));
  EXPECT_EQ(runs("@monthly", "UTC", "2026-02-10", 3), runs("0 0 1 * *", "UTC", "2026-02-10", 3));
  EXPECT_EQ(runs("@yearly", "UTC", "2026-02-10", 3), runs("0 0 1 1 *", "UTC", "2026-02-10", 3));
  EXPECT_EQ(problem("@dayly"), "cron: '@dayly' is not known; did you mean '@daily'?");
}

TEST(Cron, OfTwoDayFieldsTheOneThatComesMoreOftenCounts) {
  const auto weekly = Cron::parse("0 0 1 * mon");
  EXPECT_EQ(weekly->ignored_field(), "day of month");
  EXPECT_EQ(runs("0 0 1 * mon", "UTC", "2026-02-10", 9), runs("0 0 * * mon", "UTC", "2026-02-10", 9));
  const auto by_date = Cron::parse("0 0 1-10 * mon");
  EXPECT_EQ(by_date->ignored_field(), "day of week");
  EXPECT_EQ(runs("0 0 1-10 * mon", "UTC", "2026-02-10", 20), runs("0 0 1-10 * *", "UTC", "2026-02-10", 20));
  EXPECT_EQ(Cron::parse("0 0 30 2 mon")->ignored_field(), "day of month");
  EXPECT_EQ(Cron::parse("0 0 1-31 * mon")->ignored_field(), "");
  EXPECT_EQ(Cron::parse("0 0 1 * 0-6")->ignored_field(), "");
}

TEST(Cron, LeapDayComesAlsoAcrossACentury) {
  EXPECT_THAT(runs("0 0 29 feb *", "UTC", "2026-01-01", 2),
              ElementsAre("2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"));
  EXPECT_THAT(runs("0 0 29 2 *", "UTC", "2096-03-01", 1), ElementsAre("2104-02-29T00:00:00Z"));
  EXPECT_THAT(runs("59 23 31 12 *", "UTC", "1969-12-31T23:59:00Z", 1), ElementsAre("1970-12-31T23:59:00Z"));
}

TEST(Cron, DatesThatNeverComeAreRefused) {
  EXPECT_EQ(problem("0 0 30 2 *"), "cron: day of month: '30' never comes in month 2");
  EXPECT_EQ(problem("0 0 31 feb,apr,jun *"), "cron: day of month: '31' never comes in month feb,apr,jun");
  EXPECT_EQ(problem("0 0 31 4-5 *"), "");
}

TEST(Cron, ErrorsNameTheFieldAndWhatIsPossible) {
  EXPECT_EQ(problem("60 * * * *"), "cron: minute: '60' is not within 0-59");
  EXPECT_EQ(problem("* 24 * * *"), "cron: hour: '24' is not within 0-23");
  EXPECT_EQ(problem("* * 0 * *"), "cron: day of month: '0' is not within 1-31");
  EXPECT_EQ(problem("* * * 13 *"), "cron: month: '13' is not within 1-12 or jan-dec");
  EXPECT_EQ(problem("* * * * 8"), "cron: day of week: '8' is not within 0-7 or sun-sat");
  EXPECT_EQ(problem("* * * mon *"), "cron: month: 'mon' is not within 1-12 or jan-dec");
  EXPECT_EQ(problem("30-10 * * * *"), "cron: minute: '30-10' begins after its end");
  EXPECT_EQ(problem("5/15 * * * *"), "cron: minute: '5/15' has a step without a range; write */n or 5-59/15");
  EXPECT_EQ(problem("*/0 * * * *"), "cron: minute: '*/0' needs a step from 1 to 60");
  EXPECT_EQ(problem("*/61 * * * *"), "cron: minute: '*/61' needs a step from 1 to 60");
  EXPECT_THAT(problem("0 0 * *"), HasSubstr("has 4 fields and not five"));
  EXPECT_THAT(problem("0 0 * * * *"), HasSubstr("has 6 fields and not five"));
  for (const char* text :
       {"", " ", ", * * * *", "1, * * * *", "-1 * * * *", "1- * * * *", "*/ * * * *", "1-2-3 * * * *", "L * * * *",
        "? * * * *", "1.5 * * * *", "+1 * * * *", "** * * * *", "99999999999 * * * *"}) {
    EXPECT_FALSE(Cron::parse(text).ok()) << text;
  }
}

TEST(Cron, SkippedTimeComesOnceAtTheFirstInstantBehindTheGap) {
  // Berlin, 2026-03-29: 02:00 CET is 03:00 CEST, 01:00 UTC.
  EXPECT_THAT(runs("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 3),
              ElementsAre("2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"));
  EXPECT_THAT(runs("*/20 2 * * *", "Europe/Berlin", "2026-03-28T02:00:00Z", 2),
              ElementsAre("2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"));
  EXPECT_THAT(runs("0 2,3 * * *", "Europe/Berlin", "2026-03-28T03:00:00Z", 2),
              ElementsAre("2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"));
  // New York, 2026-03-08: 02:00 EST is 03:00 EDT, 07:00 UTC.
  EXPECT_THAT(runs("30 2 * * *", "America/New_York", "2026-03-08T00:00:00Z", 2),
              ElementsAre("2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"));
  // Lord Howe, 2026-10-04: 02:00 is 02:30, 15:30 UTC of the day before.
  EXPECT_THAT(runs("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", 2),
              ElementsAre("2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"));
  EXPECT_THAT(runs("30 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", 2),
              ElementsAre("2026-10-03T15:30:00Z", "2026-10-04T15:30:00Z"));
}

TEST(Cron, SkippedDayComesOnceAtTheBeginningOfTheNext) {
  // Apia had no 2011-12-30: 2011-12-30T10:00 UTC is midnight of the 31st.
  EXPECT_THAT(runs("0 12 * * *", "Pacific/Apia", "2011-12-29T00:00:00Z", 3),
              ElementsAre("2011-12-29T22:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T22:00:00Z"));
  EXPECT_THAT(runs("0 0 30 12 *", "Pacific/Apia", "2011-12-01T00:00:00Z", 2),
              ElementsAre("2011-12-30T10:00:00Z", "2012-12-29T10:00:00Z"));
}

TEST(Cron, RepeatedTimeCountsWhenItComesFirst) {
  // Berlin, 2026-10-25: 03:00 CEST is 02:00 CET, 01:00 UTC.
  EXPECT_THAT(runs("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2),
              ElementsAre("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"));
  EXPECT_THAT(
      runs("*/30 2-3 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 4),
      ElementsAre("2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T02:00:00Z", "2026-10-25T02:30:00Z"));
  EXPECT_THAT(runs("30 2 * * *", "Europe/Berlin", "2026-10-25T01:00:00Z", 1), ElementsAre("2026-10-26T01:30:00Z"));
  // New York, 2026-11-01: 02:00 EDT is 01:00 EST, 06:00 UTC.
  EXPECT_THAT(runs("30 1 * * *", "America/New_York", "2026-11-01T00:00:00Z", 2),
              ElementsAre("2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"));
  // Lord Howe, 2026-04-05: 02:00 is 01:30, 15:00 UTC of the day before.
  EXPECT_THAT(runs("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00Z", 2),
              ElementsAre("2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"));
}

TEST(Cron, HourlyPatternFollowsTheClockThroughGapsAndOverlaps) {
  EXPECT_THAT(runs("30 * * * *", "Europe/Berlin", "2026-03-28T23:45:00Z", 3),
              ElementsAre("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z"));
  EXPECT_THAT(runs("30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", 3),
              ElementsAre("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"));
  EXPECT_THAT(runs("@hourly", "America/New_York", "2026-11-01T04:30:00Z", 3),
              ElementsAre("2026-11-01T05:00:00Z", "2026-11-01T06:00:00Z", "2026-11-01T07:00:00Z"));
  EXPECT_THAT(runs("0 0-23 * * *", "America/New_York", "2026-11-01T04:30:00Z", 3),
              ElementsAre("2026-11-01T05:00:00Z", "2026-11-01T06:00:00Z", "2026-11-01T07:00:00Z"));
  EXPECT_THAT(runs("45 * * * *", "Australia/Lord_Howe", "2026-04-04T14:00:00Z", 3),
              ElementsAre("2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z", "2026-04-04T16:15:00Z"));
  EXPECT_THAT(runs("*/15 * * * *", "Pacific/Apia", "2011-12-30T09:40:00Z", 2),
              ElementsAre("2011-12-30T09:45:00Z", "2011-12-30T10:00:00Z"));
}

TEST(Cron, ZonesOfTheFarEastAndWestHaveTheirOwnDays) {
  EXPECT_THAT(runs("0 9 * * mon", "Asia/Tokyo", "2026-02-10", 1), ElementsAre("2026-02-16T00:00:00Z"));
  EXPECT_THAT(runs("0 18 28 feb *", "Pacific/Honolulu", "2026-02-10", 1), ElementsAre("2026-03-01T04:00:00Z"));
}

TEST(TimeZone, AbbreviationsAreRefusedWithTheNameOfAPlace) {
  EXPECT_THAT(find_time_zone("PST").status().message(), HasSubstr("America/Los_Angeles"));
  EXPECT_THAT(find_time_zone("EST").status().message(), HasSubstr("America/New_York"));
  EXPECT_THAT(find_time_zone("EST5EDT").status().message(), HasSubstr("America/New_York"));
  EXPECT_THAT(find_time_zone("CST").status().message(), HasSubstr("America/Chicago"));
  EXPECT_THAT(find_time_zone("JST").status().message(), HasSubstr("Asia/Tokyo"));
  EXPECT_THAT(find_time_zone("Asia/Tokio").status().message(), HasSubstr("Asia/Tokyo"));
  for (const char* name : {"", "Mars/Olympus", "../etc/passwd", "asia/tokyo", "+09:00", "XYZ"}) {
    EXPECT_EQ(find_time_zone(name).status().code(), base::Code::config) << name;
  }
  EXPECT_TRUE(find_time_zone("UTC").ok());
  EXPECT_TRUE(find_time_zone("America/Argentina/Buenos_Aires").ok());
}

// What a pattern is made of, kept as sets: the test's own idea of when it matches.
struct Pattern {
  std::set<int> fields[5];  // minute, hour, day, month, weekday
  bool days_matter = true;
  bool weekdays_matter = true;

  std::string text() const {
    constexpr size_t kAll[] = {60, 24, 31, 12, 7};
    std::string text;
    for (size_t i = 0; i < 5; ++i) {
      std::string list;
      for (const int value : fields[i]) list += (list.empty() ? "" : ",") + std::to_string(value);
      text += (i > 0 ? " " : "") + (fields[i].size() == kAll[i] ? "*" : list);
    }
    return text;
  }

  bool every_hour() const { return fields[1].size() == 24; }

  /// `wall_minute` counts from 1970-01-01 00:00 on the wall clock.
  bool has(int64_t wall_minute) const {
    const std::chrono::minutes wall(wall_minute);
    const auto day = std::chrono::floor<std::chrono::days>(std::chrono::sys_time<std::chrono::minutes>(wall));
    const std::chrono::year_month_day civil(day);
    const auto of_day = static_cast<int>((wall - day.time_since_epoch()).count());
    return fields[0].contains(of_day % 60) && fields[1].contains(of_day / 60) &&
           fields[3].contains(static_cast<int>(static_cast<unsigned>(civil.month()))) &&
           (!days_matter || fields[2].contains(static_cast<int>(static_cast<unsigned>(civil.day())))) &&
           (!weekdays_matter || fields[4].contains(static_cast<int>(std::chrono::weekday(day).c_encoding())));
  }
};

std::set<int> some(int first, int last) {
  const int kind = *rc::gen::inRange(0, 3);
  std::set<int> values;
  if (kind == 0) {
    for (int value = first; value <= last; ++value) values.insert(value);
  } else {
    const int count = kind == 1 ? 1 : *rc::gen::inRange(2, 6);
    for (int i = 0; i < count; ++i) values.insert(*rc::gen::inRange(first, last + 1));
  }
  return values;
}

Pattern some_pattern() {
  Pattern pattern;
  pattern.fields[0] = some(0, 59);
  pattern.fields[1] = some(0, 23);
  pattern.fields[2] = some(1, 31);
  pattern.fields[3] = some(1, 12);
  pattern.fields[4] = some(0, 6);
  return pattern;
}

int64_t wall_minute(const date::time_zone& zone, int64_t minute) {
  return minute + zone_period(zone, minute * 60).offset_s / 60;
}

/// Whether a run is due at this minute of real time, found out from the readings of the clock alone.
bool is_due(const Pattern& pattern, const date::time_zone& zone, int64_t minute) {
  const int64_t wall = wall_minute(zone, minute);
  if (pattern.every_hour()) return pattern.has(wall);
  const int64_t before = wall_minute(zone, minute - 1);
  for (int64_t skipped = before + 1; skipped < wall; ++skipped) {
    if (pattern.has(skipped)) return true;
  }
  if (!pattern.has(wall)) return false;
  for (int64_t earlier = minute - 1; earlier >= minute - 180; --earlier) {
    if (wall_minute(zone, earlier) == wall) return false;
  }
  return true;
}

void check_against_every_minute(const std::string& zone_name, int64_t after_minute, const Pattern& drawn) {
  Pattern pattern = drawn;
  const auto cron = Cron::parse(pattern.text());
  if (!cron.ok()) {
    RC_ASSERT(cron.status().message().find("never comes") != std::string::npos);
    return;
  }
  pattern.days_matter = cron->ignored_field() != "day of month";
  pattern.weekdays_matter = cron->ignored_field() != "day of week";
  const date::time_zone& where = zone(zone_name);
  constexpr int64_t kLongest = 12 * 60;
  const int64_t found = cron->next_after(after_minute * 60 * kSecond, where);
  RC_ASSERT(found > after_minute * 60 * kSecond);
  RC_ASSERT(found % (60 * kSecond) == 0);
  const int64_t found_minute = found / (60 * kSecond);
  RC_ASSERT(is_due(pattern, where, found_minute));
  for (int64_t minute = after_minute + 1; minute < std::min(found_minute, after_minute + kLongest); ++minute) {
    RC_ASSERT(!is_due(pattern, where, minute));
  }
}

RC_GTEST_PROP(CronProperty, NextRunIsLaterMatchesAndHasNoneBefore, ()) {
  const auto zone_name = *rc::gen::element<std::string>("UTC", "Europe/Berlin", "America/New_York",
                                                        "Australia/Lord_Howe", "Asia/Kathmandu");
  const int64_t after = *rc::gen::inRange<int64_t>(us("2020-01-01") / 60 / kSecond, us("2032-01-01") / 60 / kSecond);
  check_against_every_minute(zone_name, after, some_pattern());
}

RC_GTEST_PROP(CronProperty, NextRunIsRightAroundEveryChangeOfTheClocks, ()) {
  const auto change = *rc::gen::element<std::pair<std::string, std::string>>(
      std::pair("Europe/Berlin", "2026-03-29T01:00:00Z"), std::pair("Europe/Berlin", "2026-10-25T01:00:00Z"),
      std::pair("America/New_York", "2026-03-08T07:00:00Z"), std::pair("America/New_York", "2026-11-01T06:00:00Z"),
      std::pair("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
      std::pair("Australia/Lord_Howe", "2026-04-04T15:00:00Z"), std::pair("Pacific/Apia", "2011-12-30T10:00:00Z"),
      std::pair("America/Sao_Paulo", "2018-11-04T03:00:00Z"));
  Pattern pattern = some_pattern();
  for (size_t i = 2; i < 5; ++i) {
    constexpr int kLast[] = {0, 0, 31, 12, 6};
    for (int value = i == 4 ? 0 : 1; value <= kLast[i]; ++value) pattern.fields[i].insert(value);
  }
  const int64_t after = us(change.second) / 60 / kSecond + *rc::gen::inRange<int64_t>(-200, 200);
  check_against_every_minute(change.first, after, pattern);
}

}  // namespace
}  // namespace bulkload
