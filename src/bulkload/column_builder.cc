#include "bulkload/column_builder.h"

#include <array>
#include <memory>
#include <utility>

namespace bulkload {

namespace {

/// Owns the buffers of a built column.
struct BuiltColumn {
  std::vector<uint8_t> validity;
  std::vector<int64_t> values;
  std::vector<int32_t> offsets;
  std::string text;
  std::array<const void*, 3> buffers{};

  static void release(ArrowArray* array) {
    delete static_cast<BuiltColumn*>(array->private_data);
    array->release = nullptr;
  }
};

size_t index(int64_t value) { return static_cast<size_t>(value); }

}  // namespace

ColumnBuilder::ColumnBuilder(Type type, int64_t rows) : type_(type) {
  validity_.reserve(index((rows + 7) / 8));
  if (type == Type::string) {
    offsets_.reserve(index(rows) + 1);
    offsets_.push_back(0);
  } else {
    values_.reserve(index(rows));
  }
}

void ColumnBuilder::append_validity(bool valid) {
  if (rows_ % 8 == 0) validity_.push_back(0);
  if (valid) validity_.back() = static_cast<uint8_t>(validity_.back() | 1U << (rows_ % 8));
  nulls_ += valid ? 0 : 1;
  ++rows_;
}

void ColumnBuilder::append_null() {
  if (type_ == Type::string) {
    offsets_.push_back(offsets_.back());
  } else {
    values_.push_back(0);
  }
  append_validity(false);
}

void ColumnBuilder::append(int64_t value) {
  values_.push_back(value);
  append_validity(true);
}

void ColumnBuilder::append(std::string_view text) {
  text_ += text;
  offsets_.push_back(static_cast<int32_t>(text_.size()));
  append_validity(true);
}

Column ColumnBuilder::finish() && {
  auto built = std::make_unique<BuiltColumn>();
  built->validity = std::move(validity_);
  built->values = std::move(values_);
  built->offsets = std::move(offsets_);
  built->text = std::move(text_);
  const bool is_text = type_ == Type::string;
  built->buffers = {nulls_ == 0 ? nullptr : built->validity.data(), nullptr, nullptr};
  built->buffers[1] = is_text ? static_cast<const void*>(built->offsets.data()) : built->values.data();
  if (is_text) built->buffers[2] = built->text.data();
  ArrowArray array{};
  array.length = rows_;
  array.null_count = nulls_;
  array.n_buffers = is_text ? 3 : 2;
  array.buffers = built->buffers.data();
  array.release = BuiltColumn::release;
  array.private_data = built.release();
  return {type_, array};
}

}  // namespace bulkload
