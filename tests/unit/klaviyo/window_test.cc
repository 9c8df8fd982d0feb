#include "klaviyo/window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "test_sources.h"

namespace klaviyo {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int64_t kSecond = base::kMicrosPerSecond;

TimeField field(uint8_t operators) { return {"created", "created", operators, "created"}; }

// Every set of operators that the API offers on some field, and none.
const std::vector<uint8_t> kOperatorSets = {
    kGreaterThan | kGreaterOrEqual | kLessThan | kLessOrEqual,
    kGreaterThan | kLessThan,
    kGreaterOrEqual | kLessOrEqual,
    kGreaterOrEqual | kLessThan,
    kGreaterThan,
    0,
};

// What a server does with one filter term.
bool passes(const std::string& term, int64_t time_us) {
  const auto open = term.find('(');
  const auto comma = term.find(',');
  const std::string op = term.substr(0, open);
  const int64_t bound_us = us(std::string_view(term).substr(comma + 1, term.size() - comma - 2));
  if (op == "greater-than") return time_us > bound_us;
  if (op == "greater-or-equal") return time_us >= bound_us;
  if (op == "less-than") return time_us < bound_us;
  return time_us <= bound_us;
}

bool served(const std::vector<std::string>& terms, int64_t time_us) {
  return std::all_of(terms.begin(), terms.end(), [&](const auto& term) { return passes(term, time_us); });
}

TEST(Window, RowAtUpperBoundBelongsToTheNextWindow) {
  const Window early{0, 10};
  const Window late{10, 20};
  EXPECT_TRUE(early.contains(9));
  EXPECT_FALSE(early.contains(10));
  EXPECT_TRUE(late.contains(10));
}

TEST(Window, EveryOperatorSetHasItsRecipe) {
  const Window window{us("2026-02-10T00:00:00Z"), us("2026-02-11T00:00:00Z")};
  EXPECT_THAT(window_filter(field(kOperatorSets[0]), window),
              ElementsAre("greater-or-equal(created,2026-02-10T00:00:00Z)", "less-than(created,2026-02-11T00:00:00Z)"));
  EXPECT_THAT(window_filter(field(kOperatorSets[1]), window),
              ElementsAre("greater-than(created,2026-02-09T23:59:59Z)", "less-than(created,2026-02-11T00:00:00Z)"));
  EXPECT_THAT(
      window_filter(field(kOperatorSets[2]), window),
      ElementsAre("greater-or-equal(created,2026-02-10T00:00:00Z)", "less-or-equal(created,2026-02-11T00:00:00Z)"));
  EXPECT_THAT(window_filter(field(kGreaterThan), window), ElementsAre("greater-than(created,2026-02-09T23:59:59Z)"));
  EXPECT_THAT(window_filter(field(0), window), IsEmpty());
  EXPECT_THAT(window_filter(field(kOperatorSets[0]), Window{}), IsEmpty());
}

TEST(Window, BoundsWithinASecondAreWidenedToWholeSeconds) {
  const Window window{us("2023-06-01T17:06:39.698883Z"), us("2023-06-01T18:00:00.000001Z")};
  EXPECT_THAT(window_filter(field(kOperatorSets[0]), window),
              ElementsAre("greater-or-equal(created,2023-06-01T17:06:39Z)", "less-than(created,2023-06-01T18:00:01Z)"));
}

// Any split of any range, on every operator set, over rows on, just before and just after each bound: whatever each
// window's filter lets through and the window then contains, is every row of the range, once.
RC_GTEST_PROP(WindowAlgebra, AnySplitReadsEveryRowOnce, ()) {
  const int64_t base_us = us("2026-03-01T00:00:00Z");
  const auto operators = *rc::gen::elementOf(kOperatorSets);
  const auto grain = *rc::gen::elementOf(std::vector<int64_t>{1, 1'000, kSecond});
  auto bounds = *rc::gen::container<std::vector<int64_t>>(*rc::gen::inRange<size_t>(2, 12),
                                                          rc::gen::inRange<int64_t>(0, 90 * kSecond / grain));
  for (int64_t& bound : bounds) bound = base_us + bound * grain;
  std::sort(bounds.begin(), bounds.end());
  bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
  RC_PRE(bounds.size() >= 2);

  std::vector<int64_t> rows;
  for (const int64_t bound : bounds) {
    for (const int64_t step : {int64_t{1}, int64_t{1'000}, kSecond}) {
      rows.insert(rows.end(), {bound - step, bound, bound, bound + step, base::floor_to_second(bound)});
    }
  }
  std::map<size_t, int> read;
  for (size_t i = 0; i + 1 < bounds.size(); ++i) {
    const Window window{bounds[i], bounds[i + 1]};
    const auto filter = window_filter(field(operators), window);
    for (size_t row = 0; row < rows.size(); ++row) {
      if (served(filter, rows[row]) && window.contains(rows[row])) ++read[row];
    }
  }
  const Window whole{bounds.front(), bounds.back()};
  for (size_t row = 0; row < rows.size(); ++row) RC_ASSERT(read[row] == (whole.contains(rows[row]) ? 1 : 0));
}

// A server that compares finer times than it shows: the row's shown (cut) time decides, and the filter must let it
// through.
RC_GTEST_PROP(WindowAlgebra, RowsShownInWholeSecondsAreReadOnceWhateverTheServerCompares, ()) {
  const int64_t base_us = us("2026-03-01T00:00:00Z");
  const auto operators = *rc::gen::elementOf(kOperatorSets);
  const int64_t real_us = base_us + *rc::gen::inRange<int64_t>(0, 20 * kSecond);
  const int64_t shown_us = base::floor_to_second(real_us);
  const int64_t cut_us = base_us + *rc::gen::inRange<int64_t>(1, 20 * kSecond - 1);
  int read = 0;
  for (const Window& window : {Window{base_us, cut_us}, Window{cut_us, base_us + 20 * kSecond}}) {
    if (served(window_filter(field(operators), window), real_us) && window.contains(shown_us)) ++read;
  }
  RC_ASSERT(read == 1);
}

RC_GTEST_PROP(WindowAlgebra, ACutLiesStrictlyBetweenAndOnASecond, (int64_t from, uint32_t span, uint32_t wanted)) {
  const int64_t reached_us = from % (int64_t{4'000'000'000} * kSecond);
  const int64_t to_us = reached_us + span;
  const int64_t wanted_us = reached_us + wanted;
  if (const auto cut_us = cut_at(wanted_us, reached_us, to_us, 0)) {
    RC_ASSERT(*cut_us > reached_us && *cut_us < to_us && *cut_us % kSecond == 0);
    RC_ASSERT(*cut_us <= wanted_us && wanted_us - *cut_us < kSecond);
  } else {
    RC_ASSERT(wanted < kSecond || wanted_us >= to_us);
  }
}

RC_GTEST_PROP(WindowAlgebra, PlannedPartsFollowOneAnotherWithoutGap, ()) {
  const int64_t now_us = us("2026-11-24T00:00:00Z");
  Window run;
  if (*rc::gen::arbitrary<bool>()) run.from_us = now_us - *rc::gen::inRange<int64_t>(0, 1'000 * kSecond);
  if (*rc::gen::arbitrary<bool>()) run.to_us = now_us - *rc::gen::inRange<int64_t>(0, 10 * kSecond);
  const auto parts = *rc::gen::inRange<size_t>(1, 40);
  const auto windows = divide(run, parts, now_us);
  RC_ASSERT(!windows.empty() && windows.size() <= parts);
  RC_ASSERT(windows.front().from_us == run.from_us && windows.back().to_us == run.to_us);
  for (size_t i = 1; i < windows.size(); ++i) {
    RC_ASSERT(windows[i].from_us == windows[i - 1].to_us);
    RC_ASSERT(windows[i - 1].from_us < windows[i - 1].to_us);
  }
}

TEST(RunWindow, IncrementalRunEndsTenSecondsBeforeItsBegin) {
  const Config config = windowed("profiles", "updated");
  const int64_t now_us = us("2026-11-24T10:00:00.5Z");
  EXPECT_EQ(run_window(config, now_us), (Window{kUnboundedBelow, us("2026-11-24T09:59:50Z")}));
}

TEST(RunWindow, StartAndEndAreTakenAsConfiguredAndLookbackReadsAgain) {
  Config config = windowed("profiles", "updated");
  config.start_us = us("2026-11-01T00:00:00Z");
  config.end_us = us("2026-11-02T00:00:00.25Z");
  config.lookback_sec = 3600;
  EXPECT_EQ(run_window(config, us("2026-11-24T10:00:00Z")),
            (Window{us("2026-10-31T23:00:00Z"), us("2026-11-02T00:00:00.25Z")}));
}

TEST(RunWindow, EndInTheFutureIsCutToNow) {
  Config config = windowed("events", "datetime");
  config.end_us = us("2027-01-01T00:00:00Z");
  EXPECT_EQ(run_window(config, us("2026-11-24T10:00:00Z")).to_us, us("2026-11-24T09:59:50Z"));
}

TEST(RunWindow, FullReadHasNoBoundsSoThatFutureDatedRowsBelongToIt) {
  Config config = windowed("events", "datetime");
  config.incremental = false;
  EXPECT_EQ(run_window(config, us("2026-11-24T10:00:00Z")), Window{});
}

TEST(RunWindow, StartAheadOfNowIsAnEmptyWindow) {
  Config config = windowed("events", "datetime");
  config.start_us = us("2026-11-24T09:59:55Z");
  EXPECT_TRUE(run_window(config, us("2026-11-24T10:00:00Z")).empty());
}

TEST(Watermark, IsTheEndOfTheWindowAndNeverGoesBack) {
  Config config = windowed("events", "datetime");
  const int64_t now_us = us("2026-11-24T10:00:00Z");
  EXPECT_EQ(watermark(config, run_window(config, now_us), now_us), us("2026-11-24T09:59:50Z"));
  config.start_us = us("2026-11-24T09:59:55Z");
  EXPECT_EQ(watermark(config, run_window(config, now_us), now_us), *config.start_us);
}

}  // namespace
}  // namespace klaviyo
