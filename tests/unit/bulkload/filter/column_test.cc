// Batches taken apart and put together again.
#include <gtest/gtest.h>

#include "bulkload/column_builder.h"
#include "filtered.h"

namespace bulkload {
namespace {

using testing::cells_of;
using testing::kNull;

const std::vector<Field> kFields = {{"id", Type::string},    {"count", Type::int64},  {"price", Type::float64},
                                    {"open", Type::boolean}, {"at", Type::timestamp}, {"more", Type::json}};
const testing::Rows kRows = {{"a", int64_t{1}, 1.5, true, int64_t{1'000'000}, "{}"},
                             {kNull, kNull, kNull, kNull, kNull, kNull},
                             {"c", int64_t{-3}, -0.5, false, int64_t{-1}, "[1]"}};

RecordBatch batch_with_offsets(int64_t parent_offset, int64_t child_offset) {
  ArrowArray array = testing::arrow_array(kFields, kRows, parent_offset, child_offset);
  auto batch = RecordBatch::take(&array, testing::table_schema(kFields));
  if (!batch.ok()) throw std::runtime_error(batch.status().message());
  return std::move(*batch);
}

TEST(RecordBatch, TakenApartAndPutTogetherHasTheSameCells) {
  for (const int64_t parent_offset : {0, 3, 8}) {
    for (const int64_t child_offset : {0, 1, 8}) {
      const auto expected = cells_of(testing::record_batch(kFields, kRows));
      RecordBatch batch = batch_with_offsets(parent_offset, child_offset);
      RecordBatch again = RecordBatch::of(3, std::move(batch).take_columns());
      EXPECT_EQ(cells_of(again), expected) << parent_offset << " " << child_offset;
      EXPECT_EQ(again.arrow().n_children, 6);
      EXPECT_EQ(again.arrow().children[5]->length, 3);
    }
  }
}

TEST(RecordBatch, ColumnsAreReleasedOnceWhereverTheyGo) {
  const int before = testing::live_arrays();
  {
    std::vector<Column> columns = batch_with_offsets(2, 1).take_columns();
    EXPECT_EQ(testing::live_arrays(), before + 6);  // their parent is gone
    columns.erase(columns.begin() + 1, columns.begin() + 4);
    EXPECT_EQ(testing::live_arrays(), before + 3);
    const RecordBatch kept = RecordBatch::of(3, std::move(columns));
    EXPECT_EQ(kept.columns().size(), 3U);
    EXPECT_EQ(cells_of(kept)[2], (std::vector<std::string>{"c", "-1", "[1]"}));
  }
  EXPECT_EQ(testing::live_arrays(), before);
}

TEST(RecordBatch, ThatWasPutTogetherOutlivesMoves) {
  RecordBatch batch = RecordBatch::of(3, batch_with_offsets(0, 0).take_columns());
  RecordBatch moved = std::move(batch);
  RecordBatch third = batch_with_offsets(1, 0);
  third = std::move(moved);
  EXPECT_EQ(cells_of(third), cells_of(testing::record_batch(kFields, kRows)));
  EXPECT_EQ(batch.rows(), 0);
}

TEST(ColumnBuilder, BuildsTextsAndNumbersWithNulls) {
  ColumnBuilder texts(Type::string, 3), numbers(Type::int64, 9);
  texts.append("a");
  texts.append_null();
  texts.append("");
  for (int64_t i = 0; i < 9; ++i) i == 8 ? numbers.append_null() : numbers.append(i);
  const Column text = std::move(texts).finish();
  EXPECT_EQ(text.view().text(0), "a");
  EXPECT_TRUE(text.view().is_null(1));
  EXPECT_FALSE(text.view().is_null(2));
  EXPECT_EQ(text.view().text(2), "");
  const Column number = std::move(numbers).finish();
  EXPECT_EQ(number.view().int64(7), 7);
  EXPECT_FALSE(number.view().is_null(7));
  EXPECT_TRUE(number.view().is_null(8));
}

TEST(ColumnBuilder, OfNoRowsMakesASoundColumn) {
  std::vector<Column> columns;
  columns.push_back(ColumnBuilder(Type::string, 0).finish());
  columns.push_back(ColumnBuilder(Type::timestamp, 0).finish());
  ArrowArray array = RecordBatch::of(0, std::move(columns)).arrow();
  array.release = [](ArrowArray* released) { released->release = nullptr; };
  EXPECT_EQ(array.n_children, 2);
}

}  // namespace
}  // namespace bulkload
