// Reading Arrow record batches: the columns and cells of what a plugin's stream gives.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "bulk_input/arrow_c_data.h"

namespace bulkload {

enum class Type : uint8_t { string, int64, float64, boolean, timestamp, json };

/// Embulk's names: string, long, double, boolean, timestamp, json.
std::string_view type_name(Type type);

struct Field {
  std::string name;
  Type type;
  bool in_key = false;  // one of the columns that together tell rows apart; stays so when it is renamed
};

/// The column, behind all others, in which `out.detect_deletes` marks rows of a table.
inline constexpr std::string_view kDeletedAt = "_deleted_at";

/// The columns of a stream, and its top-level metadata (`source`, …).
struct TableSchema {
  std::vector<Field> fields;
  std::vector<std::pair<std::string, std::string>> metadata;

  /// Value of a metadata key, or empty.
  std::string_view meta(std::string_view key) const;
  /// Index of a column by name, or -1.
  int find(std::string_view name) const;

  /// Indices of the columns that tell rows apart. Not enough when there are fewer than names of them.
  std::vector<size_t> key() const;
  /// What the source calls those columns, whether they are there or not: metadata `key`, else `id`.
  std::vector<std::string> key_names() const;
};

/// Code::abi when the schema is not a struct of the six types (formats u, l, g, b, tsu:UTC; json: u with
/// ARROW:extension:name = arrow.json).
base::Result<TableSchema> read_schema(const ArrowSchema& schema);

/// One column of a batch. Indices are rows of the batch; offsets of array and parent are taken into account.
class ColumnView {
 public:
  ColumnView(const ArrowArray& array, Type type, int64_t parent_offset);

  Type type() const { return type_; }
  bool is_null(int64_t row) const;
  std::string_view text(int64_t row) const;  // string, json
  int64_t int64(int64_t row) const;          // int64; timestamp: microseconds since 1970 UTC
  double float64(int64_t row) const;
  bool boolean(int64_t row) const;

 private:
  Type type_;
  int64_t offset_;
  const uint8_t* validity_;  // nullptr: nothing is null
  const void* values_;       // offsets for text
  const char* text_;
};

/// One column with its rows, on its own: a child of a batch that was taken apart, or a built one. Owns the array and
/// its buffers. Move-only.
class Column {
 public:
  /// Takes `array` over, which must be sound for the type.
  Column(Type type, const ArrowArray& array) : type_(type), array_(array) {}
  Column(Column&& other) noexcept;
  Column& operator=(Column&& other) noexcept;
  ~Column();

  Type type() const { return type_; }
  /// Valid as long as this object, also when it is moved.
  ColumnView view() const { return {array_, type_, 0}; }

  /// The array, for a new owner.
  ArrowArray release() &&;

 private:
  Type type_;
  ArrowArray array_;
};

/// Owner of one struct-typed ArrowArray. Move-only.
class RecordBatch {
 public:
  /// Takes `array` over (its release becomes NULL). Code::abi when its shape is not the schema's.
  static base::Result<RecordBatch> take(ArrowArray* array, const TableSchema& schema);

  /// Columns of `rows` rows each as one batch.
  static RecordBatch of(int64_t rows, std::vector<Column> columns);

  /// Taken apart into its columns, nothing copied. The batch is empty afterwards.
  std::vector<Column> take_columns() &&;

  RecordBatch(RecordBatch&& other) noexcept;
  RecordBatch& operator=(RecordBatch&& other) noexcept;
  ~RecordBatch();

  int64_t rows() const { return array_.length; }
  /// The batch as Arrow has it: a struct array, valid as long as this object.
  const ArrowArray& arrow() const { return array_; }
  const std::vector<ColumnView>& columns() const { return columns_; }

 private:
  RecordBatch() = default;

  ArrowArray array_{};
  std::vector<ColumnView> columns_;
};

}  // namespace bulkload
