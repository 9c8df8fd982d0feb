#include <nlohmann/json.hpp>

#include "klaviyo/config.h"
#include "klaviyo/options.h"
#include "klaviyo/source_columns.h"

namespace klaviyo {

namespace {

// Keeps the table's order, which is the order of documentation.
using Json = nlohmann::ordered_json;

struct NamedOperator {
  Operator bit;
  std::string_view name;
};
constexpr NamedOperator kOperators[] = {{kGreaterThan, "greater-than"},
                                        {kGreaterOrEqual, "greater-or-equal"},
                                        {kLessThan, "less-than"},
                                        {kLessOrEqual, "less-or-equal"}};

std::string_view paging_name(Paging paging) {
  switch (paging) {
    case Paging::none:
      return "none";
    case Paging::cursor:
      return "cursor";
    case Paging::cursor_and_size:
      return "cursor_and_size";
  }
  return "none";
}

void set_if(Json& object, const char* key, std::string_view value) {
  if (!value.empty()) object[key] = value;
}

void set_if(Json& object, const char* key, int value) {
  if (value > 0) object[key] = value;
}

Json rate_json(const RateClass& rate) {
  Json json = Json::object();
  set_if(json, "per_second", rate.per_second);
  set_if(json, "per_minute", rate.per_minute);
  set_if(json, "per_day", rate.per_day);
  return json;
}

Json time_field_json(const TimeField& field) {
  Json json = {{"key", field.key}, {"name", field.name}, {"operators", Json::array()}};
  for (const NamedOperator& each : kOperators) {
    if (field.operators & each.bit) json["operators"].push_back(each.name);
  }
  set_if(json, "sort", field.sort);
  return json;
}

Json column_json(const SourceColumn& column) {
  Json json = {{"name", column.name}, {"type", type_name(column.type)}};
  set_if(json, "additional_field", column.additional);
  set_if(json, "include", column.include);
  set_if(json, "chosen_by", column.chosen_by);
  if (column.related) json["related"] = true;
  return json;
}

// The scopes are separated by blanks.
Json scopes_json(std::string_view scopes) {
  Json json = Json::array();
  while (!scopes.empty()) {
    const size_t blank = scopes.find(' ');
    if (blank != 0) json.push_back(scopes.substr(0, blank));
    scopes.remove_prefix(blank == std::string_view::npos ? scopes.size() : blank + 1);
  }
  return json;
}

// `catalog_item` beside catalog_items. Hosts that read several sources tell by them which names are the same.
Json other_names(const Source& source) {
  Json names = Json::array();
  for (const std::string_view name : {source.name, source.alias}) {
    if (name.empty()) continue;
    if (name != source.name) names.push_back(name);
    if (const std::string singular = singular_of(name); singular != name) names.push_back(singular);
  }
  return names;
}

Json source_json(const Source& source) {
  Json json = {{"name", source.name}, {"path", source.path}, {"paging", paging_name(source.paging)}};
  json["aliases"] = other_names(source);
  set_if(json, "default_page_size", source.default_page_size);
  set_if(json, "max_page_size", source.max_page_size);
  json["time_fields"] = Json::array();
  for (const TimeField& field : source.time_fields) json["time_fields"].push_back(time_field_json(field));
  if (source.beta) json["beta"] = true;
  if (source.has_parent()) json["parent"] = source.parent.source;
  if (source.report != nullptr) {
    json["report"] = true;
    for (const std::string_view statistic : source.report->statistics) json["statistics"].push_back(statistic);
    for (const Grouping& grouping : source.report->groupings) json["group_by"].push_back(grouping.column);
  }
  json["rate"] = rate_json(source.rate);
  for (const RateVariant& variant : source.rate_variants) {
    json["rate_variants"].push_back({{"additional_field", variant.additional}, {"rate", rate_json(variant.rate)}});
  }
  json["scopes"] = scopes_json(source.scope);
  json["additional_fields"] = additional_fields(source);
  json["include"] = Json::array();
  for (const Relationship& relationship : source.relationships) {
    if (relationship.includable) json["include"].push_back(relationship.name);
  }
  json["columns"] = Json::array();
  for (const SourceColumn& column : source_columns(source)) json["columns"].push_back(column_json(column));
  return json;
}

Json column_selection_json() {
  Json types = Json::array();
  for (const ColumnType type : {ColumnType::utf8, ColumnType::int64, ColumnType::float64, ColumnType::boolean,
                                ColumnType::timestamp, ColumnType::json}) {
    types.push_back(type_name(type));
  }
  return {{"anyOf",
           {{{"type", "string"}},
            {{"type", "object"},
             {"properties",
              {{"name", {{"type", "string"}}}, {"type", {{"enum", std::move(types)}}}, {"from", {{"type", "string"}}}}},
             {"required", {"name"}},
             {"additionalProperties", false}}}}};
}

// The JSON Schema type of an option and the bounds that go with it.
Json type_json(const Option& option) {
  switch (option.type) {
    case OptionType::boolean:
      return {{"type", "boolean"}};
    case OptionType::integer: {
      return {{"type", "integer"},
              {"minimum", static_cast<int64_t>(option.min)},
              {"maximum", static_cast<int64_t>(option.max)}};
    }
    case OptionType::number:
      return {{"type", "number"}, {"minimum", option.min}, {"maximum", option.max}};
    case OptionType::time:
      return {{"type", {"string", "null"}}};
    case OptionType::text_list:
      return {{"type", {"string", "array"}}, {"items", {{"type", "string"}}}};
    case OptionType::columns:
      return {{"type", "array"}, {"items", column_selection_json()}};
    case OptionType::ignored:
      return {{"deprecated", true}};
    case OptionType::text:
      break;
  }
  return {{"type", "string"}};
}

// A default is written in the table as it would be in a configuration; as JSON it has the option's type.
Json default_json(const Option& option) {
  const bool is_text = option.type == OptionType::text || option.type == OptionType::time;
  return is_text ? Json(option.default_value) : Json::parse(option.default_value);
}

Json option_json(const Option& option) {
  Json json = type_json(option);
  if (!option.default_value.empty()) json["default"] = default_json(option);
  json["description"] = option.help;
  if (!option.aliases.empty()) json["x-aliases"] = option.aliases;
  if (!option.source.empty()) json["x-source"] = option.source;
  if (option.of_reports) json["x-reports"] = true;
  return json;
}

}  // namespace

std::string config_schema_json() {
  Json properties = Json::object();
  std::string aliases;
  for (const Option& option : options()) {
    properties[std::string(option.key)] = option_json(option);
    for (const std::string_view alias : option.aliases) aliases += (aliases.empty() ? "" : "|") + std::string(alias);
  }
  properties["type"]["const"] = properties["type"]["default"];
  properties["api_token"]["writeOnly"] = true;

  Json source_list = Json::array();
  for (const Source& source : sources()) source_list.push_back(source_json(source));
  const Json schema = {
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"title", "in: section of the klaviyo input plugin"},
      {"type", "object"},
      {"properties", std::move(properties)},
      {"patternProperties", {{"^(" + aliases + ")$", true}}},
      {"additionalProperties", false},
      {"required", {"data_source"}},
      {"oneOf", {{{"required", {"api_token"}}}, {{"required", {"api_token_file"}}}}},
      {"x-sources", std::move(source_list)},
  };
  return schema.dump(2);
}

}  // namespace klaviyo
