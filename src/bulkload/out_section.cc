#include "bulkload/out_section.h"

#include <algorithm>
#include <array>
#include <utility>

#include "bulkload/sink/registry.h"

namespace bulkload {

namespace {

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

}  // namespace

SinkOptions read_out_section(const ConfigNode& out, const std::vector<std::string>& overrides,
                             const std::string& plugin, const std::string& file, ConfigProblems& problems) {
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
  return options;
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
