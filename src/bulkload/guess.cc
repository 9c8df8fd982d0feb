#include "bulkload/guess.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "bulkload/sink/json_text.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;
using Json = nlohmann::ordered_json;

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

size_t indent_of(const std::string& line) { return std::min(line.find_first_not_of(' '), line.size()); }

bool is_content(const std::string& line) {
  const size_t first = line.find_first_not_of(" \t\r");
  return first != std::string::npos && line[first] != '#';
}

/// Where lines can be added to the `in:` section, and how far they are indented.
struct InsertionPoint {
  size_t line = 0;
  size_t indent = 0;
  bool inside = false;  // false: the section is not written one key a line; only the end of the file is left
};

InsertionPoint find_insertion_point(const ConfigFile& file, const std::vector<std::string>& lines) {
  InsertionPoint point{lines.size(), 0, false};
  if (file.in.items.empty()) return point;
  const ConfigNode& first = file.in.items.front();
  const auto line = static_cast<size_t>(first.place.line);
  if (first.place.file != file.path || line < 1 || line > lines.size()) return point;
  const size_t indent = indent_of(lines[line - 1]);
  if (lines[line - 1].compare(indent, first.key.size(), first.key) != 0) return point;
  point = {line, indent, true};
  for (size_t i = line; i < lines.size(); ++i) {
    if (!is_content(lines[i])) continue;
    if (indent_of(lines[i]) < indent) break;
    point.line = i + 1;
  }
  return point;
}

/// Whether the section sets an option, under its name or an alias.
bool is_set(const ConfigNode& in, const std::string& key, const Json& option) {
  if (in.find(key) != nullptr) return true;
  const Json aliases = option.value("x-aliases", Json::array());
  return std::any_of(aliases.begin(), aliases.end(), [&](const Json& alias) {
    return alias.is_string() && in.find(alias.get<std::string>()) != nullptr;
  });
}

/// Whether an option has a meaning for the source.
bool concerns(const Json& option, std::string_view source) {
  const std::string only = option.value("x-source", std::string());
  return (only.empty() || only == source) && !option.value("deprecated", false) && !option.value("writeOnly", false);
}

std::vector<std::string> option_comments(const ConfigFile& file, const Json& properties,
                                         const std::vector<SourceColumns>& sources) {
  std::vector<std::string> comments;
  for (const auto& [key, option] : properties.items()) {
    if (key == "columns" || !option.is_object() || is_set(file.in, key, option)) continue;
    if (std::none_of(sources.begin(), sources.end(), [&, &row = option](const SourceColumns& source) {
          return concerns(row, source.schema->meta("source"));
        })) {
      continue;
    }
    std::string line = key + ":";
    if (option.contains("default")) line += " " + option.at("default").dump();
    const std::string help = option.value("description", std::string());
    comments.push_back(line + (help.empty() ? "" : "  # " + help));
  }
  if (!comments.empty()) comments.insert(comments.begin(), "Options that are not set, with their defaults:");
  return comments;
}

std::vector<std::string> column_list(const TableSchema& schema) {
  std::vector<std::string> lines = {"columns:"};
  for (const Field& field : schema.fields) {
    std::string name;
    append_json_string(field.name, name);
    const bool plain = std::all_of(field.name.begin(), field.name.end(),
                                   [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
    lines.push_back("  - {name: " + (plain ? field.name : name) + ", type: " + std::string(type_name(field.type)) +
                    "}");
  }
  return lines;
}

/// Columns of several sources stand below `sources:`, as they would in the section.
std::vector<std::string> column_comments(const std::vector<SourceColumns>& sources) {
  std::vector<std::string> comments;
  for (const SourceColumns& source : sources) {
    if (source.in->find("columns") != nullptr) continue;
    const bool is_first = comments.empty();
    if (is_first) comments.emplace_back("All columns; list some of them to select, order or retype:");
    if (is_first && !source.source.empty()) comments.emplace_back("sources:");
    const std::string indent = source.source.empty() ? "" : "    ";
    if (!source.source.empty()) comments.push_back("  " + source.source + ":");
    for (const std::string& line : column_list(*source.schema)) comments.push_back(indent + line);
  }
  return comments;
}

}  // namespace

base::Result<std::string> complete_config(const ConfigFile& file, std::string_view config_schema,
                                          const std::vector<SourceColumns>& sources) {
  if (file.path.ends_with(".json")) {
    return Status(Code::config, file.path + ": guess adds comments, which JSON has not; name the file .yml");
  }
  const Json parsed = Json::parse(config_schema, nullptr, false);
  const Json properties = parsed.is_object() ? parsed.value("properties", Json::object()) : Json::object();
  std::vector<std::string> comments = option_comments(file, properties, sources);
  for (std::string& line : column_comments(sources)) comments.push_back(std::move(line));

  const std::vector<std::string> lines = split_lines(file.text.original);
  const InsertionPoint point = find_insertion_point(file, lines);
  std::string text;
  const auto add_comments = [&] {
    if (!point.inside) text += "# in:\n";
    for (const std::string& line : comments)
      text += std::string(point.indent, ' ') + (point.inside ? "# " : "#   ") + line + "\n";
  };
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i == point.line) add_comments();
    text += lines[i] + "\n";
  }
  if (point.line >= lines.size()) add_comments();
  return text;
}

std::string mask_secrets(const std::string& text, const ConfigFile& file) {
  std::string masked = text;
  for (const ConfigNode* section : {&file.in, &file.out, &file.filters}) {
    for (const std::string& secret : secret_values(*section)) masked = base::Secret(secret).redact(masked);
  }
  return masked;
}

}  // namespace bulkload
