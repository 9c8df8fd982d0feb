// Events of some metrics or of one profile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "load.h"

namespace e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// All events of the emulator, with their metrics and profiles.
class AllEvents : public Load {
 public:
  explicit AllEvents(const EmulatorProcess& emulator) : Load(emulator) {
    EXPECT_EQ(bulkload("run", "events").exit_code, 0);
  }
};

/// Names of two metrics that have events, and that no other metric has.
std::vector<std::string> two_names(const Load& all) {
  return all.column(
      "SELECT metric_name FROM events GROUP BY metric_name HAVING count(DISTINCT metric_id) = 1 ORDER BY 1 LIMIT 2");
}

std::string quoted(const std::string& text) { return "'" + text + "'"; }

TEST(Metrics, ByNameAndByIdGiveTheirEventsInOnePassOrInOneForEach) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=3000"});
  const AllEvents all(emulator);
  const auto names = two_names(all);
  ASSERT_EQ(names.size(), 2U);
  const std::string id = all.column("SELECT metric_id FROM events WHERE metric_name = " + quoted(names[1])).front();
  const auto expected = all.column("SELECT id FROM events WHERE metric_name IN (" + quoted(names[0]) + ", " +
                                   quoted(names[1]) + ") ORDER BY id");
  for (const std::string revision : {"2026-07-15", "2025-10-15"}) {
    SCOPED_TRACE(revision);
    Load load(emulator);
    // The second one by name and by id: it is read once.
    load.in = {{"metrics", "[\"" + names[0] + "\", \"" + id + "\", \"" + names[1] + "\"]"},
               {"revision_time", "\"" + revision + "\""}};
    const auto result = load.bulkload("run", "events");
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(difference(load.ids("events"), expected), "");
  }
  EXPECT_EQ(emulator.stats().at("refused").size(), 0U) << emulator.stats().at("refused");
}

TEST(Metrics, ThatDoNotExistAreMistakesThatNameTheNearest) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  const std::string name = two_names(AllEvents(emulator)).front();
  Load load(emulator);
  load.in = {{"metrics", "[\"" + name + "x\"]"}};
  for (const std::string command : {"run", "preview"}) {
    const auto result = load.bulkload(command, "events");
    EXPECT_EQ(result.exit_code, 2) << command << result.err;
    EXPECT_THAT(result.err, AllOf(HasSubstr("the account has no metric '" + name + "x'"), HasSubstr(quoted(name))));
  }
}

TEST(Metrics, AreForEventsAlone) {
  const EmulatorProcess emulator;
  Load load(emulator);
  load.in = {{"metrics", "[Placed Order]"}};
  const auto result = load.bulkload("run", "profiles");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("metrics: is for events only"));
}

TEST(Profile, GivesItsEvents) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=3000"});
  const AllEvents all(emulator);
  const std::string profile = all.column(
                                     "SELECT profile_id FROM events WHERE profile_id IS NOT NULL GROUP BY profile_id "
                                     "ORDER BY count(*) DESC LIMIT 1")
                                  .front();
  Load load(emulator);
  load.in = {{"profile_id", profile}};
  const auto result = load.bulkload("run", "events");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(difference(load.ids("events"),
                       all.column("SELECT id FROM events WHERE profile_id = " + quoted(profile) + " ORDER BY id")),
            "");
}

}  // namespace
}  // namespace e2e
