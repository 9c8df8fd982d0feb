// Streams: what comes, how it ends, and what a consumer may do with it.
#include <algorithm>
#include <cstring>

#include "contract/subject.h"

namespace contract {
namespace {

class Stream : public Contract {};
INSTANTIATE_TEST_SUITE_P(, Stream, subjects(), subject_name);

TEST_P(Stream, BatchesAreWellFormedAndOfTheInputsSchema) {
  Input input = open(subject().few_rows());
  Reader reader = input.run(input.plan().at(0));
  EXPECT_EQ(reader.columns(), input.schema());
  size_t rows = 0;
  while (std::optional<Batch> batch = reader.next()) {
    rows += batch->rows().size();
    EXPECT_NO_THROW(check_json(batch->array(), reader.columns()));
  }
  EXPECT_GT(rows, 0u);
}

TEST_P(Stream, SchemaNamesItsSource) {
  Input input = open(subject().few_rows());
  ArrowSchema schema{};
  ASSERT_EQ(plugin().schema(input.handle(), &schema, nullptr), BULK_INPUT_OK);
  const Metadata metadata = read_metadata(schema);
  schema.release(&schema);
  EXPECT_EQ(schema.release, nullptr);
  EXPECT_TRUE(std::any_of(metadata.begin(), metadata.end(), [](const auto& pair) { return pair.first == "source"; }));
}

TEST_P(Stream, BatchHasAtMostTenThousandRows) {
  Input input = open(subject().many_rows());
  Reader reader = input.run(input.plan().at(0));
  int batches = 0;
  for (; std::optional<Batch> batch = reader.next(); ++batches) {
    EXPECT_GT(batch->array().length, 0);
    EXPECT_LE(batch->array().length, 10000);
  }
  EXPECT_GE(batches, 3);
}

TEST_P(Stream, EndRepeats) {
  Input input = open(subject().few_rows());
  Reader reader = input.run(input.plan().at(0));
  EXPECT_GT(reader.rest().size(), 0u);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(reader.next().has_value());
}

TEST_P(Stream, OfAnEmptySourceEndsAtOnce) {
  Input input = open(subject().no_rows());
  EXPECT_TRUE(load(input).rows.empty());
  Reader preview = input.preview(15);
  EXPECT_FALSE(preview.columns().empty());
  EXPECT_FALSE(preview.next().has_value());
}

TEST_P(Stream, FailureRepeats) {
  Input input = open(subject().failing());
  Reader reader = input.run(input.plan().at(0));
  EXPECT_EQ(code_of([&] { reader.rest(); }), BULK_INPUT_ERROR_REMOTE_FATAL);
  ArrowArray array{};
  const int failure = reader.stream().get_next(&reader.stream(), &array);
  EXPECT_NE(failure, 0);
  EXPECT_EQ(array.release, nullptr);
  EXPECT_EQ(reader.stream().get_next(&reader.stream(), &array), failure);
  Error error;
  EXPECT_EQ(plugin().reader_error(reader.handle(), &error), BULK_INPUT_ERROR_REMOTE_FATAL);
  EXPECT_EQ(error.resumable, 0);
  EXPECT_STREQ(reader.stream().get_last_error(&reader.stream()), error.message);
}

TEST_P(Stream, MovedByItsBytesGoesOn) {
  Input input = open(subject().few_rows());
  Reader reader = input.run(input.plan().at(0));
  const Columns columns = reader.columns();
  ArrowArrayStream moved = reader.stream();
  reader.stream().release = nullptr;
  ArrowArray array{};
  ASSERT_EQ(moved.get_next(&moved, &array), 0);
  EXPECT_GT(Batch(array, columns).rows().size(), 0u);
  moved.release(&moved);
  EXPECT_EQ(moved.release, nullptr);
}

TEST_P(Stream, ChildrenMovedOutOfABatchOutliveEverything) {
  ArrowArray first{};
  ArrowArray last{};
  Columns columns;
  std::vector<std::string> expected_first;
  std::vector<std::string> expected_last;
  {
    Input input = open(subject().few_rows());
    Reader reader = input.run(input.plan().at(0));
    columns = reader.columns();
    std::optional<Batch> batch = reader.next();
    ASSERT_TRUE(batch.has_value());
    ArrowArray& array = batch->array();
    const size_t end = columns.size() - 1;
    expected_first = read_column(*array.children[0], columns[0]);
    expected_last = read_column(*array.children[end], columns[end]);
    first = *array.children[0];
    last = *array.children[end];
    array.children[0]->release = nullptr;
    array.children[end]->release = nullptr;
    batch->release();
    EXPECT_EQ(array.release, nullptr);
  }
  EXPECT_EQ(read_column(first, columns.front()), expected_first);
  first.release(&first);
  EXPECT_EQ(read_column(last, columns.back()), expected_last) << "children do not depend on one another";
  last.release(&last);
}

TEST_P(Stream, SchemaChildrenMovedOutOutliveTheSchema) {
  ArrowSchema child{};
  {
    Input input = open(subject().few_rows());
    ArrowSchema schema{};
    ASSERT_EQ(plugin().schema(input.handle(), &schema, nullptr), BULK_INPUT_OK);
    child = *schema.children[0];
    schema.children[0]->release = nullptr;
    schema.release(&schema);
  }
  EXPECT_STREQ(child.name, "id");
  EXPECT_STREQ(child.format, "u");
  child.release(&child);
}

class Preview : public Contract {};
INSTANTIATE_TEST_SUITE_P(, Preview, subjects(), subject_name);

TEST_P(Preview, GivesExactlyTheRowsAskedFor) {
  Input input = open(subject().few_rows());
  for (const int64_t rows : {1, 2, 7, 15}) {
    EXPECT_EQ(input.preview(rows).rest().size(), static_cast<size_t>(rows));
  }
}

TEST_P(Preview, RowsAreOnesThatARunGives) {
  Input input = open(subject().few_rows());
  const Rows all = load(input).rows;
  for (const std::string& row : input.preview(15).rest()) {
    EXPECT_TRUE(std::binary_search(all.begin(), all.end(), row)) << row;
  }
}

TEST_P(Preview, CapBeyondTheSourceIsNoError) {
  Input input = open(subject().few_rows());
  const size_t rows = input.preview(INT64_MAX).rest().size();
  EXPECT_GE(rows, 15u);
  EXPECT_LE(rows, load(input).rows.size());
}

TEST_P(Preview, HasNoCheckpoint) {
  Input input = open(subject().few_rows());
  Reader reader = input.preview(15);
  EXPECT_EQ(code_of([&] { reader.checkpoint(); }), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(reader.rest().size(), 15u) << "asking does no harm";
  EXPECT_EQ(code_of([&] { reader.checkpoint(); }), BULK_INPUT_ERROR_ABI);
}

TEST_P(Preview, NeverWaits) {
  const VirtualHost host;
  Input input = open(subject().waiting(), host.get());
  static_cast<void>(code_of([&] { input.preview(15).rest(); }));
  EXPECT_EQ(host.slept_us(), 0);
}

}  // namespace
}  // namespace contract
