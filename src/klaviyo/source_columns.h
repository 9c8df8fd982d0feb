// The columns that a source can give, by name, for checking `columns:` and for the schema's list of sources.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "klaviyo/catalogue.h"

namespace klaviyo {

/// One column, and what it takes to get it.
struct SourceColumn {
  std::string name;
  ColumnType type = ColumnType::utf8;
  std::string_view additional = {};  // set: only with this additional_fields value
  std::string_view include = {};     // set: only with this include value
  std::string_view chosen_by = {};   // set: comes when this option of a report names it
  bool related = false;              // not with skip_related_objects
  bool has_values = false;           // JSON that values can be taken out of
};

/// Whether the ids of a relationship can be a column: not where the parent's is it already.
bool has_linked_column(const Source& source, const Relationship& relationship);

/// `id`, the parent's id, attributes in catalogue order, ids of related objects, joined attributes, label,
/// `additional_attributes`.
std::vector<SourceColumn> source_columns(const Source& source);

/// The additional_fields values of a source, each once.
std::vector<std::string_view> additional_fields(const Source& source);

}  // namespace klaviyo
