// Which rows of a past window a destination lacks. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bulkload {

/// What the destination lacks of the rows that were read again.
struct LateRows {
  int64_t count = 0;
  std::optional<int64_t> oldest_us;   // the earliest time of one; nothing when none has a time
  std::optional<int64_t> newest_us;   // and the latest
  std::vector<std::string> examples;  // ids of the oldest ones
};

/// Rows as the service has them now are added, then ids of the destination are struck out. About 100 bytes a row.
class IdComparison {
 public:
  void add(std::string_view id, std::optional<int64_t> time_us);

  /// An id that the destination has, of whatever window.
  void strike_out(std::string_view id);

  int64_t rows() const { return rows_; }  // different ids that were added
  LateRows late() const;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view id) const { return std::hash<std::string_view>()(id); }
  };

  std::unordered_map<std::string, std::optional<int64_t>, Hash, std::equal_to<>> left_;
  int64_t rows_ = 0;
};

}  // namespace bulkload
