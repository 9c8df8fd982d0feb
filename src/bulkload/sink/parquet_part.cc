#include "bulkload/sink/parquet_part.h"

#include <algorithm>
#include <optional>

namespace bulkload {

namespace {

using base::Code;
using base::Status;

constexpr int64_t kLengthBytes = 8;

struct Entry {
  int64_t begin;
  ParquetFooter footer;
};

// Entries from the last to the first: each ends with its length.
base::Result<std::vector<Entry>> read_entries(const File& part, const std::string& path, int64_t part_bytes) {
  std::vector<Entry> entries;
  for (int64_t end = part_bytes; end > 0; end = entries.back().begin) {
    const auto bytes = part.read(std::max<int64_t>(end - kLengthBytes, 0), kLengthBytes);
    if (!bytes.ok()) return bytes.status();
    uint64_t length = 0;
    for (auto byte = bytes->rbegin(); byte != bytes->rend(); ++byte) length = length << 8 | static_cast<uint8_t>(*byte);
    if (end < kLengthBytes || length > static_cast<uint64_t>(end - kLengthBytes)) {
      return Status(Code::config, path + " is damaged: restore it, or give the run up with bulkload cleanup");
    }
    auto footer = read_footer(part, path, end - kLengthBytes);
    if (!footer.ok()) return footer.status();
    entries.push_back({end - kLengthBytes - static_cast<int64_t>(length), std::move(*footer)});
  }
  return entries;
}

}  // namespace

base::Result<ParquetFooter> read_footer(const File& file, const std::string& path, int64_t end) {
  const auto damaged = [&](const Status& why) {
    return Status(Code::config, path + ": " + why.message() + "; restore it, or use another path");
  };
  if (end < kParquetEndBytes) return damaged(Status(Code::data, "it is too short"));
  const int64_t footer_end = end - kParquetEndBytes;
  const auto mark = file.read(footer_end, static_cast<size_t>(kParquetEndBytes));
  if (!mark.ok()) return mark.status();
  const auto length = ParquetFooter::length(*mark);
  if (!length.ok()) return damaged(length.status());
  if (*length > footer_end) return damaged(Status(Code::data, "the footer is damaged"));
  const auto bytes = file.read(footer_end - *length, static_cast<size_t>(*length));
  if (!bytes.ok()) return bytes.status();
  auto footer = ParquetFooter::parse(*bytes);
  return footer.ok() ? std::move(footer) : base::Result<ParquetFooter>(damaged(footer.status()));
}

std::string part_entry(std::string parquet_file) {
  const uint64_t length = parquet_file.size();
  for (int i = 0; i < kLengthBytes; ++i) parquet_file += static_cast<char>(length >> (8 * i));
  return parquet_file;
}

base::Result<std::string> end_of_parts(const File& part, const std::string& path, int64_t part_bytes,
                                       const ParquetFooter* base, int64_t base_bytes) {
  const auto entries = read_entries(part, path, part_bytes);
  if (!entries.ok()) return entries.status();
  std::optional<ParquetFooter> whole;
  if (base != nullptr) whole = *base;
  for (auto entry = entries->rbegin(); entry != entries->rend(); ++entry) {
    if (!whole) {
      whole = entry->footer;  // at the very beginning: nothing moves
    } else if (Status status = whole->add(entry->footer, base_bytes + entry->begin); !status.ok()) {
      return Status(Code::config, path + ": " + status.message() + "; give the run up with bulkload cleanup");
    }
  }
  if (!whole) return Status(Code::internal, path + " has no rows and no columns: report it");
  return whole->end_of_file();
}

}  // namespace bulkload
