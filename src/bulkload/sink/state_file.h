// What a file sink knows of its unfinished run, kept beside the file.
//
// One JSON document, replaced at once:
//   {"base_bytes": 0, "crc": "1c291ca3", "header_bytes": 24, "layout": "…", "part_bytes": 8192, "permissions": 420,
//    "phase": "writing", "publish": "nothing", "rows": 1000, "text": "<the host's state>", "v": 1}
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/status.h"

namespace bulkload {

struct FileState {
  enum class Phase { writing, committing, committed };
  enum class Publish { nothing, rename, append };

  Phase phase = Phase::writing;
  Publish publish = Publish::nothing;  // how commit() makes the part file visible
  std::string layout;                  // mode, format and columns of the part file, to compare
  int64_t part_bytes = 0;              // what the part file holds durably
  int64_t header_bytes = 0;            // of that, the header at its beginning
  int64_t base_bytes = 0;              // publish by append: size of the destination before
  int64_t rows = 0;
  unsigned permissions = 0;  // of the finished file
  std::string text;
};

/// Nothing when there is no such file. Code::config when it is damaged, of a newer version, or could have been written
/// by somebody else: never taken for "nothing".
base::Result<std::optional<FileState>> load_state(const std::string& path);

/// Durable on return.
base::Status store_state(const std::string& path, const FileState& state);

}  // namespace bulkload
