#include "bulkload/sink/registry.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/edit_distance.h"
#include "bulkload/sink/factories.h"
#include "bulkload/sink/row_writer.h"
#include "bulkload/sink/sink.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;

constexpr std::array<std::string_view, 4> kModes = {"append", "replace", "replace_on_new_data", "merge"};

/// Says what is wrong with a value and what to do, or nothing.
using Check = std::string (*)(const std::string& value, const SinkOptions& options);

struct Option {
  std::string_view key;
  std::string_view values;  // separated by " | "; empty: any text that `check` allows
  std::string_view fallback;
  bool required;
  Check check;  // may be NULL
  std::string_view help;
};

struct SinkType {
  std::string_view name;
  std::span<const Mode> modes;
  std::string_view mode_advice;  // for the modes that it has not
  bool has_table;
  std::span<const Option> options;
  std::unique_ptr<Sink> (*make)(const SinkOptions& options);
};

std::string check_path(const std::string& value, const SinkOptions&) {
  if (value.empty() || value.back() == '/') return "must be the path of a file";
  return value.find('\0') == std::string::npos ? "" : "must not have a NUL character";
}

std::string check_database_path(const std::string& value, const SinkOptions& options) {
  // SQLite's spellings of databases that go with the process: a run could not go on in them.
  if (value == ":memory:" || value.rfind("file:", 0) == 0) return "must be a plain path, so that the rows stay";
  return check_path(value, options);
}

std::string check_delimiter(const std::string& value, const SinkOptions&) {
  return parse_delimiter(value) == '\0' ? "must be one character that no number or time has: , ; | or \\t" : "";
}

std::string check_null_string(const std::string& value, const SinkOptions& options) {
  const char delimiter = parse_delimiter(options.get("delimiter", ","));
  const bool plain = value.find_first_of("\"\r\n") == std::string::npos && value.find(delimiter) == std::string::npos;
  return plain ? "" : "must not have quotes, line breaks or the delimiter";
}

std::string check_table(const std::string& value) {
  if (value.find('\0') != std::string::npos) return "must not have a NUL character";
  for (const std::string_view reserved : {"sqlite_", "_bulkload_"}) {
    if (value.rfind(reserved, 0) == 0) return "must not begin with " + std::string(reserved) + ", which is reserved";
  }
  return {};
}

constexpr Option kFormat{"format", "csv | jsonl", "csv", false, nullptr, "CSV (RFC 4180) or JSON Lines, in UTF-8"};
constexpr Option kDelimiter{"delimiter", "", ",", false, check_delimiter, "CSV: between the values; \\t is a tab"};
constexpr Option kHeaderLine{"header_line", "true | false", "true", false, nullptr, "CSV: column names first"};
constexpr Option kNullString{
    "null_string", "", "", false, check_null_string, "CSV: how null is written; a text that looks like it is quoted"};
constexpr Option kNewline{"newline", "LF | CRLF", "LF", false, nullptr, "CSV: end of a line"};
constexpr Option kQuotePolicy{"quote_policy", "MINIMAL | ALL | NONE",
                              "MINIMAL",      false,
                              nullptr,        "CSV: which values are quoted; NONE refuses values that would need it"};

constexpr std::array kStdoutOptions = {kFormat, kDelimiter, kHeaderLine, kNullString, kNewline, kQuotePolicy};

constexpr std::array kFileOptions = {
    Option{"path", "", "", true, check_path, "the file; PATH.part, PATH.state and PATH.lock come and go beside it"},
    kFormat,
    Option{"compression", "none | gzip | zstd", "none", false, nullptr, "of the whole file"},
    kDelimiter,
    kHeaderLine,
    kNullString,
    kNewline,
    kQuotePolicy};

constexpr std::array kSqliteOptions = {
    Option{"path", "", "", true, check_database_path, "the database file, made when it is missing"}};

constexpr std::array kFileModes = {Mode::append, Mode::replace, Mode::replace_on_new_data};
constexpr std::array kTableModes = {Mode::append, Mode::replace, Mode::replace_on_new_data, Mode::merge};
constexpr std::string_view kNoMerge = "rows are found by id only in a database: use append or replace, or type sqlite";

constexpr std::array<SinkType, 3> kTypes = {{{"stdout", kFileModes, kNoMerge, false, kStdoutOptions, make_stdout_sink},
                                             {"file", kFileModes, kNoMerge, false, kFileOptions, make_file_sink},
                                             {"sqlite", kTableModes, "", true, kSqliteOptions, make_sqlite_sink}}};

constexpr std::string_view kTableHelp = "the table; the source's name by default";
constexpr std::string_view kModeHelp =
    "append adds rows; replace replaces all of them, replace_on_new_data only if rows came; merge updates by id";

