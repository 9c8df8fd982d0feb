// What a Parquet sink knows of its unfinished run, kept beside the file as a sealed JSON document.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/status.h"

namespace bulkload {

struct ParquetState {
  enum class Phase { writing, committing, committed };
  enum class Publish { nothing, replace, append };

  Phase phase = Phase::writing;
  Publish publish = Publish::nothing;  // how commit() makes the rows visible
  std::string layout;                  // mode, format and columns, to compare
  int64_t part_bytes = 0;              // what the part file holds durably
  int tail = 0;                        // number of the file with the rows after those; 0: there are none
  int64_t base_bytes = 0;              // publish by append: size of the destination before
  int64_t rows = 0;
  unsigned permissions = 0;  // of the finished file
  std::string text;
};

/// Nothing when there is no such file. Code::config when it is damaged, of a newer version, or could have been written
/// by somebody else: never taken for "nothing".
base::Result<std::optional<ParquetState>> load_parquet_state(const std::string& path);

/// Durable on return.
base::Status store_parquet_state(const std::string& path, const ParquetState& state);

}  // namespace bulkload
