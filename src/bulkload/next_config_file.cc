#include "bulkload/next_config_file.h"

#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

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
    } else if (section.is_map()) {
      merge_config(section.key == "in" ? config.in : config.out, section);
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

base::Result<std::string> next_config_text(std::string_view diff) {
  const auto parsed = nlohmann::ordered_json::parse(diff, nullptr, false);
  if (!parsed.is_object()) {
    return Status(Code::internal, "the plugin's next configuration is no JSON object; report it");
  }
  return "in: " + flow_text(parsed) + "\n";
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
