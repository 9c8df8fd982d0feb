#include <gtest/gtest.h>

#include "load.h"

namespace e2e {
namespace {

class Killed : public testing::TestWithParam<std::string> {};

TEST_P(Killed, RunGoesOnWithoutLossOrRepetition) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=12000", "--ties", "60", "--latency-ms", "250"});
  Load load(emulator);
  load.in = {{"parallel_requests", "4"}, {"page_size", "200"}};
  load.out["mode"] = GetParam();
  ASSERT_NO_FATAL_FAILURE(run_through_kills(load, "events"));
  EXPECT_EQ(difference(load.ids("events"), true_ids(emulator, "events")), "");
}

TEST_P(Killed, RunBelowParentsGoesOnWithoutLossOrRepetition) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "profiles=2000", "--latency-ms", "150"});
  Load load(emulator);
  load.in = {{"parallel_requests", "4"}};
  load.out["mode"] = GetParam();
  const NestedSource members{"list_profiles", "/api/lists/{id}/profiles", "list_id"};
  ASSERT_NO_FATAL_FAILURE(run_through_kills(load, members.name));
  EXPECT_EQ(difference(loaded_pairs(load, members), true_pairs(emulator, members)), "");
}

INSTANTIATE_TEST_SUITE_P(Sqlite, Killed, testing::Values("append", "replace", "merge"),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace e2e
