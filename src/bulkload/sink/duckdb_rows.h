// Record batches as rows that SQL reads: SELECT * FROM _bulkload_rows().
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/status.h"
#include "bulkload/record_batch.h"
#include "bulkload/sink/duckdb_columns.h"
#include "bulkload/sink/duckdb_database.h"

namespace bulkload::duckdb {

/// Some rows of a batch.
struct Slice {
  const RecordBatch* batch;
  int64_t first;
  int64_t rows;
};

/// The table function. Texts go in as they are, without a copy. Its database must go before it, or at least run no
/// statement afterwards.
class Rows {
 public:
  /// Makes it known to the connection, outside of a transaction.
  static base::Result<std::unique_ptr<Rows>> attach(Database& database, const TableSchema& schema);

  /// What the next statement reads, once, in this order. The batches must stay until it is done.
  void offer(std::vector<Slice> slices);

 private:
  Rows(const Api& api, const TableSchema& schema);

  static void bind(BindInfo* info);
  static void call(CallInfo* info, ChunkObject* chunk);
  void fill(ChunkObject* chunk);
  void fill_column(VectorObject* vector, const ColumnView& column, int64_t first, int64_t rows) const;

  const Api& api_;
  std::vector<Field> fields_;
  std::vector<Column> columns_;
  std::vector<Slice> slices_;
  size_t next_ = 0;  // of slices_
};

inline constexpr const char* kRowsQuery = "SELECT * FROM _bulkload_rows()";

}  // namespace bulkload::duckdb
