#include "bulkload/sink/row_options.h"

namespace bulkload {

std::string check_delimiter(const std::string& value, const SinkOptions&) {
  return parse_delimiter(value) == '\0' ? "must be one character that no number or time has: , ; | or \\t" : "";
}

std::string check_null_string(const std::string& value, const SinkOptions& options) {
  const char delimiter = parse_delimiter(options.get("delimiter", ","));
  const bool plain = value.find_first_of("\"\r\n") == std::string::npos && value.find(delimiter) == std::string::npos;
  return plain ? "" : "must not have quotes, line breaks or the delimiter";
}

}  // namespace bulkload
