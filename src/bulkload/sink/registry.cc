#include "bulkload/sink/registry.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/edit_distance.h"
#include "bulkload/sink/sink_type.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;

constexpr std::array<std::string_view, 4> kModes = {"append", "replace", "replace_on_new_data", "merge"};

/// In the order of the documentation.
constexpr std::array<const SinkType*, 5> kTypes = {&kStdoutSink, &kFileSink, &kSqliteSink, &kPostgresqlSink,
                                                   &kDuckdbSink};

std::string check_table(const std::string& value) {
  if (value.find('\0') != std::string::npos) return "must not have a NUL character";
  for (const std::string_view reserved : {"sqlite_", "_bulkload_"}) {
    if (value.rfind(reserved, 0) == 0) return "must not begin with " + std::string(reserved) + ", which is reserved";
  }
  return {};
}

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
      std::find_if(kTypes.begin(), kTypes.end(), [&](const SinkType* type) { return type->name == name; });
  return found == kTypes.end() ? nullptr : *found;
}

std::vector<std::string_view> type_names() {
  std::vector<std::string_view> names;
  for (const SinkType* type : kTypes) names.push_back(type->name);
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

void check_value(const SinkOption& option, const std::string& value, const SinkOptions& options, Problems& problems) {
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
  std::vector<std::string_view> keys = {"type", "mode", "time_column", "detect_deletes"};
  if (type.has_table) keys.emplace_back("table");
  for (const SinkOption& option : type.options) keys.push_back(option.key);
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

std::string check_path(const std::string& value, const SinkOptions&) {
  if (value.empty() || value.back() == '/') return "must be the path of a file";
  return value.find('\0') == std::string::npos ? "" : "must not have a NUL character";
}

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
  for (const SinkOption& option : type->options) {
    const auto setting = options.settings.find(std::string(option.key));
    if (setting != options.settings.end()) {
      check_value(option, setting->second, options, problems);
    } else if (option.required) {
      problems.push_back(std::string(option.key) + ": is missing, and type " + options.type + " needs it");
    }
  }
  check_keys(*type, options, problems);
  if (type->check != nullptr) type->check(options, problems);
  return problems;
}

base::Result<std::unique_ptr<Sink>> make_sink(const SinkOptions& options) {
  const SinkType* type = find_type(options.type);
  if (type == nullptr) return Status(Code::config, "out: " + check_sink_options(options).front());
  return type->make(options);
}

Status each_id(const SinkOptions& options, const IdVisitor& visit) {
  const SinkType* type = find_type(options.type);
  if (type != nullptr && type->each_id != nullptr) return type->each_id(options, visit);
  return Status(Code::config,
                "out.type: rows cannot be looked up by id in type " + options.type + ", only in a database");
}

std::vector<std::string> sink_types() {
  const auto names = type_names();
  return {names.begin(), names.end()};
}

std::vector<SinkOptionHelp> sink_option_help() {
  std::vector<SinkOptionHelp> help;
  for (const SinkType* type : kTypes) {
    help.push_back({type->name, "mode", mode_values(*type), "append", false, kModeHelp});
    for (const SinkOption& option : type->options) {
      help.push_back(
          {type->name, option.key, std::string(option.values), option.fallback, option.required, option.help});
    }
    if (type->has_table) help.push_back({type->name, "table", "", "", false, kTableHelp});
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
