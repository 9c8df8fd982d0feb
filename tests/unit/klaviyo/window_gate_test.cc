#include "klaviyo/window_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_sources.h"

namespace klaviyo {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int64_t kSecond = base::kMicrosPerSecond;

struct Row {
  std::string id;
  std::optional<int64_t> time_us;
};

std::vector<std::string> admitted(WindowGate& gate, const Window& window, const std::vector<Row>& rows) {
  gate.begin_page(window);
  std::vector<std::string> ids;
  for (const Row& row : rows) {
    if (gate.admit(row.id, row.time_us)) ids.push_back(row.id);
  }
  return ids;
}

TEST(WindowGate, GoesOnBehindTheLastRowDeliveredAlsoAmongRowsOfOneSecond) {
  WindowGate gate(true);
  Position position;
  position.at_us = 5 * kSecond;
  position.ids = {"b", "c"};
  gate.begin_in_order(position);
  EXPECT_THAT(
      admitted(gate, {0, 10 * kSecond},
               {{"a", 4 * kSecond}, {"b", 5 * kSecond}, {"d", 5 * kSecond}, {"c", 5 * kSecond}, {"e", 6 * kSecond}}),
      ElementsAre("d", "e"));
  EXPECT_EQ(gate.skipped(), 3);
}

TEST(WindowGate, RowBehindTheEndEndsTheWindowAndIsNotAdmitted) {
  WindowGate gate(true);
  EXPECT_THAT(admitted(gate, {0, 10}, {{"a", 9}, {"b", 10}}), ElementsAre("a"));
  EXPECT_TRUE(gate.passed_end());
  EXPECT_FALSE(gate.disordered());
}

TEST(WindowGate, NoticesRowsOutOfOrderAcrossPages) {
  WindowGate gate(true);
  admitted(gate, {0, 100}, {{"a", 1}, {"b", 5}});
  EXPECT_FALSE(gate.disordered());
  admitted(gate, {0, 100}, {{"c", 4}});
  EXPECT_TRUE(gate.disordered());
}

TEST(WindowGate, RowsWithoutTimeBelongToTheFirstWindowAlone) {
  WindowGate first(true), other(false);
  EXPECT_THAT(admitted(first, {0, 10}, {{"a", std::nullopt}}), ElementsAre("a"));
  EXPECT_THAT(admitted(other, {0, 10}, {{"a", std::nullopt}}), IsEmpty());
}

TEST(WindowGate, WithoutOrderSkipsTheTrailAndNoticesWhenItIsAnother) {
  Trail delivered;
  delivered.add("a");
  delivered.add("b");
  WindowGate same(true), other(true);
  same.begin_without_order({}, delivered);
  EXPECT_THAT(admitted(same, {}, {{"a", {}}, {"b", {}}, {"c", {}}}), ElementsAre("c"));
  EXPECT_FALSE(same.trail_lost());
  other.begin_without_order({}, delivered);
  admitted(other, {}, {{"a", {}}, {"x", {}}, {"c", {}}});
  EXPECT_TRUE(other.trail_lost());
}

TEST(RowKeys, PositionAfterARowHoldsAllIdsOfItsTime) {
  RowKeys keys;
  keys.add(1, "a");
  keys.add(2, "b");
  keys.add(2, "c");
  keys.add(2, "d");
  Position before;
  before.at_us = 1;
  before.ids = {"z"};
  EXPECT_THAT(keys.after_in_order(before, 1).ids, testing::UnorderedElementsAre("z", "a"));
  EXPECT_EQ(keys.after_in_order(before, 3).at_us, 2);
  EXPECT_THAT(keys.after_in_order(before, 3).ids, testing::UnorderedElementsAre("b", "c"));
  EXPECT_EQ(keys.after_in_order(before, 0), before);
}

TEST(RowKeys, PositionWithoutOrderCountsOnTheTrail) {
  RowKeys keys;
  keys.add({}, "a");
  keys.add({}, "b");
  Position before;
  before.delivered.add("z");
  Trail expected = before.delivered;
  expected.add("a");
  EXPECT_EQ(keys.after_without_order(before, 1).delivered, expected);
  EXPECT_EQ(keys.after_without_order(before, 1).page_begin, before.page_begin);
}

}  // namespace
}  // namespace klaviyo
