#include "klaviyo/record_layout.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "klaviyo/source_columns.h"

namespace klaviyo {

namespace {

/// A column with the part of the catalogue that fills it.
struct Candidate {
  Column column = {};
  const Attribute* attribute = nullptr;
  const Relationship* relationship = nullptr;
  const JoinedAttribute* joined = nullptr;
  std::vector<JsonStep> steps = {};  // set: a value out of what the part gives
};

/// What of the catalogue a configuration asks for.
struct Request {
  const Source& source;
  bool skip_related_objects;
  const std::vector<std::string>& additional_fields;
  const std::vector<std::string>& include;
  const std::vector<std::string>& chosen;  // groups and statistics of a report

  bool asks_for(const SourceColumn& column) const {
    const auto named = [](const std::vector<std::string>& names, std::string_view name) {
      return name.empty() || std::ranges::find(names, name) != names.end();
    };
    return !(column.related && skip_related_objects) && named(additional_fields, column.additional) &&
           named(include, column.include) && (column.chosen_by.empty() || named(chosen, column.name));
  }
};

const Candidate* find_candidate(const std::vector<Candidate>& candidates, std::string_view name) {
  const auto found = std::ranges::find(candidates, name, [](const Candidate& c) { return c.column.name; });
  return found == candidates.end() ? nullptr : &*found;
}

/// What fills an attribute's column: the attribute, or a value out of the JSON one that its path leads into.
Candidate attribute_candidate(const Source& source, const Attribute& attribute) {
  for (const Attribute& holder : source.attributes) {
    if (holder.type != ColumnType::json || !attribute.path.starts_with(holder.path)) continue;
    const std::string_view below = attribute.path.substr(holder.path.size());
    if (below.starts_with('.'))
      return {.attribute = &holder, .steps = parse_json_path("x" + std::string(below))->steps};
  }
  return {.attribute = &attribute};
}

/// All that are asked for, under the names and in the order of source_columns().
std::vector<Candidate> all_candidates(const Request& request) {
  const Source& source = request.source;
  const std::vector<SourceColumn> named = source_columns(source);
  auto next = named.begin();
  std::vector<Candidate> candidates;
  const auto add = [&](Origin origin, Candidate candidate) {
    const SourceColumn& column = *next++;
    if (!request.asks_for(column) || find_candidate(candidates, column.name) != nullptr) return;
    candidate.column = {column.name, column.type, column.type, origin, !candidate.steps.empty()};
    candidates.push_back(std::move(candidate));
  };
  add(Origin::id, {});
  if (!source.parent.column.empty()) add(Origin::parent, {});
  for (const Attribute& attribute : source.attributes) add(Origin::attribute, attribute_candidate(source, attribute));
  for (const Relationship& relationship : source.relationships) {
    if (!has_linked_column(source, relationship)) continue;
    const bool one = relationship.cardinality == Cardinality::one;
    add(one ? Origin::linked_id : Origin::linked_ids, {.relationship = &relationship});
  }
  for (const JoinedAttribute& joined : source.joined) {
    add(joined.path.empty() ? Origin::joined_resource : Origin::joined,
        {.relationship = source.find_relationship(joined.relationship), .joined = &joined});
  }
  if (!source.label_column.empty()) add(Origin::label, {});
  add(Origin::additional, {});
  return candidates;
}

/// A column of values out of the candidate, which is a JSON attribute or resource.
Candidate extracted(Candidate candidate, const ColumnSelection& wanted) {
  const ColumnType type = wanted.type.value_or(ColumnType::utf8);
  const Origin origin = candidate.joined == nullptr ? Origin::attribute : Origin::joined;
  candidate.column = {wanted.name, type, type, origin, true};
  candidate.steps = wanted.from->steps;
  return candidate;
}

std::vector<Candidate> select(const std::vector<Candidate>& candidates, const std::vector<ColumnSelection>& selection) {
  std::vector<Candidate> selected;
  for (const ColumnSelection& wanted : selection) {
    const Candidate* candidate = find_candidate(candidates, wanted.from ? wanted.from->column : wanted.name);
    if (candidate == nullptr || find_candidate(selected, wanted.name) != nullptr) continue;
    if (wanted.from) {
      selected.push_back(extracted(*candidate, wanted));
      continue;
    }
    Column& column = selected.emplace_back(*candidate).column;
    column.type = wanted.type.value_or(column.natural);
    const bool text = column.type == ColumnType::utf8 || column.type == ColumnType::json;
    if (column.origin == Origin::additional && !text) column.type = column.natural;  // what does not fit must fit there
  }
  return selected;
}

/// All that are asked for, or the selection.
std::vector<Candidate> wanted_columns(const std::vector<Candidate>& candidates,
                                      const std::vector<ColumnSelection>& selection) {
  std::vector<Candidate> wanted = select(candidates, selection);
  const bool adds = std::ranges::all_of(selection, [](const ColumnSelection& each) { return each.from.has_value(); });
  if (!adds) return wanted;
  std::vector<Candidate> all = candidates;
  all.insert(std::prev(all.end()), wanted.begin(), wanted.end());
  return all;
}

/// The node of a dotted path below `root`, made when it is missing.
FieldNode& node_at(FieldNode& root, std::string_view path) {
  FieldNode* node = &root;
  while (!path.empty()) {
    const std::string_view key = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(key.size() + 1, path.size()));
    auto found = std::ranges::find(node->children, key, &FieldNode::key);
    if (found == node->children.end()) {
      FieldNode child;
      child.key = key;
      child.path = node->path.empty() ? std::string(key) : node->path + '.' + std::string(key);
      node->children.push_back(std::move(child));
      found = std::prev(node->children.end());
    }
    node = &*found;
  }
  return *node;
}

std::string with_underscores(std::string_view name) {
  std::string text(name);
  std::ranges::replace(text, '-', '_');
  return text;
}

/// As it is called, with underscores, and, old revisions' habit with to-one ones, in the plural; unless another
/// relationship has that name.
std::vector<std::string> spellings(const Relationship& relationship, const Source& source) {
  std::vector<std::string> names{std::string(relationship.name), with_underscores(relationship.name)};
  if (relationship.cardinality == Cardinality::one) names.push_back(names.front() + 's');
  if (names[1] == names[0]) names.erase(names.begin() + 1);
  std::erase_if(names, [&](const std::string& name) {
    return name != relationship.name &&
           std::ranges::find(source.relationships, name, &Relationship::name) != source.relationships.end();
  });
  return names;
}

/// One node for each relationship of the source; without names, and so unknown, where no column is asked for.
void add_relationships(const Source& source, const std::vector<Candidate>& candidates, RecordLayout& layout) {
  for (const Relationship& relationship : source.relationships) {
    RelationshipNode& node = layout.relationships.emplace_back();
    if (std::ranges::find(candidates, &relationship, &Candidate::relationship) == candidates.end()) continue;
    node.names = spellings(relationship, source);
    node.path = "relationships." + std::string(relationship.name);
    node.cardinality = relationship.cardinality;
    node.joined_attributes.path = relationship.name;
    if (relationship.cardinality == Cardinality::one) {
      // Old revisions keep the id among the attributes: `metric_id`.
      FieldNode& id = node_at(layout.attributes, with_underscores(relationship.name) + "_id");
      id.relationship = static_cast<int>(layout.relationships.size()) - 1;
    }
  }
}

void place_extraction(const Candidate& candidate, int index, RelationshipNode* relationship, RecordLayout& layout) {
  const std::vector<JsonStep>& steps = candidate.steps;
  if (candidate.joined != nullptr && candidate.joined->path.empty()) {
    relationship->resource_extractions.push_back({index, steps, path_below(relationship->names.front(), steps)});
    return;
  }
  FieldNode& node = candidate.joined == nullptr ? node_at(layout.attributes, candidate.attribute->path)
                                                : node_at(relationship->joined_attributes, candidate.joined->path);
  node.extractions.push_back({index, steps, path_below(node.path, steps)});
}

void place(const Candidate& candidate, int index, const Source& source, RecordLayout& layout) {
  RelationshipNode* relationship = nullptr;
  if (candidate.relationship != nullptr) {
    const auto position = candidate.relationship - source.relationships.data();
    relationship = &layout.relationships[static_cast<size_t>(position)];
  }
  if (candidate.joined != nullptr) {
    relationship->type = candidate.relationship->type;
    relationship->joined_columns.push_back(index);
  }
  if (!candidate.steps.empty()) return place_extraction(candidate, index, relationship, layout);
  switch (candidate.column.origin) {
    case Origin::id:
      layout.id_column = index;
      break;
    case Origin::parent:
      layout.label_column = index;
      break;
    case Origin::attribute:
      node_at(layout.attributes, candidate.attribute->path).column = index;
      break;
    case Origin::linked_id:
    case Origin::linked_ids:
      relationship->id_column = index;
      break;
    case Origin::joined:
      node_at(relationship->joined_attributes, candidate.joined->path).column = index;
      break;
    case Origin::joined_resource:
      relationship->resource_column = index;
      break;
    case Origin::label:
      layout.label_column = index;
      node_at(layout.attributes, source.label_column).column = index;  // old revisions' records say it themselves
      break;
    case Origin::additional:
      layout.additional_column = index;
      break;
  }
}

}  // namespace

