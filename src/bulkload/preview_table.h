// The rows of a preview, as the hosted service and Embulk print them.
#pragma once

#include <string>

#include "bulkload/record_batch.h"
#include "bulkload/text_table.h"

namespace bulkload {

/// A table without rows whose titles are `name:type`.
TextTable make_preview_table(const TableSchema& schema);

/// Appends rows of the batch until the table has `max_rows`. Timestamps read `2021-08-30 05:35:46 UTC`.
void append_rows(const RecordBatch& batch, int64_t max_rows, TextTable& table);

/// `bulkload preview -G`: a line for each cell, `name (type) : value`, below `*** 1 ***`.
std::string render_vertical(const TextTable& table);

/// `3 rows in set`.
std::string rows_in_set(const TextTable& table);

}  // namespace bulkload
