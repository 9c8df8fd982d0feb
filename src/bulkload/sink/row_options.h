// The keys of `out:` that say how rows become text; shared by the destinations that write text.
#pragma once

#include <string>

#include "bulkload/sink/row_writer.h"
#include "bulkload/sink/sink_type.h"

namespace bulkload {

std::string check_delimiter(const std::string& value, const SinkOptions& options);
std::string check_null_string(const std::string& value, const SinkOptions& options);
std::string check_time_zone(const std::string& value, const SinkOptions& options);
std::string check_timestamp_format(const std::string& value, const SinkOptions& options);
std::string check_column_options(const std::string& value, const SinkOptions& options);

/// Everything that decides what bytes a row becomes: a part file goes on only with the same.
std::string row_layout(const SinkOptions& options, const TableSchema& schema);

/// The times of each column, by `default_timezone`, `default_timestamp_format` and `column_options`.
base::Result<ColumnTimes> column_times(const SinkOptions& options, const TableSchema& schema);

inline constexpr SinkOption kFormatOption{"format", "csv | jsonl", "csv",
                                          false,    nullptr,       "CSV (RFC 4180) or JSON Lines, in UTF-8"};
inline constexpr SinkOption kDelimiterOption{
    "delimiter", "", ",", false, check_delimiter, "CSV: between the values; \\t is a tab"};
inline constexpr SinkOption kHeaderLineOption{"header_line", "true | false", "true",
                                              false,         nullptr,        "CSV: column names first"};
inline constexpr SinkOption kNullStringOption{
    "null_string", "", "", false, check_null_string, "CSV: how null is written; a text that looks like it is quoted"};
inline constexpr SinkOption kNewlineOption{"newline", "LF | CRLF", "LF", false, nullptr, "CSV: end of a line"};
inline constexpr SinkOption kQuotePolicyOption{
    "quote_policy", "MINIMAL | ALL | NONE",
    "MINIMAL",      false,
    nullptr,        "CSV: which values are quoted; NONE refuses values that would need it"};

inline constexpr SinkOption kTimezoneOption{
    "default_timezone", "", "UTC", false, check_time_zone, "zone in which times become text: an IANA name"};
inline constexpr SinkOption kTimestampFormatOption{
    "default_timestamp_format",
    "",
    "",
    false,
    check_timestamp_format,
    "how times become text, such as %Y-%m-%d %H:%M:%S.%6N %z; RFC 3339 by default"};
inline constexpr SinkOption kColumnOptionsOption{
    "column_options",
    "",
    "",
    false,
    check_column_options,
    "other zones and formats for single columns: {created: {format: '%Y-%m-%d', timezone: UTC}}"};

}  // namespace bulkload
