// Rows that wait until there are enough of them for a row group.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "bulkload/record_batch.h"
#include "bulkload/sink/duckdb_rows.h"

namespace bulkload {

/// Copies of batches, in order: a batch itself goes when its write() returns.
class PendingRows {
 public:
  void add(const RecordBatch& batch);

  int64_t rows() const { return rows_; }
  int64_t bytes() const { return bytes_; }

  /// The first `count` rows; valid until drop().
  std::vector<duckdb::Slice> first(int64_t count) const;
  void drop(int64_t count);

 private:
  struct Part {
    RecordBatch batch;
    int64_t bytes;
  };

  std::deque<Part> parts_;
  int64_t dropped_ = 0;  // rows of the first part
  int64_t rows_ = 0;
  int64_t bytes_ = 0;  // of all parts, whole
};

}  // namespace bulkload
