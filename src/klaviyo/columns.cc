#include "klaviyo/columns.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>

namespace klaviyo {

namespace {

size_t index(int64_t value) { return static_cast<size_t>(value); }

int64_t bytes_of_bits(int64_t bits) { return (bits + 7) / 8; }

void append_bit(std::vector<uint8_t>& bits, int64_t size, bool value) {
  if (size % 8 == 0) bits.push_back(0);
  bits.back() = static_cast<uint8_t>(bits.back() | (value ? 1U : 0U) << (size % 8));
}

void truncate_bits(std::vector<uint8_t>& bits, int64_t size) {
  bits.resize(index(bytes_of_bits(size)));
  if (size % 8 != 0) bits.back() = static_cast<uint8_t>(bits.back() & ((1U << (size % 8)) - 1));
}

/// Appends bits [from, to) of `source` to the first `size` bits of `target`, eight at a time.
void append_bits(std::vector<uint8_t>& target, int64_t size, const std::vector<uint8_t>& source, int64_t from,
                 int64_t to) {
  const int64_t end = size + to - from;
  target.resize(index(bytes_of_bits(end)) + 1);  // one more, so that a shifted byte always has a second half
  const auto byte_at = [&source](int64_t i) { return index(i) < source.size() ? unsigned{source[index(i)]} : 0U; };
  for (int64_t at = from, to_bit = size; at < to; at += 8, to_bit += 8) {
    const unsigned eight = (byte_at(at / 8) | byte_at(at / 8 + 1) << 8) >> (at % 8) & 0xFFU;
    const unsigned shifted = eight << (to_bit % 8);
    uint8_t* const out = &target[index(to_bit / 8)];
    out[0] = static_cast<uint8_t>(out[0] | (shifted & 0xFFU));
    out[1] = static_cast<uint8_t>(shifted >> 8);
  }
  truncate_bits(target, end);
}

int64_t count_bits(const std::vector<uint8_t>& bits) {
  int64_t count = 0;
  for (const uint8_t byte : bits) count += std::popcount(byte);
  return count;
}

}  // namespace

ColumnBuilder::ColumnBuilder(ColumnType type) : type_(type) {
  if (holds_text()) offsets_.push_back(0);
}

int64_t ColumnBuilder::byte_size(int64_t rows) const {
  int64_t bytes = validity_.empty() ? 0 : bytes_of_bits(rows);
  if (holds_text()) return bytes + (rows + 1) * int64_t{sizeof(int32_t)} + offsets_[index(rows)];
  return bytes + (type_ == ColumnType::boolean ? bytes_of_bits(rows) : rows * int64_t{sizeof(int64_t)});
}

void ColumnBuilder::append_validity_bit(bool valid) {
  if (validity_.empty()) append_valid_rows(rows_);
  append_bit(validity_, rows_, valid);
  nulls_ += valid ? 0 : 1;
}

// Bits for the first `rows` rows, which so far needed none.
void ColumnBuilder::append_valid_rows(int64_t rows) {
  validity_.assign(index(bytes_of_bits(rows)), 0xFF);
  truncate_bits(validity_, rows);
}

void ColumnBuilder::append_null() {
  if (holds_text()) {
    offsets_.push_back(offsets_.back());
  } else if (type_ == ColumnType::boolean) {
    append_bit(bits_, rows_, false);
  } else {
    words_.push_back(0);
  }
  append_validity(false);
}

void ColumnBuilder::append_int64(int64_t value) {
  words_.push_back(value);
  append_validity(true);
}

void ColumnBuilder::append_float64(double value) { append_int64(std::bit_cast<int64_t>(value)); }

void ColumnBuilder::append_bool(bool value) {
  append_bit(bits_, rows_, value);
  append_validity(true);
}

void ColumnBuilder::append_text(std::string_view value) {
  if (!value.empty()) std::memcpy(begin_text(value.size()), value.data(), value.size());
  offsets_.push_back(static_cast<int32_t>(text_.size()));
  append_validity(true);
}

char* ColumnBuilder::begin_text(size_t extra) {
  const size_t begin = text_.size();
  text_.resize(begin + extra);
  return text_.data() + begin;
}

void ColumnBuilder::finish_text(size_t size) {
  text_.resize(index(offsets_.back()) + size);
  offsets_.push_back(static_cast<int32_t>(text_.size()));
  append_validity(true);
}

void ColumnBuilder::append_rows(const ColumnBuilder& other, int64_t from, int64_t to) {
  if (!other.validity_.empty() && validity_.empty()) append_valid_rows(rows_);
  if (!other.validity_.empty()) {
    append_bits(validity_, rows_, other.validity_, from, to);
  } else if (!validity_.empty()) {
    append_bits(validity_, rows_, std::vector<uint8_t>(index(bytes_of_bits(to - from)), 0xFF), 0, to - from);
  }
  if (holds_text()) {
    const int32_t begin = other.offsets_[index(from)];
    const int32_t shift = offsets_.back() - begin;
    text_.insert(text_.end(), other.text_.begin() + begin, other.text_.begin() + other.offsets_[index(to)]);
    const size_t size = offsets_.size();
    offsets_.resize(size + index(to - from));
    std::transform(other.offsets_.begin() + from + 1, other.offsets_.begin() + to + 1,
                   offsets_.begin() + static_cast<ptrdiff_t>(size), [shift](int32_t offset) { return offset + shift; });
  } else if (type_ == ColumnType::boolean) {
    append_bits(bits_, rows_, other.bits_, from, to);
  } else {
    words_.insert(words_.end(), other.words_.begin() + from, other.words_.begin() + to);
  }
  rows_ += to - from;
  nulls_ = validity_.empty() ? 0 : rows_ - count_bits(validity_);
  if (nulls_ == 0) validity_.clear();
}

void ColumnBuilder::append_gathered(const ColumnBuilder& other, const std::vector<int32_t>& rows) {
  if (holds_text()) return gather_text(other, rows);
  reserve({rows_ + static_cast<int64_t>(rows.size()), 0});
  for (const int32_t row : rows) {
    if (row < 0 || other.is_null(row)) {
      append_null();
    } else if (type_ == ColumnType::boolean) {
      append_bool((other.bits_[index(row / 8)] >> (row % 8) & 1) != 0);
    } else {
      append_int64(other.words_[index(row)]);
    }
  }
}

// Offsets first, so that the bytes need room only once.
void ColumnBuilder::gather_text(const ColumnBuilder& other, const std::vector<int32_t>& rows) {
  const size_t begin = text_.size();
  size_t end = begin;
  offsets_.reserve(offsets_.size() + rows.size());
  for (const int32_t row : rows) {
    const bool null = row < 0 || other.is_null(row);
    end += null ? 0 : other.text(row).size();
    offsets_.push_back(static_cast<int32_t>(end));
    append_validity(!null);
  }
  char* out = begin_text(end - begin);
  for (const int32_t row : rows) {
    if (row < 0 || other.is_null(row)) continue;
    const std::string_view value = other.text(row);
    std::memcpy(out, value.data(), value.size());
    out += value.size();
  }
}

void ColumnBuilder::reserve(const ColumnSize& size) {
  if (holds_text()) {
    offsets_.reserve(index(size.rows) + 1);
    text_.reserve(size.text_bytes);
  } else if (type_ != ColumnType::boolean) {
    words_.reserve(index(size.rows));
  }
}

void ColumnBuilder::truncate(int64_t rows) {
  if (rows >= rows_) return;
  rows_ = rows;
  if (!validity_.empty()) {
    truncate_bits(validity_, rows);
    nulls_ = rows - count_bits(validity_);
    if (nulls_ == 0) validity_.clear();
  }
  if (holds_text()) {
    offsets_.resize(index(rows) + 1);
    text_.resize(index(offsets_.back()));
  } else if (type_ == ColumnType::boolean) {
    truncate_bits(bits_, rows);
  } else {
    words_.resize(index(rows));
  }
}

/// Owns the buffers of one exported column.
struct ExportedColumn {
  ColumnBuilder column;
  std::array<const void*, 3> buffers;

