#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "load.h"

namespace e2e {
namespace {

using testing::HasSubstr;

TEST(Incremental, SecondRunLoadsOnlyWhatIsNew) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  for (const std::string source : {"events", "profiles", "lists"}) {
    SCOPED_TRACE(source);
    Load load(emulator);
    load.in = {{"incremental", "true"}};
    const std::vector<std::string> diff = {"-c", "diff.yml"};
    ASSERT_EQ(load.bulkload("run", source, diff).exit_code, 0);
    const size_t before = load.ids(source).size();
    emulator.grow(source, 4, 0);
    const auto too_early = load.bulkload("run", source, diff);
    ASSERT_EQ(too_early.exit_code, 0) << too_early.err;
    EXPECT_EQ(load.ids(source).size(), before) << "rows of the last ten seconds belong to a later window";
    EXPECT_THAT(test_support::read_file(load.file("diff.yml")), HasSubstr("start_time")) << "also at zero rows";
  }
}

TEST(Incremental, WindowsOfSeveralRunsHoldEveryRowOnceWhereverTheyMeet) {
  const EmulatorProcess emulator({"--no-rate-limits", "--ties", "60"});
  for (const std::string source :
       {"events", "profiles", "lists", "templates", "flows", "campaigns", "reviews", "metrics"}) {
    SCOPED_TRACE(source);
    Load load(emulator);
    const std::string ends[] = {"2024-07-01", "2025-03-03T03:03:03", "2025-12-24T18:00:00.25", "2026-11-02"};
    std::string start = "2023-01-01";
    for (const std::string& end : ends) {
      load.in = {{"incremental", "true"}, {"start_time", "\"" + start + "\""}, {"end_time", "\"" + end + "\""}};
      const auto result = load.bulkload("run", source);
      ASSERT_EQ(result.exit_code, 0) << result.err;
      start = end;
    }
    const auto truth = true_ids(emulator, source);
    EXPECT_EQ(difference(load.ids(source), truth), "");
  }
}

TEST(Modes, ReplaceOnNewDataKeepsTheOldRowsWhenNoneCame) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  Load load(emulator);
  ASSERT_EQ(load.bulkload("run", "lists").exit_code, 0);
  load.out["mode"] = "replace_on_new_data";
  load.in = {{"start_time", "2026-11-20"}};
  const auto result = load.bulkload("run", "lists");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(difference(load.ids("lists"), true_ids(emulator, "lists")), "");
}

TEST(Modes, MergeBringsEveryRowUpToDate) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  Load load(emulator);
  load.out["mode"] = "merge";
  ASSERT_EQ(load.bulkload("run", "profiles").exit_code, 0);
  emulator.touch("profiles", 5, 3600);
  const auto result = load.bulkload("run", "profiles");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(difference(load.ids("profiles"), true_ids(emulator, "profiles")), "");
  EXPECT_EQ(load.column("SELECT count(*) FROM profiles WHERE updated > datetime('now', '-1 day')"),
            std::vector<std::string>{"5"});
}

}  // namespace
}  // namespace e2e
