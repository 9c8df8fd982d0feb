// Columns under construction, and the Arrow record batches that they become.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "bulk_input/arrow_c_data.h"
#include "klaviyo/record_layout.h"

namespace klaviyo {

/// A growing column of one type: Arrow buffers (validity bitmap, offsets or values, bytes). Booleans are bits,
/// timestamps microseconds since 1970 UTC, JSON and utf8 32-bit offsets and bytes.
class ColumnBuilder {
 public:
  explicit ColumnBuilder(ColumnType type);

  ColumnType type() const { return type_; }
  int64_t size() const { return rows_; }
  int64_t byte_size() const;  // of all buffers

  void append_null();
  void append_int64(int64_t value);  // int64 and timestamp
  void append_float64(double value);
  void append_bool(bool value);
  void append_text(std::string_view value);  // utf8 and json

  /// Drops the rows behind the first `rows`.
  void truncate(int64_t rows);

  /// Room for `extra` more bytes of text, to be written by the caller; finish_text then says how many it took.
  char* begin_text(size_t extra);
  void finish_text(size_t size);

  /// Moves the first `rows` rows into an Arrow array that owns its buffers; the rest stays.
  void take(int64_t rows, ArrowArray* out);

 private:
  void append_validity(bool valid);

  ColumnType type_;
  int64_t rows_ = 0;
  int64_t nulls_ = 0;
  std::vector<uint8_t> validity_;  // empty as long as nothing is null
  std::vector<int64_t> words_;     // int64, timestamp, float64 (as bits)
  std::vector<uint8_t> bits_;      // boolean
  std::vector<int32_t> offsets_;
  std::vector<char> text_;
};

/// The columns of a layout, all of the same length between two records.
class ColumnSet {
 public:
  explicit ColumnSet(const RecordLayout& layout);

  ColumnBuilder& column(int index) { return columns_[static_cast<size_t>(index)]; }
  int64_t rows() const { return columns_.front().size(); }
  int64_t byte_size() const;

  /// Drops the rows behind the first `rows`, in every column.
  void truncate(int64_t rows);

  /// Moves the first `rows` rows into a struct-typed Arrow array; each child owns its buffers.
  void take(int64_t rows, ArrowArray* out);

 private:
  std::vector<ColumnBuilder> columns_;
};

/// Struct-typed schema of a layout. `metadata` are key-value pairs of the top level.
void export_schema(const RecordLayout& layout,
                   const std::vector<std::pair<std::string, std::string>>& metadata, ArrowSchema* out);

}  // namespace klaviyo
