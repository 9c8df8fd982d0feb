// The file in which a Parquet file's row groups gather: whole small Parquet files one behind another, each followed by
// its length. A footer behind them makes the whole one Parquet file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "bulkload/sink/durable_file.h"
#include "bulkload/sink/parquet_footer.h"

namespace bulkload {

/// The footer of a Parquet file that ends at the byte `end`. Code::config, with the path, when there is none.
base::Result<ParquetFooter> read_footer(const File& file, const std::string& path, int64_t end);

/// What is written to a part file for a Parquet file.
std::string part_entry(std::string parquet_file);

/// The end of the Parquet file that a part file of `part_bytes` bytes is the middle of. In front of it are the
/// `base_bytes` bytes of a file with the footer `base`; nullptr: there is nothing.
base::Result<std::string> end_of_parts(const File& part, const std::string& path, int64_t part_bytes,
                                       const ParquetFooter* base, int64_t base_bytes);

}  // namespace bulkload
