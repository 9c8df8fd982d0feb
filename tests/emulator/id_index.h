// From ids back to rows.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "world.h"

namespace emulator {

/// Made once per version of the rows and kept. Any thread.
class IdIndex {
 public:
  /// The row of a type that has this id, when it exists.
  std::optional<int64_t> row_of(const World& world, const Type& type, const std::string& id);

 private:
  struct Entry {
    uint64_t version;
    std::shared_ptr<const std::unordered_map<std::string, int64_t>> rows;
  };
  std::mutex mutex_;
  std::map<size_t, Entry> by_slot_;
};

}  // namespace emulator
