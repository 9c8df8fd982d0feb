#include "bulkload/next_config_file.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "base/text_time.h"
#include "bulkload/sink/durable_file.h"

namespace bulkload {

namespace {

namespace fs = std::filesystem;
using base::Code;
using base::Status;

bool is_empty_file(const std::string& path) {
  std::error_code error;
  return fs::file_size(path, error) == 0 && !error;
}

/// JSON in one line with blanks behind commas and colons, as people write YAML.
std::string flow_text(const nlohmann::ordered_json& value) {
  if (!value.is_structured()) return value.dump();
  std::string text(1, value.is_object() ? '{' : '[');
  for (auto it = value.begin(); it != value.end(); ++it) {
    if (text.size() > 1) text += ", ";
    if (value.is_object()) text += nlohmann::json(it.key()).dump() + ": ";
    text += flow_text(*it);
  }
  return text + (value.is_object() ? '}' : ']');
}

/// Lays the `in:` of a diff over the configuration's; what it says for each of several sources is put aside.
void apply_in(const ConfigNode& section, ConfigFile& config) {
  ConfigNode flat = section;
  flat.items.clear();
  for (const ConfigNode& option : section.items) {
    if (option.key == kSourcesKey) {
      config.next_sources = option;
    } else {
      flat.items.push_back(option);
    }
  }
  if (!flat.items.empty()) config.next_flat = flat.items.front();
  merge_config(config.in, flat);
}

const Environment kNoEnvironment = [](const std::string&) { return std::nullopt; };

void apply(const ConfigText& text, ConfigFile& config, ConfigProblems& problems) {
  const size_t before = problems.size();
  const ConfigNode diff = parse_config_tree(text, problems);
  const auto fail = [&](const Place& place, std::string what) { problems.push_back({place, std::move(what)}); };
  if (problems.size() > before || diff.is_null()) return;
  if (!diff.is_map()) return fail(diff.place, "must be `in: {…}`, as a run has written it");
  for (const ConfigNode& section : diff.items) {
    if ((section.key != "in" && section.key != "out") || (!section.is_map() && !section.is_null())) {
      fail(section.place, section.key + ": a configuration diff has only an `in:` and an `out:` map");
    } else if (section.is_map() && section.key == "in") {
      apply_in(section, config);
    } else if (section.is_map()) {
      merge_config(config.out, section);
    }
  }
}

}  // namespace

void apply_next_config_file(const std::string& path, ConfigFile& config, ConfigProblems& problems) {
  const auto fail = [&](Place place, std::string text) { problems.push_back({std::move(place), std::move(text)}); };
  const auto kind = file_kind(path);
  if (!kind.ok()) return fail({path, 0}, kind.status().message());
  if (*kind == FileKind::other) return fail({path, 0}, "not a regular file (a link?); give the path of one");
  const fs::path folder = fs::path(path).parent_path();
  if (::access(folder.empty() ? "." : folder.c_str(), W_OK) != 0) {
    return fail({path, 0}, "its folder cannot be written to; the next configuration would be lost");
  }
  if (*kind == FileKind::missing || is_empty_file(path)) return;
  const size_t before = problems.size();
  const ConfigText text = read_config_text(path, kNoEnvironment, problems);
  if (problems.size() == before) apply(text, config, problems);
}

void apply_next_config(const std::string& name, const std::string& text, ConfigFile& config, ConfigProblems& problems) {
  const size_t before = problems.size();
  const ConfigText expanded = expand_config_text(name, text, kNoEnvironment, problems);
  if (problems.size() == before) apply(expanded, config, problems);
}

bool has_next_config(const ConfigFile& config, std::string_view diff) {
  const auto text = next_config_text(diff);
  if (!text.ok()) return false;
  ConfigFile merged = config;
  ConfigProblems problems;
  apply_next_config("the next configuration", *text, merged, problems);
  return problems.empty() && to_json(merged.in) == to_json(config.in);
}

bool changes_config(const ConfigFile& config, std::string_view diff) {
  const auto parsed = nlohmann::json::parse(diff, nullptr, false);
  if (!parsed.is_object()) return false;
  return !std::all_of(parsed.items().begin(), parsed.items().end(), [&](const auto& option) {
    const ConfigNode* there = config.in.find(option.key());
    if (there == nullptr || there->is_null()) return option.value().is_null();
    if (!option.value().is_string()) return to_json(*there) == option.value().dump();
    const std::string next = option.value().template get<std::string>();
    if (there->text == next) return true;
    const auto time = base::parse_time(there->text);
    const auto next_time = base::parse_time(next);
    return time && next_time && time->us == next_time->us;
  });
}

base::Result<std::string> next_config_text(std::string_view diff) {
  const auto parsed = nlohmann::ordered_json::parse(diff, nullptr, false);
  if (!parsed.is_object()) {
    return Status(Code::internal, "the plugin's next configuration is no JSON object; report it");
  }
  return "in: " + flow_text(parsed) + "\n";
}

base::Result<std::string> SourceDiffs::put(const std::string& source, std::string_view diff) {
  auto parsed = nlohmann::ordered_json::parse(diff, nullptr, false);
  if (!parsed.is_object()) return next_config_text(diff).status();
  auto sources = nlohmann::ordered_json::parse(sources_);
  sources[source] = std::move(parsed);
  sources_ = sources.dump();
  nlohmann::ordered_json all;
  all[std::string(kSourcesKey)] = std::move(sources);
  return all.dump();
}

Status write_next_config_file(const std::string& path, std::string_view diff) {
  const auto text = next_config_text(diff);
  if (!text.ok()) return text.status();
  const auto kind = file_kind(path);
  if (!kind.ok()) return kind.status();
  if (*kind == FileKind::other) return Status(Code::local_io, path + " is not a regular file; give the path of one");
  if (!path.ends_with(".json")) return replace_file(path, *text);
  nlohmann::ordered_json document;
  document["in"] = nlohmann::ordered_json::parse(diff);
  return replace_file(path, document.dump(2) + "\n");
}

}  // namespace bulkload
