// Which part of a record fills which column: made once from the configuration, read for every record.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "klaviyo/catalogue.h"
#include "klaviyo/config.h"

namespace klaviyo {

inline constexpr std::string_view kAdditionalAttributes = "additional_attributes";

/// What fills a column.
enum class Origin : uint8_t {
  id,               // the record's id
  parent,           // the id of the parent below which the record was read
  attribute,        // a value below `attributes`
  linked_id,        // the id of a to-one relationship
  linked_ids,       // the ids of a to-many relationship, as a JSON array of strings
  joined,           // a value below the `attributes` of an included resource
  joined_resource,  // a whole included resource, as JSON
  label,            // the record's attribute of that name, else the pass's label: campaigns' channel
  additional,       // what no column takes: unknown attributes and values that do not fit, as a JSON object
};

struct Column {
  std::string name;
  ColumnType type;     // of the column
  ColumnType natural;  // of the source; differs when the configuration retypes it
  Origin origin;
  bool extracted = false;  // taken out of the JSON value that `origin` says; any type of value is as natural as another
};

/// A column that is filled from inside of a JSON value.
struct Extraction {
  int column;
  std::vector<JsonStep> steps;
  std::string path;  // in additional_attributes
};

/// A node of the tree of keys below `attributes`. A node with children is descended into when the value is an
/// object; one with a column takes the value; one with neither is known and not wanted.
struct FieldNode {
  std::string key;
  std::string path;       // keys from the root down, joined by '.'; joined attributes begin with the relationship
  int column = -1;        // index into RecordLayout::columns, -1: none
  int relationship = -1;  // index of the relationship whose id this is (`metric_id` of old revisions), -1: none
  bool is_time = false;   // decides the membership in the window
  std::vector<Extraction> extractions;  // out of the value
  std::vector<FieldNode> children;

  /// Child by key, or nullptr. `hint` is where to look first and is moved on: keys come in the same order in every
  /// record.
  const FieldNode* find(std::string_view key, size_t& hint) const;
};

struct RelationshipNode {
  std::vector<std::string> names;  // spellings in the document: `metric`, `metrics`; none: not asked for
  std::string path;                // in additional_attributes: `relationships.metric`
  std::string type;                // of the included resource; empty: nothing is joined
  int id_column = -1;              // linked_id or linked_ids column, -1: none
  Cardinality cardinality = Cardinality::one;
  FieldNode joined_attributes;                   // tree below the included resource's `attributes`
  int resource_column = -1;                      // joined_resource column, -1: none
  std::vector<Extraction> resource_extractions;  // out of the whole resource
  std::vector<int> joined_columns;               // all columns that the resource fills

  bool is_called(std::string_view name) const;
};

struct RecordLayout {
  std::string type;             // JSON:API type of the records; empty: any
  std::vector<Column> columns;  // in output order
  int id_column = -1;
  int label_column = -1;  // or the parent's: no source has both
  int additional_column = -1;
  FieldNode attributes;  // root: below `attributes`
  std::vector<RelationshipNode> relationships;

  /// Whether any relationship's resources are joined from `included`.
  bool joins() const;

  /// Index of a relationship by any of its names, -1: none. `hint` as in FieldNode::find.
  int find_relationship(std::string_view name, size_t& hint) const;
};

/// The columns of a configuration: those of source_columns() that it asks for, or its selection of them in its order.
/// Columns that are taken out of JSON ones stand where the selection has them; when it has nothing else, behind all
/// others but additional_attributes.
/// Attributes that are only sent when asked for, but come unasked (as in old revisions), are unknown. Column names are
/// unique: the first to claim one keeps it. `additional_attributes` is retyped to string alone.
RecordLayout make_layout(const Config& config);

/// Names of all columns that a configuration's source can give, for checking `columns:`.
std::vector<Column> all_columns(const Source& source, bool skip_related_objects,
                                const std::vector<std::string>& additional_fields,
                                const std::vector<std::string>& include);

}  // namespace klaviyo
