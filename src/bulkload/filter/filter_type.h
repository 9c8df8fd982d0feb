// What a filter brings to the registry: its name, the keys of its section, and how it is made.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "bulkload/filter/filter.h"
#include "bulkload/filter/options.h"

namespace bulkload {

struct FilterType {
  std::string_view name;  // the `type:` of the section
  std::span<const OptionRow> options;
  /// Reports what is wrong beyond the table; what it gives is only used when nothing is.
  std::unique_ptr<Filter> (*make)(const Options& options);
};

/// Adds a column with a time: from another column, fixed, counted up, or that of the run.
extern const FilterType kAddTimeFilter;

/// Gives columns other names, one by one or by rules.
extern const FilterType kRenameFilter;

/// Leaves columns out.
extern const FilterType kRemoveColumnsFilter;

/// Replaces texts by their SHA-256 or HMAC-SHA-256.
extern const FilterType kHashFilter;

/// `out.time_column`: the column `time`, epoch seconds, from the named column; where that is null, from the run's time.
std::unique_ptr<Filter> make_time_column(Name column);

/// `out.detect_deletes`: the column `_deleted_at`, which has no value in the rows that come.
std::unique_ptr<Filter> make_deleted_at(const Place& place);

}  // namespace bulkload