  explicit ExportedColumn(ColumnBuilder&& taken) : column(std::move(taken)), buffers{} {
    static constexpr uint64_t kNothing = 0;  // buffers without bytes shall have an address all the same
    const auto address = [](const auto& buffer) -> const void* {
      return buffer.empty() ? static_cast<const void*>(&kNothing) : buffer.data();
    };
    buffers[0] = column.validity_.empty() ? nullptr : column.validity_.data();
    if (column.holds_text()) {
      buffers[1] = column.offsets_.data();
      buffers[2] = address(column.text_);
    } else {
      buffers[1] = column.type_ == ColumnType::boolean ? address(column.bits_) : address(column.words_);
    }
  }

  static void release(ArrowArray* array) {
    delete static_cast<ExportedColumn*>(array->private_data);
    array->release = nullptr;
  }

  void fill(ArrowArray* out) {
    *out = {.length = column.rows_,
            .null_count = column.nulls_,
            .offset = 0,
            .n_buffers = column.holds_text() ? 3 : 2,
            .n_children = 0,
            .buffers = buffers.data(),
            .children = nullptr,
            .dictionary = nullptr,
            .release = release,
            .private_data = this};
  }
};

void ColumnBuilder::take(int64_t rows, ArrowArray* out) {
  ColumnBuilder rest(type_);
  rest.append_rows(*this, rows, rows_);
  auto exported = std::make_unique<ExportedColumn>(std::move(*this));
  *this = std::move(rest);
  exported->column.truncate(rows);
  exported.release()->fill(out);
}

namespace {

/// Owns the children of an exported struct, but for those that were moved out.
struct ExportedStruct {
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> pointers;
  const void* buffers[1] = {nullptr};

