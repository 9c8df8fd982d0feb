#include "bulkload/sources.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "bulkload/text_format.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;
using nlohmann::json;

/// A member as text; numbers in decimal; nothing when it is missing.
std::optional<std::string> text_of(const json& object, const char* key) {
  const auto it = object.find(key);
  if (it == object.end() || it->is_null()) return std::nullopt;
  return it->is_string() ? it->get<std::string>() : it->dump();
}

/// Members of a list: texts as they are, objects by their `key`.
std::string joined(const json& object, const char* list, const char* key) {
  std::string text;
  const auto it = object.find(list);
  if (it == object.end() || !it->is_array()) return text;
  for (const json& item : *it) {
    const json name = item.is_object() ? item.value(key, json()) : item;
    if (name.is_string()) text += (text.empty() ? "" : ", ") + name.get<std::string>();
  }
  return text;
}

/// `75/s, 750/min`.
std::string rate_text(const json& source) {
  constexpr std::pair<const char*, const char*> kUnits[] = {
      {"per_second", "/s"}, {"per_minute", "/min"}, {"per_day", "/day"}};
  const json rate = source.value("rate", json::object());
  std::string text;
  for (const auto& [key, unit] : kUnits) {
    if (const auto limit = text_of(rate, key)) text += (text.empty() ? "" : ", ") + *limit + unit;
  }
  return text;
}

base::Result<json> read_sources(std::string_view config_schema) {
  const json schema = json::parse(config_schema, nullptr, false);
  const json sources = schema.is_object() ? schema.value("x-sources", json::array()) : json::array();
  if (!sources.is_array() || sources.empty()) return Status(Code::internal, "the plugin lists no sources");
  return sources;
}

/// `30..1800`; nothing without bounds.
std::optional<std::string> range_of(const json& option) {
  const auto least = text_of(option, "minimum");
  const auto most = text_of(option, "maximum");
  if (!least && !most) return std::nullopt;
  return least.value_or("") + ".." + most.value_or("");
}

std::string normalised(std::string_view name) {
  std::string text(name);
  for (char& c : text) {
    if (c == '-') c = '_';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

bool is_true(const json& object, const char* key) { return object.value(key, json()) == true; }

}  // namespace

std::vector<SourceName> source_names(std::string_view config_schema) {
  std::vector<SourceName> names;
  const auto sources = read_sources(config_schema);
  if (!sources.ok()) return names;
  for (const json& source : *sources) {
    SourceName& row = names.emplace_back();
    row.name = text_of(source, "name").value_or("");
    for (const json& alias : source.value("aliases", json::array())) {
      if (alias.is_string()) row.aliases.push_back(normalised(alias.get<std::string>()));
    }
    row.in_all = !source.contains("parent") && !is_true(source, "beta") && !is_true(source, "report");
  }
  return names;
}

const SourceName* find_source(const std::vector<SourceName>& sources, std::string_view name) {
  const std::string wanted = normalised(name);
  const auto found = std::find_if(sources.begin(), sources.end(), [&](const SourceName& row) {
    return normalised(row.name) == wanted ||
           std::find(row.aliases.begin(), row.aliases.end(), wanted) != row.aliases.end();
  });
  return found == sources.end() ? nullptr : &*found;
}

std::string no_such_source(const std::vector<SourceName>& sources, std::string_view name) {
  std::vector<std::string_view> names;
  for (const SourceName& row : sources) names.push_back(row.name);
  const std::string near = did_you_mean(normalised(name), names);
  return "there is no source '" + std::string(name) + "'" + (near.empty() ? ";" : near) +
         " `bulkload sources` lists them";
}

base::Result<TextTable> list_sources(std::string_view config_schema) {
  auto sources = read_sources(config_schema);
  if (!sources.ok()) return sources.status();
  TextTable table =
      TextTable::with_columns({"name", "path", "page_size", "filter_by", "rate_limit", "scopes", "columns", "beta"});
  table.columns[2].type = table.columns[6].type = Type::int64;
  for (const json& source : *sources) {
    const size_t columns = source.value("columns", json::array()).size();
    table.rows.push_back({text_of(source, "name"), text_of(source, "path"), text_of(source, "max_page_size"),
                          joined(source, "time_fields", "name"), rate_text(source), joined(source, "scopes", ""),
                          std::to_string(columns), source.value("beta", false) ? "yes" : ""});
  }
  return table;
}

base::Result<TextTable> list_source_columns(std::string_view config_schema, std::string_view name) {
  auto sources = read_sources(config_schema);
  if (!sources.ok()) return sources.status();
  const std::vector<SourceName> names = source_names(config_schema);
  const SourceName* found = find_source(names, name);
  for (const json& source : *sources) {
    if (found == nullptr || text_of(source, "name") != found->name) continue;
    TextTable table = TextTable::with_columns({"name", "type", "needs"});
    for (const json& column : source.value("columns", json::array())) {
      std::string needs;
      if (const auto field = text_of(column, "additional_field")) needs = "additional_fields: " + *field;
      if (const auto option = text_of(column, "chosen_by")) needs = *option;
      if (const auto related = text_of(column, "include")) needs = "include: " + *related;
      table.rows.push_back({text_of(column, "name"), text_of(column, "type"), needs});
    }
    return table;
  }
  return Status(Code::config, no_such_source(names, name));
}

base::Result<TextTable> list_options(std::string_view config_schema) {
  const auto schema = nlohmann::ordered_json::parse(config_schema, nullptr, false);
  if (!schema.is_object() || !schema.contains("properties")) {
    return Status(Code::internal, "the plugin lists no options");
  }
  TextTable table = TextTable::with_columns({"key", "default", "range", "meaning", "also spelt"});
  for (const auto& [key, ordered] : schema["properties"].items()) {
    const json option = ordered;
    std::string meaning = text_of(option, "description").value_or("");
    if (const auto source = text_of(option, "x-source")) meaning += " Only for " + *source + ".";
    table.rows.push_back({key, text_of(option, "default"), range_of(option), meaning, joined(option, "x-aliases", "")});
  }
  return table;
}

}  // namespace bulkload
