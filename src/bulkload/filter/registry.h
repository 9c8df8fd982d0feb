// What the filters are and which keys they know: for help and documentation.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bulkload {

struct FilterType;

/// nullptr: there is no filter of that name.
const FilterType* find_filter_type(std::string_view name);

std::vector<std::string_view> filter_types();

/// One key of one filter's section.
struct FilterOptionHelp {
  std::string_view type;  // "add_time"
  std::string_view key;   // "to_column.name"
  std::string values;     // "sec, milli, micro or nano"; empty: any text
  std::string_view fallback;
  bool required;
  std::string_view help;
};

/// In the order of the documentation.
std::vector<FilterOptionHelp> filter_option_help();

}  // namespace bulkload
