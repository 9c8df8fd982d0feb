#include "bulkload/out_section.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "bulkload/sink/registry.h"

namespace bulkload {

namespace {

constexpr std::string_view kPlaceholder = "{source}";
constexpr std::array<std::string_view, 2> kPathKeys = {"path", "path_prefix"};

/// The section with the command line's settings in it.
ConfigNode with_overrides(const ConfigNode& out, const std::vector<std::string>& overrides, ConfigProblems& problems) {
  ConfigNode merged = out;
  if (!merged.is_map()) {
    merged.kind = ConfigNode::Kind::map;
    merged.items.clear();
  }
  for (const std::string& setting : overrides) {
    const size_t equals = setting.find('=');
    const Place place{"--out " + setting.substr(0, equals), 0};
    if (equals == 0 || equals == std::string::npos) {
      problems.push_back({place, "must be KEY=VALUE, such as --out path=rows.csv"});
      continue;
    }
    ConfigNode diff;
    diff.kind = ConfigNode::Kind::map;
    diff.items.emplace_back();
    diff.items[0].kind = ConfigNode::Kind::scalar;
    diff.items[0].place = place;
    diff.items[0].key = setting.substr(0, equals);
    diff.items[0].text = setting.substr(equals + 1);
    merge_config(merged, diff);
  }
  return merged;
}

/// "key: what" of a sink, at the place of the key.
ConfigProblem locate(const std::string& problem, const ConfigNode& out, const std::string& file) {
  const ConfigNode* option = out.find(problem.substr(0, problem.find(':')));
  Place place = option != nullptr ? option->place : out.place;
  if (place.file.empty()) place.file = file;
  return {std::move(place), "out." + problem};
}

void read_mode(const ConfigNode& option, SinkOptions& options, ConfigProblems& problems) {
  const auto mode = option.is_scalar() ? parse_mode(option.text) : std::nullopt;
  if (mode) {
    options.mode = *mode;
  } else {
    problems.push_back({option.place, "out.mode: must be append, replace, replace_on_new_data or merge"});
  }
}

void read_deletes(const ConfigNode& option, SinkOptions& options, ConfigProblems& problems) {
  if (const auto deletes = parse_deletes(option)) {
    options.deletes = *deletes;
  } else {
    problems.push_back({option.place, "out.detect_deletes: must be true, false or even_all"});
  }
}

/// Only merging finds out which rows of the table a run did not see.
void check_deletes(const ConfigNode& out, const SinkOptions& options, ConfigProblems& problems) {
  if (options.deletes == Deletes::ignored || options.mode == Mode::merge) return;
  const std::string mode(mode_name(options.mode));
  problems.push_back({out.find(kDetectDeletes)->place,
                      "out.detect_deletes: marks the rows that a run with mode merge did not see, and the mode is " +
                          mode + "; use mode: merge, or leave detect_deletes out"});
}

bool has_placeholder(const std::string& text) { return text.find(kPlaceholder) != std::string::npos; }

/// What would put several sources into one place: "key: what and what to do".
std::optional<std::string> shared_place(const SinkOptions& options) {
  const std::string advice = ": several sources need a place each; put {source} into it, as in ";
  if (has_sink_key(options.type, "table")) {
    if (options.table.empty() || has_placeholder(options.table)) return std::nullopt;
    return "table" + advice + options.table + "_{source}, or leave it out for tables with the sources' names";
  }
  if (!has_sink_key(options.type, "path")) {
    return "type: several sources cannot share " + options.type +
           "; use files or tables, or choose one with --source NAME";
  }
  for (const std::string_view key : kPathKeys) {
    const std::string path = options.get(std::string(key));
    if (!path.empty() && !has_placeholder(path)) return std::string(key) + advice + "out/{source}.csv";
  }
  return std::nullopt;
}

void replace_placeholder(const std::string& source, std::string& text) {
  for (size_t at = text.find(kPlaceholder); at != std::string::npos; at = text.find(kPlaceholder, at + source.size())) {
    text.replace(at, kPlaceholder.size(), source);
  }
}

}  // namespace

bool has_sink_key(std::string_view type, std::string_view key) {
  const auto help = sink_option_help();
  return std::any_of(help.begin(), help.end(),
                     [&](const SinkOptionHelp& option) { return option.type == type && option.key == key; });
}

SinkOptions read_out_section(const ConfigNode& out, const std::vector<std::string>& overrides,
                             const std::string& plugin, const std::string& file, ConfigProblems& problems,
                             bool several) {
  const ConfigNode merged = with_overrides(out, overrides, problems);
  SinkOptions options;
  const size_t before = problems.size();
  for (const ConfigNode& option : merged.items) {
    if (option.is_null() || option.key == kTimeColumn) continue;
    const std::string text = option.is_scalar() ? option.text : to_json(option);
    if (option.key == "type") {
      options.type = text;
    } else if (option.key == "mode") {
      read_mode(option, options, problems);
    } else if (option.key == kDetectDeletes) {
      read_deletes(option, options, problems);
    } else if (option.key == "table") {
      options.table = text;
    } else {
      options.settings[option.key] = text;
    }
  }
  if (options.type.empty()) options.type = "sqlite";
  if (options.type == "sqlite" && !options.settings.contains("path") && !options.settings.contains("database")) {
    options.settings["path"] = plugin + ".db";
  }
  if (problems.size() == before) {
    check_deletes(merged, options, problems);
    for (const std::string& problem : check_sink_options(options)) problems.push_back(locate(problem, merged, file));
  }
  const auto shared = several && problems.size() == before ? shared_place(options) : std::nullopt;
  if (shared) problems.push_back(locate(*shared, merged, file));
  return options;
}

void place_source(const std::string& source, SinkOptions& options) {
  if (options.table.empty()) options.table = kPlaceholder;
  replace_placeholder(source, options.table);
  for (const std::string_view key : kPathKeys) {
    const auto setting = options.settings.find(std::string(key));
    if (setting != options.settings.end()) replace_placeholder(source, setting->second);
  }
}

ConfigNode read_host_key(const ConfigNode& out, const std::vector<std::string>& overrides, std::string_view key) {
  ConfigProblems reported_elsewhere;
  const ConfigNode merged = with_overrides(out, overrides, reported_elsewhere);
  const ConfigNode* value = merged.find(key);
  return value == nullptr ? ConfigNode() : *value;
}

std::optional<Deletes> parse_deletes(const ConfigNode& value) {
  constexpr std::array<std::string_view, 3> kValues = {"false", "true", "even_all"};  // in the order of Deletes
  if (value.is_null()) return Deletes::ignored;
  const auto* found = std::find(kValues.begin(), kValues.end(), value.text);
  if (!value.is_scalar() || found == kValues.end()) return std::nullopt;
  return static_cast<Deletes>(found - kValues.begin());
}

}  // namespace bulkload
