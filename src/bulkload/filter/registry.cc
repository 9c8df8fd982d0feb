#include "bulkload/filter/registry.h"

#include <algorithm>
#include <array>

#include "bulkload/filter/filter_type.h"

namespace bulkload {

namespace {

/// In the order of the documentation.
constexpr std::array<const FilterType*, 4> kTypes = {&kAddTimeFilter, &kRenameFilter, &kRemoveColumnsFilter,
                                                     &kHashFilter};

}  // namespace

const FilterType* find_filter_type(std::string_view name) {
  const auto* found =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const FilterType* type) { return type->name == name; });
  return found == kTypes.end() ? nullptr : *found;
}

std::vector<std::string_view> filter_types() {
  std::vector<std::string_view> names;
  for (const FilterType* type : kTypes) names.push_back(type->name);
  return names;
}

std::vector<FilterOptionHelp> filter_option_help() {
  std::vector<FilterOptionHelp> help;
  for (const FilterType* type : kTypes) {
    for (const OptionRow& row : type->options) {
      if (row.kind == OptionKind::map) continue;  // its keys have rows of their own
      help.push_back({type->name, row.key, listed(row.values), row.fallback, row.required, row.help});
    }
  }
  return help;
}

}  // namespace bulkload
