#include "klaviyo/source_columns.h"

#include <algorithm>

namespace klaviyo {

namespace {

constexpr std::string_view kAdditionalAttributes = "additional_attributes";

// `campaign-messages` gives campaign_messages_ids; metric gives metric_id.
SourceColumn linked_column(const Relationship& relationship) {
  const bool one = relationship.cardinality == Cardinality::one;
  SourceColumn column;
  column.name = std::string(relationship.name) + (one ? "_id" : "_ids");
  std::ranges::replace(column.name, '-', '_');
  column.type = one ? ColumnType::utf8 : ColumnType::json;
  if (relationship.always_linked) return column;
  column.related = relationship.included_by_default;
  if (!relationship.included_by_default) column.include = relationship.name;
  return column;
}

}  // namespace

bool has_linked_column(const Source& source, const Relationship& relationship) {
  if (!relationship.always_linked && !relationship.includable) return false;
  return source.parent.column.empty() || linked_column(relationship).name != source.parent.column;
}

std::vector<SourceColumn> source_columns(const Source& source) {
  std::vector<SourceColumn> columns = {{.name = "id"}};
  if (!source.parent.column.empty()) columns.push_back({.name = std::string(source.parent.column)});
  for (const Attribute& attribute : source.attributes) {
    columns.push_back({.name = std::string(attribute.name),
                       .type = attribute.type,
                       .additional = attribute.additional,
                       .chosen_by = attribute.chosen_by,
                       .has_values = attribute.type == ColumnType::json});
  }
  for (const Relationship& relationship : source.relationships) {
    if (has_linked_column(source, relationship)) columns.push_back(linked_column(relationship));
  }
  for (const JoinedAttribute& joined : source.joined) {
    columns.push_back({.name = std::string(joined.name),
                       .type = joined.type,
                       .related = true,
                       .has_values = joined.type == ColumnType::json});
  }
  if (!source.label_column.empty()) columns.push_back({.name = std::string(source.label_column)});
  columns.push_back({.name = std::string(kAdditionalAttributes), .type = ColumnType::json});
  return columns;
}

std::vector<std::string_view> additional_fields(const Source& source) {
  std::vector<std::string_view> names;
  const auto add = [&](std::string_view name) {
    if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  for (const Attribute& attribute : source.attributes) add(attribute.additional);
  for (const RateVariant& variant : source.rate_variants) add(variant.additional);
  return names;
}

}  // namespace klaviyo