  ~ExportedStruct() {
    for (ArrowArray& child : children) {
      if (child.release != nullptr) child.release(&child);
    }
  }

  static void release(ArrowArray* array) {
    delete static_cast<ExportedStruct*>(array->private_data);
    array->release = nullptr;
  }
};

}  // namespace

ColumnSet::ColumnSet(const RecordLayout& layout) {
  columns_.reserve(layout.columns.size());
  for (const Column& column : layout.columns) columns_.emplace_back(column.type);
}

int64_t ColumnSet::byte_size(int64_t rows) const {
  int64_t bytes = 0;
  for (const ColumnBuilder& column : columns_) bytes += column.byte_size(rows);
  return bytes;
}

std::vector<ColumnSize> ColumnSet::sizes() const {
  std::vector<ColumnSize> sizes;
  for (const ColumnBuilder& column : columns_) sizes.push_back(column.used());
  return sizes;
}

void ColumnSet::reserve(const std::vector<ColumnSize>& sizes) {
  for (size_t i = 0; i < sizes.size(); ++i) columns_[i].reserve(sizes[i]);
}

void ColumnSet::append(const ColumnSet& other) {
  for (size_t i = 0; i < columns_.size(); ++i) columns_[i].append_rows(other.columns_[i], 0, other.columns_[i].size());
}

void ColumnSet::truncate(int64_t rows) {
  for (ColumnBuilder& column : columns_) column.truncate(rows);
}

void ColumnSet::take(int64_t rows, ArrowArray* out) {
  auto exported = std::make_unique<ExportedStruct>();
  exported->children.resize(columns_.size());
  for (size_t i = 0; i < columns_.size(); ++i) {
    columns_[i].take(rows, &exported->children[i]);
    exported->pointers.push_back(&exported->children[i]);
  }
  *out = {.length = rows,
          .null_count = 0,
          .offset = 0,
          .n_buffers = 1,
          .n_children = static_cast<int64_t>(columns_.size()),
          .buffers = exported->buffers,
          .children = exported->pointers.data(),
          .dictionary = nullptr,
          .release = ExportedStruct::release,
          .private_data = exported.get()};
  exported.release();
}

}  // namespace klaviyo
