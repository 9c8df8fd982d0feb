// Columns under construction, and the Arrow record batches that they become.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bulk_input/arrow_c_data.h"
#include "klaviyo/record_layout.h"

namespace klaviyo {

/// Memory that grows without being filled first.
template <typename T>
struct UnfilledAllocator : std::allocator<T> {
  template <typename U>
  struct rebind {
    using other = UnfilledAllocator<U>;
  };
  template <typename U>
  void construct(U* at) {
    ::new (static_cast<void*>(at)) U;
  }
  template <typename U, typename... Args>
  void construct(U* at, Args&&... args) {
    ::new (static_cast<void*>(at)) U(std::forward<Args>(args)...);
  }
};

struct ColumnSize {
  int64_t rows = 0;
  size_t text_bytes = 0;
};

/// A growing column of one type: Arrow buffers (validity bitmap, offsets or values, bytes). Booleans are bits,
/// timestamps microseconds since 1970 UTC, JSON and utf8 32-bit offsets and bytes. A column holds less than 2 GiB of
/// text: pages are bounded, and batches closed, long before.
class ColumnBuilder {
 public:
  explicit ColumnBuilder(ColumnType type);

  ColumnType type() const { return type_; }
  int64_t size() const { return rows_; }
  int64_t byte_size() const { return byte_size(rows_); }  // of all buffers
  int64_t byte_size(int64_t rows) const;                  // of the first `rows` rows

  void append_null();
  void append_int64(int64_t value);  // int64 and timestamp
  void append_float64(double value);
  void append_bool(bool value);
  void append_text(std::string_view value);  // utf8 and json

  bool is_null(int64_t row) const {
    return !validity_.empty() && (validity_[static_cast<size_t>(row / 8)] >> (row % 8) & 1) == 0;
  }
  std::string_view text(int64_t row) const {  // utf8 and json
    const auto at = static_cast<size_t>(row);
    return {text_.data() + offsets_[at], static_cast<size_t>(offsets_[at + 1] - offsets_[at])};
  }

  /// Room for up to `extra` bytes of text, to be written by the caller; finish_text then says how many it took.
  char* begin_text(size_t extra);
  void finish_text(size_t size);

  /// Appends rows [from, to) of another column of the same type.
  void append_rows(const ColumnBuilder& other, int64_t from, int64_t to);

  /// Appends one row of another column of the same type for each element; nothing of it, but null, for -1.
  void append_gathered(const ColumnBuilder& other, const std::vector<int32_t>& rows);

  ColumnSize used() const { return {rows_, text_.size()}; }
  void reserve(const ColumnSize& size);

  /// Drops the rows behind the first `rows`.
  void truncate(int64_t rows);

  /// Moves the first `rows` rows into an Arrow array that owns its buffers; the rest stays.
  void take(int64_t rows, ArrowArray* out);

 private:
  bool holds_text() const { return type_ == ColumnType::utf8 || type_ == ColumnType::json; }
  void append_validity(bool valid) {
    if (!valid || !validity_.empty()) append_validity_bit(valid);
    ++rows_;
  }
  void append_validity_bit(bool valid);
  void append_valid_rows(int64_t rows);
  void gather_text(const ColumnBuilder& other, const std::vector<int32_t>& rows);

  friend struct ExportedColumn;

  ColumnType type_;
  int64_t rows_ = 0;
  int64_t nulls_ = 0;
  std::vector<uint8_t> validity_;  // empty as long as nothing is null; bits behind the last row are 0
  std::vector<int64_t> words_;     // int64, timestamp, float64 (as bits)
  std::vector<uint8_t> bits_;      // boolean; bits behind the last row are 0
  std::vector<int32_t> offsets_;   // utf8, json: where each value begins, and the end
  std::vector<char, UnfilledAllocator<char>> text_;
};

/// The columns of a layout, all of the same length between two records.
class ColumnSet {
 public:
  explicit ColumnSet(const RecordLayout& layout);

  ColumnBuilder& column(int index) { return columns_[static_cast<size_t>(index)]; }
  const ColumnBuilder& column(int index) const { return columns_[static_cast<size_t>(index)]; }
  int column_count() const { return static_cast<int>(columns_.size()); }
  int64_t rows() const { return columns_.front().size(); }
  int64_t byte_size() const { return byte_size(rows()); }
  int64_t byte_size(int64_t rows) const;

  /// What the columns hold, and room for as much: for sets that are filled one after the other alike.
  std::vector<ColumnSize> sizes() const;
  void reserve(const std::vector<ColumnSize>& sizes);

  /// Appends all rows of a set of the same layout.
  void append(const ColumnSet& other);

  /// Drops the rows behind the first `rows`, in every column.
  void truncate(int64_t rows);

  /// Moves the first `rows` rows into a struct-typed Arrow array; each child owns its buffers.
  void take(int64_t rows, ArrowArray* out);

 private:
  std::vector<ColumnBuilder> columns_;
};

/// Struct-typed schema of a layout. `metadata` are key-value pairs of the top level. JSON columns carry the canonical
/// extension type arrow.json, and timestamps the metadata `timezone` when `clock` names the zone that they are times of
/// day in. Everything may be null but the ids of the record and its
/// parent as text.
void export_schema(const RecordLayout& layout, const std::vector<std::pair<std::string, std::string>>& metadata,
                   ArrowSchema* out, const std::string& clock = {});

}  // namespace klaviyo
