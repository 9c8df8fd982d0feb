#include <gtest/gtest.h>
#include <signal.h>

#include <random>

#include "load.h"

namespace e2e {
namespace {

// Kills runs at random instants until one ends by itself.
void run_through_kills(const Load& load, const std::string& source, unsigned seed) {
  std::mt19937 random(seed);
  for (int attempt = 0; attempt < 60; ++attempt) {
    test_support::ChildProcess run(load.command("run", source));
    const auto ended = run.wait(std::chrono::milliseconds(std::uniform_int_distribution<int>(600, 2600)(random)));
    if (!ended) {
      run.signal(SIGKILL);
      run.wait(std::chrono::seconds(10));
      continue;
    }
    ASSERT_EQ(*ended, 0) << run.err();
    return;
  }
  FAIL() << "no run came to its end";
}

class Killed : public testing::TestWithParam<std::string> {};

TEST_P(Killed, RunGoesOnWithoutLossOrRepetition) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=12000", "--ties", "60", "--latency-ms", "250"});
  Load load(emulator);
  load.in = {{"parallel_requests", "4"}, {"page_size", "200"}};
  load.out["mode"] = GetParam();
  for (unsigned seed = 1; seed <= 1; ++seed) {
    SCOPED_TRACE(seed);
    run_through_kills(load, "events", seed);
    EXPECT_EQ(difference(load.ids("events"), true_ids(emulator, "events")), "");
    load.query("DROP TABLE events");
  }
}

INSTANTIATE_TEST_SUITE_P(Sqlite, Killed, testing::Values("append", "replace", "merge"),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace e2e
