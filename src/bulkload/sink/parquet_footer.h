// Footers of Parquet files: what is in them is moved to another place of another file without being read.
//
// A Parquet file is "PAR1", row groups, a footer, the footer's length (4 bytes) and "PAR1"; the footer says at which
// bytes of the file the row groups are (https://parquet.apache.org/docs/file-format/). It is a struct FileMetaData in
// Thrift's compact protocol, whose field numbers are those of parquet.thrift.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace bulkload {

/// The length and the mark at the end of a file, and where the bytes before it begin.
inline constexpr int64_t kParquetEndBytes = 8;

class ParquetFooter {
 public:
  /// Of the footer's bytes. Code::data when they are no footer.
  static base::Result<ParquetFooter> parse(std::string_view bytes);

  /// The length of the footer in front of the last eight bytes of a file. Code::data when those are of no Parquet file.
  static base::Result<int64_t> length(std::string_view end);

  /// Adds the row groups of a file whose bytes are those from `position` on of this one.
  base::Status add(const ParquetFooter& file, int64_t position);

  int64_t rows() const { return rows_; }

  /// The footer with its length and the mark: what a file ends with.
  std::string end_of_file() const;

 private:
  std::string before_rows_;    // the fields up to the number of rows
  std::string before_groups_;  // those between it and the row groups
  std::string groups_;         // row groups, one behind another
  std::string after_groups_;
  int64_t rows_ = 0;
  uint64_t group_count_ = 0;
};

}  // namespace bulkload
