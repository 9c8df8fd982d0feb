// Arrow schemas and batches for tests, as plain C structures.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "bulkload/record_batch.h"

namespace bulkload::testing {

/// monostate is null. Timestamps are int64, JSON is a string.
using Cell = std::variant<std::monostate, std::string, int64_t, double, bool>;
using Row = std::vector<Cell>;
using Rows = std::vector<Row>;
using Texts = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::monostate kNull{};

/// The stream's schema as a plugin gives it. The caller releases it.
ArrowSchema arrow_schema(const std::vector<Field>& fields, const Texts& metadata = {});

/// A batch whose parent skips `parent_offset` rows and whose columns skip `child_offset` more; what is skipped holds
/// other values. The caller releases it.
ArrowArray arrow_array(const std::vector<Field>& fields, const Rows& rows, int64_t parent_offset = 0,
                       int64_t child_offset = 0);

/// The checked forms, as sinks get them. They throw when the check fails.
TableSchema table_schema(const std::vector<Field>& fields, const Texts& metadata = {});
RecordBatch record_batch(const std::vector<Field>& fields, const Rows& rows);

/// Arrays made and not yet released, children included.
int live_arrays();

}  // namespace bulkload::testing
