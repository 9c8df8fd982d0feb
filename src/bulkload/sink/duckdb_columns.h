// Columns of record batches as DuckDB has them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bulkload/record_batch.h"

namespace bulkload::duckdb {

struct Column {
  std::string name;
  std::string type;  // as DuckDB calls it

  bool operator==(const Column&) const = default;
};

/// VARCHAR, BIGINT, DOUBLE, BOOLEAN, TIMESTAMP WITH TIME ZONE (an instant, whose zone is the reader's) and JSON, which
/// keeps the exact text. DuckDB's column names have no case: of two that differ in nothing else the later one gets
/// `_2`. So does `rowid`, which would hide the number that tells rows apart.
std::vector<Column> columns_of(const TableSchema& schema);

/// ASCII alone, as DuckDB compares names.
std::string lower(std::string_view text);

/// `"a", "b", …`, each behind `prefix`.
std::string name_list(const std::vector<Column>& columns, std::string_view prefix = {});

}  // namespace bulkload::duckdb
