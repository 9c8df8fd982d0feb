// Whole runs are killed at the calls that change files, and gone on with: nothing is lost, nothing is there twice, and
// nobody sees anything that is not so. A sample of what run.sh does in full.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <sstream>

#include "campaign.h"
#include "cases.h"
#include "system_calls.h"

namespace crash {

void PrintTo(const Destination& destination, std::ostream* out) { *out << destination.name; }

namespace {

constexpr int kAtOnce = 32;  // they mostly wait for answers

class Killed : public testing::TestWithParam<Destination> {};

TEST_P(Killed, RunGoesOnWithoutLossOrRepetition) {
  const Emulators emulators;
  Campaign campaign(GetParam(), emulators);
  const std::vector<Case> cases = sample(campaign.calls());
  const Figures figures = campaign.run(cases, kAtOnce);
  EXPECT_EQ(figures.lost, 0U);
  EXPECT_EQ(figures.twice, 0U);
  EXPECT_THAT(figures.faults, testing::IsEmpty());
  EXPECT_GE(figures.killed, 40);
  EXPECT_LE(figures.ended, figures.killed / 2) << "one is not meant to be killed";
  std::cout << figures.killed << " killed, " << figures.resumes << " resumes, of " << campaign.calls().size()
            << " calls\n";
}

TEST_P(Killed, EveryCallThatChangesAFileIsAPointToDieAt) {
  if (const std::string reason = why_no_strace(); !reason.empty()) GTEST_SKIP() << reason;
  const test_support::EmulatorProcess emulator({"--no-rate-limits", "--size", "events=400"});
  const test_support::TempFolder folder;
  const Scene scene(GetParam(), emulator.base_url(), folder.path());
  if (GetParam().has_old_rows()) {
    const auto old = scene.load_old_rows();
    ASSERT_EQ(old.exit_code, 0) << old.err;
  }
  const auto command = struck(scene.command(), {}, scene.load_folder(), scene.aside());
  const auto run = run_command(watched_by_strace(command, folder / "record"));
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const auto seen = changing_calls(folder / "record", scene.load_folder());
  EXPECT_GE(seen.size(), 30U);
  EXPECT_EQ(struck_calls(scene.aside()), seen);
}

INSTANTIATE_TEST_SUITE_P(Everywhere, Killed, testing::ValuesIn(destinations()), testing::PrintToStringParamName());

}  // namespace
}  // namespace crash
