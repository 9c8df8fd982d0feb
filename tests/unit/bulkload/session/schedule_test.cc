#include "bulkload/session/schedule.h"

#include <gtest/gtest.h>

#include "base/text_time.h"

namespace bulkload::testing {
namespace {

int64_t us(std::string_view time) { return base::parse_time(time)->us; }

std::optional<Schedule> schedule(const std::string& cron, const std::string& zone = "UTC", int64_t delay_sec = 0) {
  Session session;
  session.cron = cron;
  session.timezone = zone;
  session.delay_sec = delay_sec;
  const auto made = schedule_of(session);
  EXPECT_TRUE(made.ok()) << made.status().message();
  return made.ok() ? *made : std::nullopt;
}

TEST(Schedule, OfASessionThatIsRunByHandIsNone) { EXPECT_FALSE(schedule("").has_value()); }

TEST(Schedule, ThatCannotBeReadIsAnError) {
  Session session;
  session.cron = "@hourly";
  session.timezone = "PST";
  EXPECT_EQ(schedule_of(session).status().code(), base::Code::config);
  session.timezone = "UTC";
  session.cron = "61 * * * *";
  EXPECT_EQ(schedule_of(session).status().code(), base::Code::config);
}

TEST(DueRun, IsTheLastOfThoseThatWereMissed) {
  const auto hourly = schedule("0 * * * *");
  EXPECT_EQ(due_run(*hourly, us("2026-03-01T10:30:00Z"), us("2026-03-01T10:59:59Z")), std::nullopt);
  EXPECT_EQ(due_run(*hourly, us("2026-03-01T10:30:00Z"), us("2026-03-01T11:00:00Z")), us("2026-03-01T11:00:00Z"));
  EXPECT_EQ(due_run(*hourly, us("2026-03-01T10:30:00Z"), us("2026-03-01T15:20:00Z")), us("2026-03-01T15:00:00Z"));
  EXPECT_EQ(due_run(*hourly, us("2026-03-01T15:00:00Z"), us("2026-03-01T15:20:00Z")), std::nullopt);
}

TEST(DueRun, WaitsForItsDelay) {
  const auto late = schedule("0 * * * *", "UTC", 300);
  EXPECT_EQ(due_run(*late, us("2026-03-01T10:30:00Z"), us("2026-03-01T11:04:59Z")), std::nullopt);
  EXPECT_EQ(due_run(*late, us("2026-03-01T10:30:00Z"), us("2026-03-01T11:05:00Z")), us("2026-03-01T11:00:00Z"));
  EXPECT_EQ(next_begin(*late, us("2026-03-01T11:04:59Z")), us("2026-03-01T11:05:00Z"));
  EXPECT_EQ(next_begin(*late, us("2026-03-01T11:05:00Z")), us("2026-03-01T12:05:00Z"));
}

TEST(DueRun, OfARareScheduleIsFoundHoweverLongAgo) {
  const auto yearly = schedule("0 9 29 2 *", "Asia/Tokyo");
  EXPECT_EQ(due_run(*yearly, us("2024-01-01"), us("2026-11-24")), us("2024-02-29T00:00:00Z"));
  EXPECT_EQ(due_run(*yearly, us("2024-03-01"), us("2026-11-24")), std::nullopt);
}

TEST(DueRun, OfEveryMinuteAfterYearsIsTheLastMinute) {
  const auto minutely = schedule("* * * * *");
  EXPECT_EQ(due_run(*minutely, us("2016-01-01"), us("2026-11-24T00:00:30Z")), us("2026-11-24T00:00:00Z"));
}

}  // namespace
}  // namespace bulkload::testing
