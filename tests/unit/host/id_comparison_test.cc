#include "bulkload/id_comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bulkload::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(IdComparison, WhatIsStruckOutIsNotLate) {
  IdComparison comparison;
  comparison.add("a", 100);
  comparison.add("b", 50);
  comparison.add("c", 75);
  comparison.strike_out("a");
  comparison.strike_out("of another window");
  const LateRows late = comparison.late();
  EXPECT_EQ(comparison.rows(), 3);
  EXPECT_EQ(late.count, 2);
  EXPECT_EQ(late.oldest_us, 50);
  EXPECT_EQ(late.newest_us, 75);
  EXPECT_THAT(late.examples, ElementsAre("b", "c"));
}

TEST(IdComparison, AnIdThatCameTwiceIsOneRow) {
  IdComparison comparison;
  comparison.add("a", 100);
  comparison.add("a", 200);
  EXPECT_EQ(comparison.rows(), 1);
  comparison.strike_out("a");
  comparison.strike_out("a");
  EXPECT_EQ(comparison.late().count, 0);
  EXPECT_THAT(comparison.late().examples, IsEmpty());
}

TEST(IdComparison, RowsWithoutTimeAreLateWithoutAnAge) {
  IdComparison comparison;
  comparison.add("a", std::nullopt);
  EXPECT_EQ(comparison.late().count, 1);
  EXPECT_EQ(comparison.late().oldest_us, std::nullopt);
  for (const char* id : {"g", "f", "e", "d", "c"}) comparison.add(id, 1);
  EXPECT_THAT(comparison.late().examples, ElementsAre("c", "d", "e", "f", "g")) << "the oldest ones";
}

}  // namespace
}  // namespace bulkload::testing
