#include "klaviyo/record_options.h"

#include <algorithm>
#include <array>

#include "klaviyo/hint.h"
#include "klaviyo/source_columns.h"

namespace klaviyo {

namespace {

using Kind = YamlNode::Kind;

constexpr std::array kColumnTypes = {ColumnType::utf8,    ColumnType::int64,     ColumnType::float64,
                                     ColumnType::boolean, ColumnType::timestamp, ColumnType::json};
constexpr std::array<std::string_view, 3> kSelectionKeys = {"name", "type", "from"};

bool holds(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// Where an element of a list stands; where the option stands when it is no list.
int line_of(const Settings& settings, std::string_view key, std::string_view text) {
  const YamlNode* node = settings.find(key);
  if (node == nullptr) return settings.line(key);
  const auto item = std::ranges::find(node->items, text, &YamlNode::text);
  return item == node->items.end() ? node->line : item->line;
}

void check_page_size(Reading& reading) {
  const Config& config = reading.config;
  if (!config.page_size) return;
  const Source& source = *config.source;
  if (source.max_page_size == 0) {
    reading.problem("page_size", std::string(source.name) + " has pages of a fixed size; leave it out");
  } else if (*config.page_size > source.max_page_size) {
    reading.problem("page_size",
                    "must be from 1 to " + std::to_string(source.max_page_size) + " for " + std::string(source.name));
  } else if (!config.effective_revision.empty() && config.effective_revision < source.page_size_since) {
    reading.warn("page_size", "is not sent; it is taken from revision " + std::string(source.page_size_since) + " on");
  }
}

void read_additional_fields(Reading& reading) {
  const std::string_view always = reading.config.source->always_additional;
  if (!always.empty() && !holds(reading.config.additional_fields, always)) {
    reading.config.additional_fields.emplace_back(always);
  }
  const std::vector<std::string_view> known = additional_fields(*reading.config.source);
  for (const std::string& name : reading.config.additional_fields) {
    if (std::ranges::find(known, name) != known.end()) continue;
    reading.problems.add(
        line_of(reading.settings, "additional_fields", name), "additional_fields",
        quote(name) + " is unknown to " + std::string(reading.config.source->name) + "; it has: " + name_list(known));
  }
}

// By the catalogue's name or the revision's. nullptr: it cannot be included.
const Relationship* find_includable(const Config& config, std::string_view name) {
  const Relationship* named = config.source->find_relationship(name);
  if (named != nullptr && named->includable) return named;
  const auto renamed = std::ranges::find_if(config.source->relationships, [&](const Relationship& relationship) {
    return relationship.includable && include_name(*config.source, relationship, config.effective_revision) == name;
  });
  return renamed == config.source->relationships.end() ? nullptr : &*renamed;
}

// Leaves the catalogue's names in Config.
void read_include(Reading& reading) {
  const Source& source = *reading.config.source;
  std::vector<std::string_view> known;
  for (const Relationship& relationship : source.relationships) {
    if (relationship.includable) known.push_back(relationship.name);
  }
  std::vector<std::string> names;
  for (const std::string& name : reading.config.include) {
    const Relationship* relationship = find_includable(reading.config, name);
    if (relationship == nullptr) {
      reading.problems.add(line_of(reading.settings, "include", name), "include",
                           quote(name) + " cannot be included with " + std::string(source.name) +
                               (known.empty() ? "; nothing can" : did_you_mean(name, known)));
    } else if (!holds(names, relationship->name)) {
      names.emplace_back(relationship->name);
    }
  }
  reading.config.include = std::move(names);
}

// Why a column does not come, and what to do; empty: it comes.
std::string missing_because(const SourceColumn& column, const Config& config) {
  if (!column.chosen_by.empty() && !holds(config.group_by, column.name) && !holds(config.statistics, column.name)) {
    return "comes only when " + std::string(column.chosen_by) + " names it";
  }
  if (column.related && config.skip_related_objects) return "is left out by skip_related_objects";
  if (!column.additional.empty() && !holds(config.additional_fields, column.additional)) {
    return "comes only with additional_fields: [" + std::string(column.additional) + "]";
  }
  if (!column.include.empty() && !holds(config.include, column.include)) {
    return "comes only with include: [" + std::string(column.include) + "]";
  }
  return {};
}

std::optional<ColumnType> read_column_type(const YamlNode& node, Problems& problems) {
  const std::optional<std::string> text = read_text("columns", node, problems);
  if (!text) return std::nullopt;
  const auto type = std::ranges::find(kColumnTypes, *text, type_name);
  if (type != kColumnTypes.end()) return *type;
  std::vector<std::string_view> known;
  for (const ColumnType each : kColumnTypes) known.push_back(type_name(each));
  problems.add(node.line, "columns", quote(*text) + " is no type; the types are: " + name_list(known));
  return std::nullopt;
}

std::optional<JsonPath> read_from(const YamlNode& node, Problems& problems) {
  const std::optional<std::string> text = read_text("columns", node, problems);
  if (!text) return std::nullopt;
  std::optional<JsonPath> path = parse_json_path(*text);
  if (path) return path;
  problems.add(node.line, "columns",
               "from: " + quote(*text) +
                   " is no path into a column; write it as event_properties.$value, parts with "
                   "a dot in double quotes");
  return std::nullopt;
}

// A name, {name, type} or {name, from, type}. Nothing when it was reported as wrong.
std::optional<ColumnSelection> read_selection(const YamlNode& node, Problems& problems) {
  ColumnSelection selection;
  if (node.kind != Kind::map) {
    std::optional<std::string> name = read_text("columns", node, problems);
    if (!name) return std::nullopt;
    selection.name = *std::move(name);
    return selection;
  }
  bool named = false;
  for (const YamlNode& entry : node.items) {
    if (entry.key == "name") {
      named = true;
      selection.name = read_text("columns", entry, problems).value_or("");
    } else if (entry.key == "type") {
      if (entry.kind != Kind::null) selection.type = read_column_type(entry, problems);
    } else if (entry.key == "from") {
      selection.from = read_from(entry, problems);
      if (!selection.from) return std::nullopt;
    } else {
      problems.add(entry.line, "columns",
                   key_label(entry.key) + " is no key of a column" + did_you_mean(entry.key, kSelectionKeys));
    }
  }
  if (!named) problems.add(node.line, "columns", "a column without name; give {name: ..., type: ...}");
  if (selection.name.empty()) return std::nullopt;
  return selection;
}

// nullptr: it was reported as wrong.
const SourceColumn* check_column(Reading& reading, const std::vector<SourceColumn>& known, const std::string& name,
                                 int line) {
  const auto column = std::ranges::find(known, name, &SourceColumn::name);
  if (column != known.end()) {
    const std::string reason = missing_because(*column, reading.config);
    if (!reason.empty()) reading.problems.add(line, "columns", quote(name) + " " + reason);
    return reason.empty() ? &*column : nullptr;
  }
  std::vector<std::string_view> names;
  for (const SourceColumn& each : known) names.push_back(each.name);
  reading.problems.add(
      line, "columns",
      quote(name) + " is no column of " + std::string(reading.config.source->name) + did_you_mean(name, names));
  return nullptr;
}

// A column out of another one: under a name of its own, and out of JSON.
void check_extracted(Reading& reading, const std::vector<SourceColumn>& known, const ColumnSelection& selection,
                     int line) {
  const std::string source(reading.config.source->name);
  if (std::ranges::find(known, selection.name, &SourceColumn::name) != known.end()) {
    reading.problems.add(line, "columns",
                         quote(selection.name) + " is a column of " + source + " already; choose another name");
  }
  const SourceColumn* from = check_column(reading, known, selection.from->column, line);
  if (from == nullptr || from->has_values) return;
  std::vector<std::string_view> names;
  for (const SourceColumn& each : known) {
    if (each.has_values) names.push_back(each.name);
  }
  reading.problems.add(line, "columns",
                       "no values can be taken out of " + quote(from->name) + ", only out of: " + name_list(names));
}

void read_columns(Reading& reading) {
  const YamlNode* node = reading.settings.find("columns");
  if (node == nullptr) return;
  if (node->kind != Kind::list || node->items.empty()) {
    return reading.problem("columns",
                           "must be a list of names, {name, type} or {name, from, type}; leave it out for all columns");
  }
  std::vector<SourceColumn> known;
  if (reading.config.source != nullptr) known = source_columns(*reading.config.source);
  std::vector<ColumnSelection>& columns = reading.config.columns;
  for (const YamlNode& item : node->items) {
    std::optional<ColumnSelection> selection = read_selection(item, reading.problems);
    if (!selection) continue;
    if (std::ranges::find(columns, selection->name, &ColumnSelection::name) != columns.end()) {
      reading.problems.add(item.line, "columns", quote(selection->name) + " is named twice; leave one out");
      continue;
    }
    if (!known.empty() && selection->from) check_extracted(reading, known, *selection, item.line);
    if (!known.empty() && !selection->from) (void)check_column(reading, known, selection->name, item.line);
    columns.push_back(*std::move(selection));
  }
}

}  // namespace

void read_record_options(Reading& reading) {
  if (reading.config.source != nullptr) {
    check_page_size(reading);
    read_additional_fields(reading);
    read_include(reading);
  }
  read_columns(reading);
}

}  // namespace klaviyo
