// Rows as lines of text: CSV (RFC 4180) and JSON Lines.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "bulkload/record_batch.h"
#include "bulkload/sink/sink.h"
#include "bulkload/sink/time_format.h"

namespace bulkload {

/// Makes lines of one table's rows. Each line ends with a newline.
class RowWriter {
 public:
  virtual ~RowWriter() = default;

  /// What a file has before its first row: CSV's header line, or nothing.
  virtual std::string header() const = 0;

  /// What any file that such rows can be appended to begins with.
  virtual std::string start() const = 0;

  /// Appends a row's line to `out`. Code::data when the format has no way to write a value.
  virtual base::Status append(const RecordBatch& batch, int64_t row, std::string& out) = 0;
};

/// How the times of each column are written, by the column's index.
using ColumnTimes = std::vector<TimeFormat>;

/// Settings: `delimiter`, `header_line`, `null_string`, `newline`, `quote_policy`.
std::unique_ptr<RowWriter> make_csv_writer(const SinkOptions& options, const TableSchema& schema, ColumnTimes times);

/// One object a row, keys in the schema's order. JSON columns are embedded as what they are.
std::unique_ptr<RowWriter> make_json_writer(const TableSchema& schema, ColumnTimes times);

/// By the setting `format`, csv (default) or jsonl, with times as `default_timezone`, `default_timestamp_format` and
/// `column_options` say. Code::config when column_options names a column that is not there, or has no times.
base::Result<std::unique_ptr<RowWriter>> make_row_writer(const SinkOptions& options, const TableSchema& schema);

/// The character that the setting `delimiter` names; `\t` is a tab. NUL when it cannot be a delimiter.
char parse_delimiter(std::string_view setting);

/// Appends a number as its shortest text that reads back the same.
void append_number(int64_t value, std::string& out);
void append_number(double value, std::string& out);

}  // namespace bulkload
