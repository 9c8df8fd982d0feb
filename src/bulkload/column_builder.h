// Building a column for a batch, row by row.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bulkload/record_batch.h"

namespace bulkload {

/// A column of type string, int64 or timestamp; the others are never built here. It holds at most kMaxTextBytes of
/// text, which is for the caller to see to.
class ColumnBuilder {
 public:
  static constexpr int64_t kMaxTextBytes = INT32_MAX;

  /// `rows` is how many are expected.
  ColumnBuilder(Type type, int64_t rows);

  void append_null();
  void append(int64_t value);  // int64; timestamp: microseconds since 1970 UTC
  void append(std::string_view text);

  Column finish() &&;

 private:
  void append_validity(bool valid);

  Type type_;
  int64_t rows_ = 0;
  int64_t nulls_ = 0;
  std::vector<uint8_t> validity_;
  std::vector<int64_t> values_;   // int64, timestamp
  std::vector<int32_t> offsets_;  // string: where each value begins, and the end
  std::string text_;
};

}  // namespace bulkload
