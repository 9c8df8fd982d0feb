#include "bulkload/record_batch.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "arrow_builder.h"

namespace bulkload::testing {
namespace {

using base::Code;

const std::vector<Field> kFields = {{"id", Type::string},      {"count", Type::int64},  {"share", Type::float64},
                                    {"active", Type::boolean}, {"at", Type::timestamp}, {"more", Type::json}};

const Rows kRows = {{"a", int64_t{1}, 0.5, true, int64_t{1'000'000}, "{}"},
                    {kNull, kNull, kNull, kNull, kNull, kNull},
                    {"", int64_t{-7}, -2.0, false, int64_t{-1}, "[1]"}};

void expect_rows_of_kRows(const RecordBatch& batch) {
  ASSERT_EQ(batch.rows(), 3);
  const auto& columns = batch.columns();
  EXPECT_EQ(columns[0].text(0), "a");
  EXPECT_EQ(columns[0].text(2), "");
  EXPECT_EQ(columns[1].int64(0), 1);
  EXPECT_EQ(columns[1].int64(2), -7);
  EXPECT_EQ(columns[2].float64(0), 0.5);
  EXPECT_EQ(columns[2].float64(2), -2.0);
  EXPECT_TRUE(columns[3].boolean(0));
  EXPECT_FALSE(columns[3].boolean(2));
  EXPECT_EQ(columns[4].int64(0), 1'000'000);
  EXPECT_EQ(columns[4].int64(2), -1);
  EXPECT_EQ(columns[5].text(2), "[1]");
  for (const ColumnView& column : columns) {
    EXPECT_FALSE(column.is_null(0));
    EXPECT_TRUE(column.is_null(1));
    EXPECT_FALSE(column.is_null(2));
  }
}

TEST(Schema, HasTheColumnsTypesAndMetadataOfTheStream) {
  const TableSchema table = table_schema(kFields, {{"source", "events"}, {"revision", ""}});
  ASSERT_EQ(table.fields.size(), kFields.size());
  for (size_t i = 0; i < kFields.size(); ++i) {
    EXPECT_EQ(table.fields[i].name, kFields[i].name);
    EXPECT_EQ(table.fields[i].type, kFields[i].type);
  }
  EXPECT_EQ(table.meta("source"), "events");
  EXPECT_EQ(table.meta("none"), "");
  EXPECT_EQ(table.find("at"), 4);
  EXPECT_EQ(table.find("At"), -1);
}

TEST(Schema, TypeNamesAreThoseOfEmbulk) {
  std::string names;
  for (const Field& field : kFields) names.append(type_name(field.type)).append(" ");
  EXPECT_EQ(names, "string long double boolean timestamp json ");
}

void expect_refused(const std::function<void(ArrowSchema&)>& damage) {
  ArrowSchema schema = arrow_schema(kFields);
  damage(schema);
  EXPECT_EQ(read_schema(schema).status().code(), Code::abi);
  if (schema.release != nullptr) schema.release(&schema);
}

TEST(Schema, WhatIsNotAStructOfTheSixTypesIsRefused) {
  expect_refused([](ArrowSchema& schema) { schema.format = "u"; });
  expect_refused([](ArrowSchema& schema) { schema.format = nullptr; });
  expect_refused([](ArrowSchema& schema) { schema.n_children = 0; });
  expect_refused([](ArrowSchema& schema) { schema.children = nullptr; });
  expect_refused([](ArrowSchema& schema) { schema.children[1]->format = "i"; });
  expect_refused([](ArrowSchema& schema) { schema.children[4]->format = "tsu:"; });
  expect_refused([](ArrowSchema& schema) { schema.children[1]->name = nullptr; });
  expect_refused([](ArrowSchema& schema) { schema.children[1]->name = "id"; });
  expect_refused([](ArrowSchema& schema) { schema.children[0]->release(schema.children[0]); });
  expect_refused([](ArrowSchema& schema) { schema.release(&schema); });
}

TEST(Schema, MetadataWithNegativeLengthsIsRefused) {
  static const int32_t negative_count[] = {-1};
  static const int32_t negative_key[] = {1, -5};
  expect_refused([](ArrowSchema& schema) { schema.metadata = reinterpret_cast<const char*>(negative_count); });
  expect_refused([](ArrowSchema& schema) { schema.metadata = reinterpret_cast<const char*>(negative_key); });
}

TEST(RecordBatch, GivesTheCellsOfEveryType) { expect_rows_of_kRows(record_batch(kFields, kRows)); }

TEST(RecordBatch, OffsetsOfBatchAndColumnsAddUp) {
  for (const auto& [parent, child] : {std::pair{3, 0}, {0, 5}, {9, 7}}) {
    ArrowArray array = arrow_array(kFields, kRows, parent, child);
    auto batch = RecordBatch::take(&array, table_schema(kFields));
    ASSERT_TRUE(batch.ok()) << batch.status().message();
    expect_rows_of_kRows(*batch);
  }
}

TEST(RecordBatch, UnknownNullCountMeansLookAtTheBitmap) {
  ArrowArray array = arrow_array(kFields, kRows);
  for (int64_t i = 0; i < array.n_children; ++i) array.children[i]->null_count = -1;
  auto batch = RecordBatch::take(&array, table_schema(kFields));
  ASSERT_TRUE(batch.ok()) << batch.status().message();
  expect_rows_of_kRows(*batch);
}

TEST(RecordBatch, MayBeEmptyWithoutBuffers) {
  ArrowArray array = arrow_array(kFields, {});
  array.children[0]->buffers[1] = nullptr;
  array.children[0]->buffers[2] = nullptr;
  auto batch = RecordBatch::take(&array, table_schema(kFields));
  ASSERT_TRUE(batch.ok()) << batch.status().message();
  EXPECT_EQ(batch->rows(), 0);
}

TEST(RecordBatch, OwnsTheArrayAndReleasesItOnce) {
  const int before = live_arrays();
  {
    ArrowArray array = arrow_array(kFields, kRows);
    auto batch = RecordBatch::take(&array, table_schema(kFields));
    EXPECT_EQ(array.release, nullptr);
    RecordBatch moved = std::move(*batch);
    expect_rows_of_kRows(moved);
    RecordBatch other = record_batch(kFields, {});
    other = std::move(moved);
    expect_rows_of_kRows(other);
  }
  EXPECT_EQ(live_arrays(), before);
}

void expect_malformed(const std::function<void(ArrowArray&)>& damage) {
  const int before = live_arrays();
  ArrowArray array = arrow_array(kFields, kRows, 1, 1);
  damage(array);
  const auto batch = RecordBatch::take(&array, table_schema(kFields));
  EXPECT_EQ(batch.status().code(), Code::abi) << batch.status().message();
  EXPECT_EQ(array.release, nullptr);
  EXPECT_EQ(live_arrays(), before);
}

TEST(RecordBatch, MalformedArraysAreRefusedAndReleased) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  expect_malformed([](ArrowArray& array) { array.n_children -= 1; });
  expect_malformed([](ArrowArray& array) { array.length = -1; });
  expect_malformed([](ArrowArray& array) { array.offset = -1; });
  expect_malformed([](ArrowArray& array) { array.offset = kMax; });
  expect_malformed([](ArrowArray& array) { array.children[2]->length = 3; });
  expect_malformed([](ArrowArray& array) { array.children[2]->offset = -1; });
  expect_malformed([](ArrowArray& array) { array.children[2]->offset = kMax; });
  expect_malformed([](ArrowArray& array) { array.children[0]->n_buffers = 2; });
  expect_malformed([](ArrowArray& array) { array.children[1]->n_buffers = 3; });
  expect_malformed([](ArrowArray& array) { array.children[1]->buffers = nullptr; });
  expect_malformed([](ArrowArray& array) { array.children[1]->buffers[0] = nullptr; });
  expect_malformed([](ArrowArray& array) { array.children[1]->buffers[1] = nullptr; });
  expect_malformed([](ArrowArray& array) { array.children[0]->buffers[2] = nullptr; });
  expect_malformed([](ArrowArray& array) { array.children[1]->null_count = 100; });
  expect_malformed([](ArrowArray& array) { array.children[1]->null_count = -2; });
  expect_malformed([](ArrowArray& array) { array.children[1]->n_children = 1; });
  expect_malformed([](ArrowArray& array) { array.children[1]->release(array.children[1]); });
}

TEST(RecordBatch, TextOffsetsThatGoBackOrBelowZeroAreRefused) {
  static const int32_t backwards[] = {0, 7, 14, 15, 3, 9};
  static const int32_t negative[] = {0, 7, -14, 15, 15, 18};
  expect_malformed([](ArrowArray& array) { array.children[0]->buffers[1] = backwards; });
  expect_malformed([](ArrowArray& array) { array.children[0]->buffers[1] = negative; });
}

TEST(RecordBatch, NullRowsOfTheBatchItselfAreRefused) {
  static const uint8_t all_but_the_third[] = {0xFB};
  expect_malformed([](ArrowArray& array) {
    array.buffers[0] = all_but_the_third;
    array.null_count = -1;
  });
}

TEST(RecordBatch, ReleasedArraysAreRefused) {
  ArrowArray array{};
  EXPECT_EQ(RecordBatch::take(&array, table_schema(kFields)).status().code(), Code::abi);
  EXPECT_EQ(RecordBatch::take(nullptr, table_schema(kFields)).status().code(), Code::abi);
}

}  // namespace
}  // namespace bulkload::testing
