#include "id_index.h"

namespace emulator {

std::optional<int64_t> IdIndex::row_of(const World& world, const Type& type, const std::string& id) {
  std::shared_ptr<const std::unordered_map<std::string, int64_t>> rows;
  {
    const std::lock_guard lock(mutex_);
    Entry& entry = by_slot_[type.slot];
    if (entry.rows == nullptr || entry.version != world.version(type)) {
      auto made = std::make_shared<std::unordered_map<std::string, int64_t>>();
      for (const int64_t row : world.existing_rows(type)) made->emplace(world.id(type, row), row);
      entry = {world.version(type), std::move(made)};
    }
    rows = entry.rows;
  }
  const auto found = rows->find(id);
  return found == rows->end() ? std::nullopt : std::optional(found->second);
}

}  // namespace emulator