const FieldNode* FieldNode::find(std::string_view name, size_t& hint) const {
  for (size_t tried = 0; tried < children.size(); ++tried, ++hint) {
    if (hint >= children.size()) hint = 0;
    if (children[hint].key == name) return &children[hint++];
  }
  return nullptr;
}

bool RelationshipNode::is_called(std::string_view name) const { return std::ranges::find(names, name) != names.end(); }

bool RecordLayout::joins() const {
  return std::ranges::any_of(relationships, [](const RelationshipNode& node) { return !node.type.empty(); });
}

int RecordLayout::find_relationship(std::string_view name, size_t& hint) const {
  for (size_t tried = 0; tried < relationships.size(); ++tried, ++hint) {
    if (hint >= relationships.size()) hint = 0;
    if (relationships[hint].is_called(name)) return static_cast<int>(hint++);
  }
  return -1;
}

RecordLayout make_layout(const Config& config) {
  const Source& source = *config.source;
  std::vector<std::string> chosen = config.group_by;
  chosen.insert(chosen.end(), config.statistics.begin(), config.statistics.end());
  const auto candidates =
      all_candidates({source, config.skip_related_objects, config.additional_fields, config.include, chosen});
  RecordLayout layout;
  layout.type = source.type;
  for (const Candidate& candidate : candidates) {
    if (candidate.attribute != nullptr) node_at(layout.attributes, candidate.attribute->path);
  }
  if (!source.label_column.empty()) node_at(layout.attributes, source.label_column);
  const TimeField* field = config.time_field;
  if (field != nullptr && !field->filter_only) node_at(layout.attributes, field->name).is_time = true;
  add_relationships(source, candidates, layout);
  for (const Candidate& candidate : wanted_columns(candidates, config.columns)) {
    place(candidate, static_cast<int>(layout.columns.size()), source, layout);
    layout.columns.push_back(candidate.column);
  }
  return layout;
}

std::vector<Column> all_columns(const Source& source, bool skip_related_objects,
                                const std::vector<std::string>& additional_fields,
                                const std::vector<std::string>& include) {
  std::vector<Column> columns;
  for (Candidate& candidate : all_candidates({source, skip_related_objects, additional_fields, include, {}})) {
    columns.push_back(std::move(candidate.column));
  }
  return columns;
}

}  // namespace klaviyo
