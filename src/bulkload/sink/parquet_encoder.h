// Rows to bytes of Parquet files, through DuckDB.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "bulkload/record_batch.h"
#include "bulkload/sink/duckdb_database.h"
#include "bulkload/sink/duckdb_rows.h"

namespace bulkload {

class ParquetEncoder {
 public:
  /// `compression`: none, snappy, gzip, zstd, lz4. Code::config without a libduckdb.
  static base::Result<std::unique_ptr<ParquetEncoder>> open(const TableSchema& schema, const std::string& compression);
  ~ParquetEncoder();
  ParquetEncoder(const ParquetEncoder&) = delete;

  /// A whole Parquet file with the rows of another one (an empty path: none) and those of batches behind them, in one
  /// row group.
  base::Result<std::string> encode(const std::string& first_file, std::vector<duckdb::Slice> slices);

  /// Whether a file's columns are what encode() makes of this schema, so that row groups may stand beside each other.
  /// Code::config when it is no Parquet file.
  base::Result<bool> has_same_columns(const std::string& path);

 private:
  ParquetEncoder() = default;
  base::Result<std::vector<duckdb::TextRow>> columns(const std::string& path);
  base::Status write(const std::string& first_file, std::vector<duckdb::Slice> slices);
  std::string memory_path() const;

  std::string compression_;
  int memory_file_ = -1;  // where DuckDB writes to
  std::unique_ptr<duckdb::Rows> rows_;
  duckdb::Database database_;
};

}  // namespace bulkload
