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

std::vector<Destination> sampled() {
  std::vector<Destination> sampled;
  for (const Destination& destination : destinations()) {
    if (destination.is_sampled) sampled.push_back(destination);
  }
  return sampled;
}

class Killed : public testing::TestWithParam<Destination> {};

TEST_P(Killed, RunGoesOnWithoutLossOrRepetition) {
  const Emulators emulators;
  Campaign campaign(GetParam(), emulators);
  const std::vector<Case> cases = sample(campaign.calls());
  const Figures figures = campaign.run(cases, kAtOnce);
  EXPECT_EQ(figures.lost, 0U);
  EXPECT_EQ(figures.twice, 0U);
  EXPECT_THAT(figures.faults, testing::IsEmpty());
  EXPECT_GE(static_cast<size_t>(figures.killed), cases.size() * 3 / 4) << "runs end before they come to their call";
  std::cout << figures.killed << " killed, " << figures.resumes << " resumes, of " << campaign.calls().size()
            << " calls\n";
}

INSTANTIATE_TEST_SUITE_P(Sample, Killed, testing::ValuesIn(sampled()), testing::PrintToStringParamName());

class KillPoints : public testing::TestWithParam<Destination> {};

TEST_P(KillPoints, AreAllCallsThatChangeFilesOrSend) {
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

INSTANTIATE_TEST_SUITE_P(Everywhere, KillPoints, testing::ValuesIn(destinations()), testing::PrintToStringParamName());

}  // namespace
}  // namespace crash