std::vector<std::string_view> split_values(std::string_view values) {
  constexpr std::string_view kBar = " | ";
  std::vector<std::string_view> parts;
  for (size_t end = values.find(kBar); end != std::string_view::npos; end = values.find(kBar)) {
    parts.push_back(values.substr(0, end));
    values.remove_prefix(end + kBar.size());
  }
  if (!values.empty()) parts.push_back(values);
  return parts;
}

const SinkType* find_type(std::string_view name) {
  const auto* found =
      std::find_if(kTypes.begin(), kTypes.end(), [&](const SinkType& type) { return type.name == name; });
  return found == kTypes.end() ? nullptr : found;
}

std::vector<std::string_view> type_names() {
  std::vector<std::string_view> names;
  for (const SinkType& type : kTypes) names.push_back(type.name);
  return names;
}

std::string listed(const std::vector<std::string_view>& names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text.append(i + 1 == names.size() ? " or " : ", ");
    text.append(names[i]);
  }
  return text;
}

// "; did you mean X?", or what there is when nothing is near.
std::string suggestion(std::string_view text, const std::vector<std::string_view>& names) {
  const std::string_view nearest = nearest_name(text, names);
  return nearest.empty() ? ": use " + listed(names) : ": did you mean " + std::string(nearest) + "?";
}

void check_value(const Option& option, const std::string& value, const SinkOptions& options, Problems& problems) {
  const auto allowed = split_values(option.values);
  const std::string key(option.key);
  if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
    problems.push_back(key + ": '" + value + "' is not known: use " + listed(allowed));
  } else if (option.check != nullptr) {
    const std::string wrong = option.check(value, options);
    if (!wrong.empty()) problems.push_back(key + ": " + wrong);
  }
}

void check_keys(const SinkType& type, const SinkOptions& options, Problems& problems) {
  std::vector<std::string_view> keys = {"type", "mode"};
  if (type.has_table) keys.emplace_back("table");
  for (const Option& option : type.options) keys.push_back(option.key);
  for (const auto& [key, value] : options.settings) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
      problems.push_back(key + ": type " + std::string(type.name) + " has no such key" + suggestion(key, keys));
    }
  }
}

std::string mode_values(const SinkType& type) {
  std::string text;
  for (const Mode mode : type.modes) text.append(text.empty() ? "" : " | ").append(mode_name(mode));
  return text;
}

}  // namespace

Problems check_sink_options(const SinkOptions& options) {
  Problems problems;
  const SinkType* type = find_type(options.type);
  if (type == nullptr) {
    return {"type: '" + options.type + "' is not a destination" + suggestion(options.type, type_names())};
  }
  if (std::find(type->modes.begin(), type->modes.end(), options.mode) == type->modes.end()) {
    problems.push_back("mode: " + std::string(mode_name(options.mode)) + " is not possible with type " + options.type +
                       "; " + std::string(type->mode_advice));
  }
  if (type->has_table) {
    const std::string wrong = check_table(options.table);
    if (!wrong.empty()) problems.push_back("table: " + wrong);
  }
  for (const Option& option : type->options) {
    const auto setting = options.settings.find(std::string(option.key));
    if (setting != options.settings.end()) {
      check_value(option, setting->second, options, problems);
    } else if (option.required) {
      problems.push_back(std::string(option.key) + ": is missing, and type " + options.type + " needs it");
    }
  }
  check_keys(*type, options, problems);
  return problems;
}

base::Result<std::unique_ptr<Sink>> make_sink(const SinkOptions& options) {
  const SinkType* type = find_type(options.type);
  if (type == nullptr) return Status(Code::config, "out: " + check_sink_options(options).front());
  return type->make(options);
}

std::vector<std::string> sink_types() {
  const auto names = type_names();
  return {names.begin(), names.end()};
}

std::vector<SinkOptionHelp> sink_option_help() {
  std::vector<SinkOptionHelp> help;
  for (const SinkType& type : kTypes) {
    help.push_back({type.name, "mode", mode_values(type), "append", false, kModeHelp});
    for (const Option& option : type.options) {
      help.push_back(
          {type.name, option.key, std::string(option.values), option.fallback, option.required, option.help});
    }
    if (type.has_table) help.push_back({type.name, "table", "", "", false, kTableHelp});
  }
  return help;
}

std::string_view mode_name(Mode mode) { return kModes.at(static_cast<size_t>(mode)); }

std::optional<Mode> parse_mode(std::string_view name) {
  const auto* found = std::find(kModes.begin(), kModes.end(), name);
  if (found == kModes.end()) return std::nullopt;
  return static_cast<Mode>(found - kModes.begin());
}

std::string_view nearest_name(std::string_view text, const std::vector<std::string_view>& names) {
  std::string_view nearest;
  size_t best = std::max<size_t>(1, text.size() / 3) + 1;
  for (const std::string_view name : names) {
    const size_t distance = base::edit_distance(text, name);
    if (distance < best) {
      best = distance;
      nearest = name;
    }
  }
  return nearest;
}

}  // namespace bulkload
