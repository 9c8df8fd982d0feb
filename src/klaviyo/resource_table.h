// The resources of a page's `included`, found by relationship and id.
#pragma once

#include <bit>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace klaviyo {

struct Resource {
  int relationship = -1;  // first one of the layout whose type it has
  std::string_view id;    // as it is escaped, in the body
  size_t bytes = 0;       // of the whole resource
  int64_t odd_values = 0;
};

/// Open addressing over a vector: no allocation per resource, memory kept from page to page. The first of two equal
/// keys wins.
class ResourceTable {
 public:
  void clear() { resources_.clear(); }
  void add(const Resource& resource) { resources_.push_back(resource); }

  /// After the last add, before the first find.
  void index() {
    slots_.assign(std::bit_ceil(2 * resources_.size() + 1), kEmpty);
    for (uint32_t i = 0; i < resources_.size(); ++i) {
      uint32_t& slot = slot_of(resources_[i].relationship, resources_[i].id);
      if (slot == kEmpty) slot = i;
    }
  }

  /// Number of the resource, in the order of adding; -1: there is none.
  int32_t find(int relationship, std::string_view id) {
    if (resources_.empty()) return -1;
    const uint32_t slot = slot_of(relationship, id);
    return slot == kEmpty ? -1 : static_cast<int32_t>(slot);
  }
  const Resource& at(int32_t number) const { return resources_[static_cast<size_t>(number)]; }

 private:
  static constexpr uint32_t kEmpty = UINT32_MAX;

  uint32_t& slot_of(int relationship, std::string_view id) {
    const size_t mask = slots_.size() - 1;
    size_t at = (std::hash<std::string_view>{}(id) + static_cast<size_t>(relationship)) & mask;
    while (slots_[at] != kEmpty) {
      const Resource& resource = resources_[slots_[at]];
      if (resource.relationship == relationship && resource.id == id) break;
      at = (at + 1) & mask;
    }
    return slots_[at];
  }

  std::vector<Resource> resources_;
  std::vector<uint32_t> slots_;
};

}  // namespace klaviyo
