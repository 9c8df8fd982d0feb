#include "klaviyo/work_list.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "test_sources.h"

namespace klaviyo {
namespace {

constexpr int64_t kSecond = base::kMicrosPerSecond;

Task task_of(const Window& window) {
  Task task;
  task.run = window;
  task.windows.push_back({0, window, {}, false});
  return task;
}

Position at(int64_t time_us) {
  Position position;
  position.at_us = time_us;
  return position;
}

TEST(WorkList, OneWindowIsGivenToOneLaneUntilAPageShowsThatThereIsMore) {
  WorkList work(task_of({0, 1'000 * kSecond}), {.cuttable = true});
  ASSERT_TRUE(work.claim());
  EXPECT_FALSE(work.claim());
  work.begin_page(0);
  work.end_page(0, {100, 0, 10 * kSecond, true, false});
  const auto late = work.claim();
  ASSERT_TRUE(late);
  EXPECT_EQ(late->task.window, (Window{509 * kSecond, 1'000 * kSecond}));
  EXPECT_EQ(work.begin_page(0), (Window{0, 509 * kSecond}));
}

TEST(WorkList, AWindowIsNotCutWhileOneOfItsPagesIsExamined) {
  WorkList work(task_of({0, 1'000 * kSecond}), {.cuttable = true});
  work.claim();
  work.begin_page(0);
  work.end_page(0, {100, 0, 10 * kSecond, true, false});
  work.begin_page(0);
  EXPECT_FALSE(work.can_claim());
  EXPECT_FALSE(work.claim());
}

TEST(WorkList, RowsOutOfOrderAndSourcesWithoutLowerBoundAreNotCut) {
  for (const bool cuttable : {false, true}) {
    WorkList work(task_of({0, 1'000 * kSecond}), {.cuttable = cuttable});
    work.claim();
    work.begin_page(0);
    work.end_page(0, {100, 0, 10 * kSecond, !cuttable, false});
    EXPECT_FALSE(work.claim());
  }
}

// The page on its way and one more: there is nothing to share.
TEST(WorkList, WhatIsLeftForTwoPagesIsNotCut) {
  for (const int64_t to_sec : {30, 31}) {
    WorkList work(task_of({0, to_sec * kSecond}), {.cuttable = true});
    work.claim();
    work.begin_page(0);
    work.end_page(0, {100, 0, 10 * kSecond, true, false});
    EXPECT_EQ(work.claim().has_value(), to_sec == 31);
  }
}

// 1,000 s a page; `left` pages are left, of which the earlier part gets so many whole ones, less a twentieth.
TEST(WorkList, ACutLeavesWholePagesToTheEarlierPart) {
  for (const auto& [left, early] : {std::pair{2.5, 2}, {3.0, 2}, {3.9, 2}, {4.0, 3}, {9.0, 5}, {100.0, 51}}) {
    const auto to_us = static_cast<int64_t>((left + 1) * 1'000) * kSecond;
    WorkList work(task_of({0, to_us}), {.cuttable = true});
    work.claim();
    work.begin_page(0);
    work.end_page(0, {100, 0, 1'000 * kSecond, true, false});
    const auto late = work.claim();
    ASSERT_TRUE(late) << left;
    EXPECT_LE(std::abs(late->task.window.from_us - (1'000 + early * 1'000 - 50) * kSecond), kSecond) << left;
  }
}

// Also before the lane has read a page of it: it is taken to be like the window that it was cut from.
TEST(WorkList, WhatWasCutOffIsCutAgainForTheNextLane) {
  WorkList work(task_of({0, 81'000 * kSecond}), {.cuttable = true});
  work.claim();
  work.begin_page(0);
  work.end_page(0, {100, 0, 1'000 * kSecond, true, false});
  for (int lane = 1; lane < 8; ++lane) ASSERT_TRUE(work.claim());
  for (const WindowTask& part : work.task().windows) {
    EXPECT_LE(part.window.to_us - part.window.from_us, 12'000 * kSecond);
  }
}

TEST(WorkList, TheBusiestWindowIsCut) {
  Task task = task_of({0, 1'000 * kSecond});
  task.windows.push_back({0, {1'000 * kSecond, 2'000 * kSecond}, {}, false});
  WorkList work(task, {.cuttable = true});
  work.claim();
  work.claim();
  work.end_page(0, {100, 0, 500 * kSecond, true, false});
  work.end_page(1, {100, 1'000 * kSecond, 1'001 * kSecond, true, false});
  const auto late = work.claim();
  ASSERT_TRUE(late);
  EXPECT_GE(late->task.window.from_us, 1'001 * kSecond);
}

TEST(WorkList, AnUnboundedEndIsCutBeforeTheHorizon) {
  WorkList work(task_of({}), {.cuttable = true, .horizon_us = 1'000 * kSecond});
  work.claim();
  work.end_page(0, {100, 100 * kSecond, 110 * kSecond, true, false});
  const auto late = work.claim();
  ASSERT_TRUE(late);
  EXPECT_EQ(late->task.window, (Window{559 * kSecond, kUnboundedAbove}));
}

TEST(WorkList, CheckpointHoldsWhatIsNotDelivered) {
  WorkList work(task_of({0, 1'000 * kSecond}), {.cuttable = true});
  work.claim();
  work.begin_page(0);
  work.end_page(0, {100, 0, 10 * kSecond, true, false});
  work.claim();
  work.deliver(0, at(10 * kSecond), 100, false);
  Task left = work.task();
  ASSERT_EQ(left.windows.size(), 2U);
  EXPECT_EQ(left.windows[0].position.at_us, 10 * kSecond);
  EXPECT_EQ(left.windows[1].position, Position{});
  EXPECT_EQ(left.rows, 100);
  work.finish(0);
  work.finish(1);
  EXPECT_TRUE(work.all_finished());
  work.deliver(0, {}, 0, true);
  work.deliver(1, {}, 0, true);
  EXPECT_TRUE(work.task().windows.empty());
}

// A listing of 100 parents, ten a page.
Task listing() {
  Task task = task_of({0, 1'000 * kSecond});
  task.windows[0].lists = 1;
  return task;
}

std::vector<std::string> page_of(int number) {
  std::vector<std::string> ids;
  for (int i = 0; i < 10; ++i) ids.push_back(std::to_string(10 * number + i));
  return ids;
}

PagePlace place(const std::string& cursor) { return {{"page[cursor]", cursor}, {}}; }

TEST(WorkList, AListingIsReplacedByAnEntryPerParentAndItsRest) {
  WorkList work(listing(), {.lanes = 8});
  const auto claim = work.claim();
  ASSERT_TRUE(claim);
  EXPECT_TRUE(work.lists_parents(claim->id));
  EXPECT_EQ(claim->task.window, Window{}) << "all parents, whatever the window of their rows";
  EXPECT_TRUE(work.expand(claim->id, page_of(0), at(5), place("1")));
  const Task left = work.task();
  ASSERT_EQ(left.windows.size(), 11U);
  EXPECT_EQ(left.windows[0].lists, 1);
  EXPECT_EQ(left.windows[0].position, at(5));
  EXPECT_EQ(left.windows[1].parents, std::vector<std::string>{"0"});
  EXPECT_EQ(left.windows[1].window, (Window{0, 1'000 * kSecond}));
  EXPECT_EQ(left.windows[1].lists, 0);
}

TEST(WorkList, ParentsAreListedOnlyWhileFewEntriesWaitSoThatTheyAreNeverGathered) {
  WorkList work(listing(), {.lanes = 8});
  const int listed = work.claim()->id;
  EXPECT_TRUE(work.expand(listed, page_of(0), at(1), place("1")));
  EXPECT_FALSE(work.expand(listed, page_of(1), at(2), place("2"))) << "20 wait for 8 lanes";
  std::vector<int> rows;
  for (int i = 0; i < 13; ++i) {
    const auto claim = work.claim();
    ASSERT_TRUE(claim);
    EXPECT_FALSE(work.lists_parents(claim->id)) << i;
  }
  const auto again = work.claim();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id, listed) << "7 wait for 8 lanes";
  ASSERT_TRUE(again->place);
  EXPECT_EQ(again->place->page.second, "2") << "where the lane before has left off";
  EXPECT_EQ(again->task.position, at(2));
}

TEST(WorkList, AListingEndsWithItsLastPageAndTheRunWithTheLastParent) {
  WorkList work(listing(), {.lanes = 2, .batch = 4});
  EXPECT_TRUE(work.expand(work.claim()->id, page_of(0), at(1), std::nullopt));
  EXPECT_FALSE(work.all_finished());
  std::vector<size_t> batches;
  while (const auto claim = work.claim()) {
    batches.push_back(claim->task.parents.size());
    work.finish(claim->id);
    work.deliver(claim->id, {}, 0, true);
  }
  EXPECT_EQ(batches, (std::vector<size_t>{4, 4, 2}));
  EXPECT_TRUE(work.all_finished());
  EXPECT_TRUE(work.all_delivered());
}

TEST(WorkList, GivenParentsNeedNoListingAndWaitAsARange) {
  std::vector<std::string> ids;
  for (int i = 0; i < 100'000; ++i) ids.push_back(std::to_string(i));
  Task task = listing();
  task.windows[0].given = IdRange{0, ids.size()};
  WorkList work(task, {.lanes = 4, .ids = ids});
  EXPECT_EQ(work.claim()->task.parents, std::vector<std::string>{"0"});
  EXPECT_EQ(work.claim()->task.parents, std::vector<std::string>{"1"});
  const Task left = work.task();
  EXPECT_LE(left.windows.size(), 8U);
  ASSERT_TRUE(left.windows[0].given);
  EXPECT_EQ(left.windows[0].given->end, ids.size());
  EXPECT_EQ(left.windows[0].given->begin, left.windows.size() - 1) << "every id once: in the range or as an entry";
}

TEST(WorkList, OfTwoLevelsListsTheUpperOneOnlyWhenLittleWaitsBelow) {
  Task task = listing();
  task.windows[0].lists = 2;
  WorkList work(task, {.lanes = 4});
  const int flows = work.claim()->id;
  EXPECT_FALSE(work.expand(flows, page_of(0), at(1), place("1")));
  const auto actions = work.claim();
  EXPECT_EQ(actions->task.lists, 1);
  EXPECT_EQ(actions->task.parents, std::vector<std::string>{"0"});
  EXPECT_TRUE(work.expand(actions->id, std::vector<std::string>{"a", "b"}, at(2), std::nullopt));
  EXPECT_EQ(work.claim()->task.lists, 1) << "two rows are too few for four lanes";
}

TEST(WorkList, WindowsOfAParentAreCutLikeOthersAndTheListingIsNot) {
  WorkList work(listing(), {.cuttable = true, .lanes = 1});
  const int listed = work.claim()->id;
  work.begin_page(listed);
  work.end_page(listed, {100, 0, 10 * kSecond, true, false});
  EXPECT_FALSE(work.claim()) << "the listing";
  work.expand(listed, std::vector<std::string>{"a"}, at(1), std::nullopt);
  const int early = work.claim()->id;
  work.begin_page(early);
  work.end_page(early, {100, 0, 10 * kSecond, true, false});
  const auto late = work.claim();
  ASSERT_TRUE(late);
  EXPECT_EQ(late->task.parents, std::vector<std::string>{"a"});
  EXPECT_EQ(late->task.window.from_us, work.begin_page(early).to_us);
}

// Lanes in any order, cutting as they please: the windows they read are the run's window, without gap and overlap.
RC_GTEST_PROP(WorkListProperty, ClaimsPartitionTheRun, ()) {
  const Window run{0, 100'000 * kSecond};
  WorkList work(task_of(run), {.cuttable = true});
  std::map<int, int64_t> reached;
  std::map<int, Window> done;
  for (int step = 0; step < 400 && !(reached.empty() && step > 0); ++step) {
    if (*rc::gen::inRange(0, 2) == 0 || reached.empty()) {
      if (const auto claim = work.claim()) reached[claim->id] = claim->task.window.from_us;
      if (reached.empty()) break;
      continue;
    }
    auto it = std::next(reached.begin(), *rc::gen::inRange<int>(0, static_cast<int>(reached.size())));
    const Window window = work.begin_page(it->first);
    const int64_t to_us = std::min(window.to_us - 1, it->second + *rc::gen::inRange<int64_t>(1, 5'000 * kSecond));
    const bool last = to_us == window.to_us - 1;
    work.end_page(it->first, {50, it->second, to_us, true, last});
    it->second = to_us;
    if (last) {
      done[it->first] = window;
      work.finish(it->first);
      reached.erase(it);
    }
  }
  std::vector<Window> windows;
  for (const auto& [id, window] : done) windows.push_back(window);
  for (const WindowTask& left : work.task().windows) {
    if (!std::count(windows.begin(), windows.end(), left.window)) windows.push_back(left.window);
  }
  std::sort(windows.begin(), windows.end(), [](const auto& a, const auto& b) { return a.from_us < b.from_us; });
  RC_ASSERT(windows.front().from_us == run.from_us && windows.back().to_us == run.to_us);
  for (size_t i = 1; i < windows.size(); ++i) RC_ASSERT(windows[i].from_us == windows[i - 1].to_us);
}

}  // namespace
}  // namespace klaviyo
