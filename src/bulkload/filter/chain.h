// The filters of a configuration in their order, as one.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bulkload/config_tree.h"
#include "bulkload/filter/filter.h"

namespace bulkload {

class FilterChain {
 public:
  /// No filters.
  FilterChain() = default;

  /// Those of a `filters:` section, and behind them `out.time_column` (a null: none). Problems are appended; the chain
  /// is of no use then.
  static FilterChain read(const ConfigNode& filters, const ConfigNode& time_column, ConfigProblems& problems);

  /// Before bind(): `out.detect_deletes`, which stands at `place`, adds its column behind all others.
  void detect_deletes(const Place& place);

  /// Once, before all else: the source's columns. With `keeps_key` (merge), those that tell rows apart must be there
  /// behind the last filter when the source has them, under whatever name.
  void bind(const TableSchema& source, bool keeps_key, Findings& findings);

  /// The columns behind the last filter.
  const TableSchema& schema() const { return schema_; }

  base::Result<RecordBatch> apply(RecordBatch batch, const RunPosition& position);

  /// What an unfinished run is bound to: the same for configurations that mean the same, empty without filters.
  const std::string& digest() const { return digest_; }

  /// One line for each filter that has something to complain of.
  std::vector<std::string> complaints() const;

 private:
  struct Step {
    std::unique_ptr<Filter> filter;
    std::string label;  // filters.rename
    Place place;
  };

  std::vector<Step> steps_;
  TableSchema schema_;
  std::string digest_;
};

}  // namespace bulkload
