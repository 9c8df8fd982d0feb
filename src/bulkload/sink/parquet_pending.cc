#include "bulkload/sink/parquet_pending.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

namespace bulkload {

namespace {

constexpr int64_t kUnknownCount = -1;

// The buffers of one column, without the rows that an offset skips.
struct OwnedColumn {
  std::string validity;  // a bit for each row; empty: no row is null
  std::string values;    // offsets for text
  std::string text;
  const void* buffers[3] = {};

  static void release(ArrowArray* array) {
    delete static_cast<OwnedColumn*>(array->private_data);
    array->release = nullptr;
  }
};

std::string copy_bits(const void* bits, int64_t first, int64_t rows) {
  const auto* bytes = static_cast<const char*>(bits);
  const auto size = static_cast<size_t>((rows + 7) / 8);
  if (first % 8 == 0) return {bytes + first / 8, size};
  std::string copy(size, '\0');
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t from = first + row;
    const int bit = static_cast<unsigned char>(bytes[from / 8]) >> (from % 8) & 1;
    copy[static_cast<size_t>(row / 8)] |= static_cast<char>(bit << (row % 8));
  }
  return copy;
}

std::string copy_fixed(const void* values, int64_t first, int64_t rows) {
  return {static_cast<const char*>(values) + first * 8, static_cast<size_t>(rows) * 8};
}

void copy_text(const ArrowArray& column, int64_t first, int64_t rows, OwnedColumn& copy) {
  copy.values.resize(static_cast<size_t>(rows + 1) * sizeof(int32_t));
  const auto* offsets = static_cast<const char*>(column.buffers[1]) + first * static_cast<int64_t>(sizeof(int32_t));
  int32_t begin = 0;
  int32_t end = 0;
  std::memcpy(&begin, offsets, sizeof begin);
  for (size_t i = 0; i < copy.values.size(); i += sizeof end) {
    std::memcpy(&end, offsets + i, sizeof end);
    const int32_t moved = end - begin;
    std::memcpy(copy.values.data() + i, &moved, sizeof moved);
  }
  if (end > begin)
    copy.text.assign(static_cast<const char*>(column.buffers[2]) + begin, static_cast<size_t>(end - begin));
}

ArrowArray copy_column(const ArrowArray& column, Type type, int64_t parent_offset, int64_t rows, int64_t& bytes) {
  auto copy = std::make_unique<OwnedColumn>();
  const int64_t first = column.offset + parent_offset;
  const bool has_nulls = column.null_count != 0 && column.buffers[0] != nullptr;
  if (has_nulls) copy->validity = copy_bits(column.buffers[0], first, rows);
  ArrowArray array{};
  array.n_buffers = 2;
  if (type == Type::string || type == Type::json) {
    copy_text(column, first, rows, *copy);
    array.n_buffers = 3;
  } else if (type == Type::boolean) {
    copy->values = copy_bits(column.buffers[1], first, rows);
  } else {
    copy->values = copy_fixed(column.buffers[1], first, rows);
  }
  bytes += static_cast<int64_t>(copy->validity.size() + copy->values.size() + copy->text.size());
  copy->buffers[0] = has_nulls ? copy->validity.data() : nullptr;
  copy->buffers[1] = copy->values.data();
  copy->buffers[2] = copy->text.data();
  array.length = rows;
  array.null_count = has_nulls ? kUnknownCount : 0;
  array.buffers = copy->buffers;
  array.release = OwnedColumn::release;
  array.private_data = copy.release();
  return array;
}

}  // namespace

void PendingRows::add(const RecordBatch& batch) {
  if (batch.rows() == 0) return;
  const ArrowArray& arrow = batch.arrow();
  int64_t bytes = 0;
  std::vector<Column> columns;
  columns.reserve(batch.columns().size());
  for (size_t i = 0; i < batch.columns().size(); ++i) {
    const Type type = batch.columns()[i].type();
    columns.emplace_back(type, copy_column(*arrow.children[i], type, arrow.offset, batch.rows(), bytes));
  }
  parts_.push_back({RecordBatch::of(batch.rows(), std::move(columns)), bytes});
  rows_ += batch.rows();
  bytes_ += bytes;
}

std::vector<duckdb::Slice> PendingRows::first(int64_t count) const {
  std::vector<duckdb::Slice> slices;
  int64_t skipped = dropped_;
  for (const Part& part : parts_) {
    if (count == 0) break;
    const int64_t rows = std::min(count, part.batch.rows() - skipped);
    slices.push_back({&part.batch, skipped, rows});
    count -= rows;
    skipped = 0;
  }
  return slices;
}

void PendingRows::drop(int64_t count) {
  rows_ -= count;
  dropped_ += count;
  while (!parts_.empty() && dropped_ >= parts_.front().batch.rows()) {
    dropped_ -= parts_.front().batch.rows();
    bytes_ -= parts_.front().bytes;
    parts_.pop_front();
  }
}

}  // namespace bulkload
