// Filters written as YAML, bound to columns, and what they make of rows.
#pragma once

#include <string>
#include <vector>

#include "bulkload/filter/chain.h"
#include "unit/sink/arrow_builder.h"

namespace bulkload::testing {

/// A chain of a `filters:` list, bound. `time_column`: out.time_column; empty: none.
struct Bound {
  FilterChain chain;
  Findings findings;

  std::string problems() const { return format_problems(findings.problems); }
};

Bound chain_of(const std::string& filters, const std::vector<Field>& fields, const std::string& time_column = "",
               bool keeps_key = false);

/// `name:type name:type …` of the columns behind the filters, or the problems.
std::string columns_of(const Bound& bound);

/// Rows behind the filters, each cell as text: `null`, times in microseconds.
std::vector<std::vector<std::string>> filter_rows(Bound& bound, const std::vector<Field>& fields, const Rows& rows,
                                                  const RunPosition& position = {});

/// The same of the last column alone.
std::vector<std::string> last_column(Bound& bound, const std::vector<Field>& fields, const Rows& rows,
                                     const RunPosition& position = {});

std::vector<std::vector<std::string>> cells_of(const RecordBatch& batch);

}  // namespace bulkload::testing
