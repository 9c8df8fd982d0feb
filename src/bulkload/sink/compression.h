// Compressed text as a sequence of independent frames (gzip members, Zstandard frames), so that a file can be cut or
// continued between any two: RFC 1952 section 2.2 and RFC 8878 section 3 read a sequence as one text.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace bulkload {

enum class Compression { none, gzip, zstd };

/// `none`, `gzip`, `zstd`; anything else counts as none.
Compression parse_compression(std::string_view name);

/// How much text to gather before a frame is made: below it frames cost size, above it only memory.
constexpr size_t kFrameTextBytes = size_t{1} << 20;

/// Appends `text` to `out`, as one frame with a checksum. Without compression, as it is.
base::Status append_frame(Compression compression, std::string_view text, std::string& out);

/// The first `size` bytes of a file's text; fewer when the text is shorter. Code::config when the file is not
/// compressed in this way.
base::Result<std::string> read_text_start(const std::string& path, Compression compression, size_t size);

}  // namespace bulkload
