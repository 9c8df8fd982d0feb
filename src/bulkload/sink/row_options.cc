#include "bulkload/sink/row_options.h"

#include <nlohmann/json.hpp>

#include "bulkload/sink/registry.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;
using nlohmann::json;

constexpr const char* kColumnKeys[] = {"format", "timezone"};

/// What is wrong with the options of a column, or nothing.
std::string check_column(const std::string& name, const json& options) {
  if (!options.is_object()) return name + ": must be a map of format and timezone";
  for (const auto& [key, value] : options.items()) {
    if (key != kColumnKeys[0] && key != kColumnKeys[1])
      return name + "." + key + ": only format and timezone are known";
    if (!value.is_string()) return name + "." + key + ": must be text";
  }
  const auto times = TimeFormat::parse(options.value("format", ""), options.value("timezone", ""));
  return times.ok() ? "" : name + ": " + times.status().message();
}

}  // namespace

std::string check_delimiter(const std::string& value, const SinkOptions&) {
  return parse_delimiter(value) == '\0' ? "must be one character that no number or time has: , ; | or \\t" : "";
}

std::string check_null_string(const std::string& value, const SinkOptions& options) {
  const char delimiter = parse_delimiter(options.get("delimiter", ","));
  const bool plain = value.find_first_of("\"\r\n") == std::string::npos && value.find(delimiter) == std::string::npos;
  return plain ? "" : "must not have quotes, line breaks or the delimiter";
}

std::string check_time_zone(const std::string& value, const SinkOptions&) {
  const auto times = TimeFormat::parse("", value);
  return times.ok() ? "" : times.status().message();
}

std::string check_timestamp_format(const std::string& value, const SinkOptions&) {
  const auto times = TimeFormat::parse(value, "UTC");
  return times.ok() ? "" : times.status().message();
}

std::string check_column_options(const std::string& value, const SinkOptions&) {
  const json columns = json::parse(value, nullptr, false);
  if (!columns.is_object()) return "must be a map of columns, such as {created: {format: '%Y-%m-%d'}}";
  for (const auto& [name, options] : columns.items()) {
    if (std::string wrong = check_column(name, options); !wrong.empty()) return wrong;
  }
  return {};
}

std::string row_layout(const SinkOptions& options, const TableSchema& schema) {
  std::string layout = "mode=" + std::string(mode_name(options.mode));
  for (const auto& [key, value] : options.settings) {
    if (key != "path" && key != "path_prefix") layout += "\n" + key + "=" + value;
  }
  for (const Field& field : schema.fields) layout += "\n" + field.name + ":" + std::string(type_name(field.type));
  return layout;
}

base::Result<ColumnTimes> column_times(const SinkOptions& options, const TableSchema& schema) {
  const json columns = json::parse(options.get("column_options", "{}"), nullptr, false);
  for (const auto& [name, unused] : columns.items()) {
    const int found = schema.find(name);
    if (found >= 0 && schema.fields[static_cast<size_t>(found)].type == Type::timestamp) continue;
    return Status(Code::config,
                  "out.column_options: " + name +
                      (found < 0 ? " is no column of the rows" : " is no timestamp, and only those have a format"));
  }
  ColumnTimes times;
  for (const Field& field : schema.fields) {
    const json own = columns.value(field.name, json::object());
    auto format = TimeFormat::parse(own.value("format", options.get("default_timestamp_format")),
                                    own.value("timezone", options.get("default_timezone")));
    if (!format.ok()) return format.status();
    times.push_back(std::move(*format));
  }
  return times;
}

}  // namespace bulkload
