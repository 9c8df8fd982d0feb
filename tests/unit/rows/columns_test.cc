#include "klaviyo/columns.h"

#include <gtest/gtest.h>

#include <cstring>

#include "cells.h"

namespace klaviyo {
namespace {

constexpr ColumnType kTypes[] = {ColumnType::utf8,    ColumnType::int64,     ColumnType::float64,
                                 ColumnType::boolean, ColumnType::timestamp, ColumnType::json};

RecordLayout layout_of_all_types() {
  RecordLayout layout;
  layout.columns.push_back({"id", ColumnType::utf8, ColumnType::utf8, Origin::id});
  layout.id_column = 0;
  for (const ColumnType type : kTypes) {
    layout.columns.push_back({std::string(type_name(type)), type, type, Origin::attribute});
  }
  return layout;
}

void append_value(ColumnBuilder& column, int64_t value) {
  switch (column.type()) {
    case ColumnType::utf8:
    case ColumnType::json:
      column.append_text(std::to_string(value));
      break;
    case ColumnType::int64:
    case ColumnType::timestamp:
      column.append_int64(value);
      break;
    case ColumnType::float64:
      column.append_float64(static_cast<double>(value));
      break;
    case ColumnType::boolean:
      column.append_bool(value % 3 == 0);
      break;
  }
}

// Row `value` of every column: null when it divides by `null_every`.
void append_row(ColumnSet& columns, int64_t value, int64_t null_every) {
  columns.column(0).append_text("id" + std::to_string(value));
  for (int i = 1; i < columns.column_count(); ++i) {
    null_every > 0 && value % null_every == 0 ? columns.column(i).append_null()
                                              : append_value(columns.column(i), value);
  }
}

std::vector<Row> rows_of(int64_t from, int64_t to, int64_t null_every) {
  const RecordLayout layout = layout_of_all_types();
  ColumnSet columns(layout);
  for (int64_t value = from; value < to; ++value) append_row(columns, value, null_every);
  return take_rows(layout, columns);
}

std::vector<Row> operator+(std::vector<Row> a, const std::vector<Row>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(ColumnBuilder, HasNoValidityBufferWithoutNulls) {
  for (const ColumnType type : kTypes) {
    ColumnBuilder column(type);
    for (int64_t value = 0; value < 20; ++value) append_value(column, value);
    ArrowArray array;
    column.take(20, &array);
    EXPECT_EQ(array.null_count, 0);
    EXPECT_EQ(array.buffers[0], nullptr);
    EXPECT_EQ(array.n_buffers, type == ColumnType::utf8 || type == ColumnType::json ? 3 : 2);
    array.release(&array);
  }
}

TEST(ColumnBuilder, CountsNulls) {
  for (const ColumnType type : kTypes) {
    ColumnBuilder column(type);
    for (int64_t value = 0; value < 20; ++value) value % 7 == 6 ? column.append_null() : append_value(column, value);
    ArrowArray array;
    column.take(20, &array);
    EXPECT_EQ(array.null_count, 2);
    EXPECT_EQ(cell_text(type, array, 6), std::nullopt);
    EXPECT_EQ(cell_text(type, array, 13), std::nullopt);
    EXPECT_NE(cell_text(type, array, 14), std::nullopt);
    array.release(&array);
  }
}

TEST(ColumnBuilder, TruncatedNullsNoLongerCount) {
  ColumnBuilder column(ColumnType::int64);
  column.append_int64(1);
  column.append_null();
  column.truncate(1);
  column.append_int64(2);
  ArrowArray array;
  column.take(2, &array);
  EXPECT_EQ(array.null_count, 0);
  EXPECT_EQ(array.buffers[0], nullptr);
  EXPECT_EQ(cell_text(ColumnType::int64, array, 1), "2");
  array.release(&array);
}

TEST(ColumnBuilder, WritesTextInPlace) {
  ColumnBuilder column(ColumnType::utf8);
  column.append_text("one");
  std::memcpy(column.begin_text(10), "two??", 5);
  column.finish_text(3);
  column.append_text("");
  EXPECT_EQ(column.text(0), "one");
  EXPECT_EQ(column.text(1), "two");
  EXPECT_EQ(column.text(2), "");
}

TEST(ColumnBuilder, KnowsItsBytes) {
  ColumnBuilder text(ColumnType::utf8);
  text.append_text("abc");
  text.append_text("de");
  EXPECT_EQ(text.byte_size(), 3 * 4 + 5);
  EXPECT_EQ(text.byte_size(1), 2 * 4 + 3);
  text.append_null();
  EXPECT_EQ(text.byte_size(), 4 * 4 + 5 + 1);
  ColumnBuilder number(ColumnType::timestamp);
  number.append_int64(1);
  EXPECT_EQ(number.byte_size(), 8);
  ColumnBuilder flag(ColumnType::boolean);
  for (int i = 0; i < 9; ++i) flag.append_bool(true);
  EXPECT_EQ(flag.byte_size(), 2);
}

TEST(ColumnBuilder, GathersRowsOfAnother) {
  for (const ColumnType type : kTypes) {
    ColumnBuilder source(type);
    for (int64_t value = 0; value < 4; ++value) append_value(source, value);
    source.append_null();
    ColumnBuilder target(type);
    append_value(target, 7);
    target.append_gathered(source, {3, -1, 0, 4, 3});
    ArrowArray array;
    target.take(6, &array);
    ColumnBuilder expected(type);
    for (const int64_t value : {7, 3, -1, 0, -1, 3}) value < 0 ? expected.append_null() : append_value(expected, value);
    ArrowArray expected_array;
    expected.take(6, &expected_array);
    EXPECT_EQ(array.null_count, 2);
    for (int64_t row = 0; row < 6; ++row) {
      EXPECT_EQ(cell_text(type, array, row), cell_text(type, expected_array, row)) << type_name(type) << row;
    }
    array.release(&array);
    expected_array.release(&expected_array);
  }
}

TEST(ColumnSet, EmptySetIsAValidBatch) {
  const RecordLayout layout = layout_of_all_types();
  ColumnSet columns(layout);
  ArrowArray batch;
  columns.take(0, &batch);
  EXPECT_EQ(batch.length, 0);
  ASSERT_EQ(batch.n_children, 7);
  for (int64_t i = 0; i < batch.n_children; ++i) {
    EXPECT_EQ(batch.children[i]->length, 0);
    for (int64_t b = 1; b < batch.children[i]->n_buffers; ++b) EXPECT_NE(batch.children[i]->buffers[b], nullptr);
  }
  EXPECT_EQ(static_cast<const int32_t*>(batch.children[0]->buffers[1])[0], 0);
  batch.release(&batch);
}

TEST(ColumnSet, ReleaseFreesOnceAndMarks) {
  const RecordLayout layout = layout_of_all_types();
  ColumnSet columns(layout);
  append_row(columns, 1, 0);
  ArrowArray batch;
  columns.take(1, &batch);
  batch.release(&batch);
  EXPECT_EQ(batch.release, nullptr);
}

TEST(ColumnSet, AChildMovedOutOutlivesItsParent) {
  const RecordLayout layout = layout_of_all_types();
  ColumnSet columns(layout);
  for (int64_t value = 0; value < 100; ++value) append_row(columns, value, 3);
  ArrowArray batch;
  columns.take(100, &batch);
  std::vector<ArrowArray> moved;
  for (int64_t i = 0; i < batch.n_children; i += 2) {
    moved.push_back(*batch.children[i]);
    batch.children[i]->release = nullptr;
  }
  batch.release(&batch);
  EXPECT_EQ(cell_text(ColumnType::utf8, moved[0], 99), "id99");
  EXPECT_EQ(cell_text(ColumnType::int64, moved[1], 98), "98");
  EXPECT_EQ(cell_text(ColumnType::int64, moved[1], 99), std::nullopt);
  for (ArrowArray& child : moved) child.release(&child);
}

TEST(ColumnSet, TakesTheFirstRowsAndKeepsTheRest) {
  const RecordLayout layout = layout_of_all_types();
  for (const int64_t taken : {0, 1, 7, 8, 9, 63, 64, 99, 100}) {
    ColumnSet columns(layout);
    for (int64_t value = 0; value < 100; ++value) append_row(columns, value, 5);
    ColumnSet copy(layout);
    for (int64_t value = 0; value < 100; ++value) append_row(copy, value, 5);
    copy.truncate(taken);
    ArrowArray batch;
    columns.take(taken, &batch);
    EXPECT_EQ(batch.length, taken);
    batch.release(&batch);
    EXPECT_EQ(take_rows(layout, copy), rows_of(0, taken, 5));
    EXPECT_EQ(columns.rows(), 100 - taken);
    EXPECT_EQ(take_rows(layout, columns), rows_of(taken, 100, 5)) << taken;
  }
}

TEST(ColumnSet, AppendsSetsAtEveryBitOffset) {
  const RecordLayout layout = layout_of_all_types();
  for (int64_t first = 0; first <= 17; ++first) {
    for (const int64_t second : {0, 1, 8, 9, 20}) {
      for (const auto& [nulls_a, nulls_b] : {std::pair{0, 0}, {3, 0}, {0, 3}, {2, 5}}) {
        ColumnSet a(layout), b(layout);
        for (int64_t value = 0; value < first; ++value) append_row(a, value, nulls_a);
        for (int64_t value = 100; value < 100 + second; ++value) append_row(b, value, nulls_b);
        a.append(b);
        const auto expected = rows_of(0, first, nulls_a) + rows_of(100, 100 + second, nulls_b);
        append_row(a, 5, 0);
        EXPECT_EQ(take_rows(layout, a), expected + rows_of(5, 6, 0)) << first << '+' << second;
      }
    }
  }
}

TEST(ColumnSet, IsFilledAgainAfterItWasEmptied) {
  const RecordLayout layout = layout_of_all_types();
  ColumnSet all(layout), page(layout);
  for (const int nulls : {0, 2, 0, 3}) {
    for (int64_t value = 0; value < 11; ++value) append_row(page, value, nulls);
    all.append(page);
    page.truncate(0);
    EXPECT_EQ(page.rows(), 0);
  }
  EXPECT_EQ(take_rows(layout, all), rows_of(0, 11, 0) + rows_of(0, 11, 2) + rows_of(0, 11, 0) + rows_of(0, 11, 3));
}

TEST(ColumnSet, ByteSizeOfFirstRowsGrowsToTheWhole) {
  ColumnSet columns(layout_of_all_types());
  for (int64_t value = 0; value < 50; ++value) append_row(columns, value, 4);
  for (int64_t rows = 1; rows <= 50; ++rows) EXPECT_GT(columns.byte_size(rows), columns.byte_size(rows - 1));
  EXPECT_EQ(columns.byte_size(50), columns.byte_size());
}

std::vector<std::pair<std::string, std::string>> decode_metadata(const char* at) {
  const auto number = [&at] {
    int32_t value = 0;
    std::memcpy(&value, at, sizeof value);
    at += sizeof value;
    return value;
  };
  const auto text = [&] {
    const auto size = static_cast<size_t>(number());
    at += size;
    return std::string(at - size, size);
  };
  std::vector<std::pair<std::string, std::string>> pairs;
  for (int32_t left = number(); left > 0; --left) {
    std::string key = text();
    pairs.emplace_back(std::move(key), text());
  }
  return pairs;
}

TEST(ExportSchema, DescribesEveryType) {
  ArrowSchema schema;
  export_schema(layout_of_all_types(), {{"source", "events"}, {"empty", ""}}, &schema);
  EXPECT_STREQ(schema.format, "+s");
  EXPECT_EQ(decode_metadata(schema.metadata),
            (std::vector<std::pair<std::string, std::string>>{{"source", "events"}, {"empty", ""}}));
  ASSERT_EQ(schema.n_children, 7);
  const char* const formats[] = {"u", "u", "l", "g", "b", "tsu:UTC", "u"};
  for (int64_t i = 0; i < 7; ++i) {
    EXPECT_STREQ(schema.children[i]->format, formats[i]);
    EXPECT_EQ(schema.children[i]->flags, i == 0 ? 0 : ARROW_FLAG_NULLABLE);
    EXPECT_EQ(schema.children[i]->metadata != nullptr, i == 6);
  }
  EXPECT_STREQ(schema.children[0]->name, "id");
  EXPECT_EQ(decode_metadata(schema.children[6]->metadata),
            (std::vector<std::pair<std::string, std::string>>{{"ARROW:extension:name", "arrow.json"},
                                                              {"ARROW:extension:metadata", ""}}));
  ArrowSchema moved = *schema.children[6];
  schema.children[6]->release = nullptr;
  schema.release(&schema);
  EXPECT_EQ(schema.release, nullptr);
  EXPECT_STREQ(moved.name, "json");
  moved.release(&moved);
}

TEST(ExportSchema, AnIdOfAnotherTypeMayBeNull) {
  RecordLayout layout = layout_of_all_types();
  layout.columns[0].type = ColumnType::int64;
  ArrowSchema schema;
  export_schema(layout, {}, &schema);
  EXPECT_EQ(schema.metadata, nullptr);
  EXPECT_EQ(schema.children[0]->flags, ARROW_FLAG_NULLABLE);
  schema.release(&schema);
}

}  // namespace
}  // namespace klaviyo
