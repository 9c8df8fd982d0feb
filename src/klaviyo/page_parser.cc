#include "klaviyo/page_parser.h"

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

#include "klaviyo/json_index.h"
#include "klaviyo/known_members.h"
#include "klaviyo/resource_table.h"

namespace klaviyo {

namespace {

using Token = JsonIndex::Token;

// What one hostile resource, linked from every record, may make of a page.
constexpr size_t kMaxJoinedBytes = size_t{256} << 20;

base::Status refused(std::string text) { return {base::Code::data, "the answer was refused: " + std::move(text)}; }

constexpr std::array<std::string_view, 4> kPageNames = {"data", "included", "links", "errors"};
enum { kData, kIncluded, kLinks, kErrors };
constexpr std::array<std::string_view, 4> kRecordNames = {"type", "id", "attributes", "relationships"};
enum { kType, kId, kAttributes, kRelationships };
constexpr std::array<std::string_view, 1> kNextName = {"next"};
constexpr std::array<std::string_view, 1> kDataName = {"data"};

}  // namespace

struct PageParser::State {
  explicit State(const RecordLayout& of) : layout(of), related(of), joined_rows(of.relationships.size()) {
    for (const RelationshipNode& node : layout.relationships) {
      const auto owner = std::ranges::find(layout.relationships, node.type, &RelationshipNode::type);
      owners.push_back(static_cast<int>(owner - layout.relationships.begin()));
    }
  }

  const RecordLayout& layout;
  JsonIndex json;
  ResourceTable resources;
  ColumnSet related;                              // a row for each resource: its joined columns
  std::vector<std::vector<int32_t>> joined_rows;  // by relationship: of `related`, for each row kept; -1: none
  std::vector<int> owners;                        // by relationship: the first one with the same type
  std::vector<Token> linked;                      // by relationship: the id in `relationships`; 0: none
  std::vector<int32_t> found;                     // by relationship: the row of `related`; -1: none
  std::vector<Token> id_attributes;               // by relationship: the id among the attributes; 0: none
  std::vector<ColumnSize> last_size;              // of the page before: the next one is likely to take as much
  std::string id;
  std::string ids;  // of a to-many relationship, as a JSON array
};

/// The walk over one page.
class PageParser::Page {
 public:
  Page(State& state, const std::string& label, RowGate& gate, ColumnSet& columns, Flattener& flattener)
      : state_(state),
        layout_(state.layout),
        json_(state.json),
        label_(label),
        gate_(gate),
        columns_(columns),
        flattener_(flattener) {}

  base::Result<PageSummary> read(bool single);

 private:
  base::Status read_next(Token links);
  base::Status read_included(Token included);
  void read_resource(Flattener& related, Token resource);
  base::Status read_records(Token data, bool single);
  base::Status read_record(Token record);
  base::Status check_depth() const;

  void fill(Flattener& row, const FieldNode& node, Token object);
  void take(Flattener& row, const FieldNode& field, Token value);
  void read_relationships(Token relationships);
  void link(int relationship, Token data);
  void link_many(const RelationshipNode& node, Token data);
  void set_linked_ids();
  base::Status find_related();
  std::string_view additional_of(int32_t row) const;
  void join();
  Token id_of(Token resource) const;

  base::Status wrong_record(const std::string& what) const {
    return refused("record " + std::to_string(summary_.records) + " " + what);
  }
  bool is_object(Token value) const { return json_.kind(value) == '{'; }
  bool is_array(Token value) const { return json_.kind(value) == '['; }
  bool is_string(Token value) const { return json_.kind(value) == '"'; }
  bool is_there(Token value) const { return value != 0 && !json_.is_null(value); }

  State& state_;
  const RecordLayout& layout_;
  const JsonIndex& json_;
  const std::string& label_;
  RowGate& gate_;
  ColumnSet& columns_;
  Flattener& flattener_;
  PageSummary summary_;
  bool time_seen_ = false;  // in this record
  std::optional<int64_t> time_us_;
  size_t joined_bytes_ = 0;
  size_t deep_allowed_ = 0;  // tokens of JsonIndex::deep() where nesting is the sender's own affair
};

PageParser::PageParser(const RecordLayout& layout) : state_(std::make_unique<State>(layout)) {}
PageParser::~PageParser() = default;

base::Result<PageSummary> PageParser::parse(const std::string& body, std::string_view label, bool single, RowGate& gate,
                                            ColumnSet& columns, Flattener& flattener) {
  if (base::Status status = state_->json.build(body); !status.ok()) return status;
  const int64_t rows_before = columns.rows();
  if (rows_before == 0) columns.reserve(state_->last_size);
  const std::string label_json = label.empty() ? std::string("null") : quote_json(label);
  auto summary = Page(*state_, label_json, gate, columns, flattener).read(single);
  if (summary.ok()) {
    state_->last_size = columns.sizes();
  } else {
    columns.truncate(rows_before);
  }
  return summary;
}

base::Result<PageSummary> PageParser::Page::read(bool single) {
  if (!is_object(JsonIndex::kRoot)) return refused("it is no JSON object");
  const KnownMembers members(kPageNames, json_, JsonIndex::kRoot);
  if (!members.twice.empty()) return refused("it has '" + std::string(members.twice) + "' twice");
  const Token data = members.values[kData];
  if (!is_there(data)) return refused(members.values[kErrors] == 0 ? "it has no 'data'" : "it has 'errors', no 'data'");

  state_.resources.clear();
  state_.related.truncate(0);
  for (std::vector<int32_t>& rows : state_.joined_rows) rows.clear();
  base::Status status = read_next(members.values[kLinks]);
  if (status.ok()) status = read_included(members.values[kIncluded]);
  if (status.ok()) status = read_records(data, single);
  if (status.ok()) status = check_depth();
  if (!status.ok()) return status;
  join();
  return std::move(summary_);
}

base::Status PageParser::Page::read_next(Token links) {
  if (!is_there(links)) return {};
  if (!is_object(links)) return refused("'links' is no object");
  const KnownMembers members(kNextName, json_, links);
  const Token next = members.values[0];
  if (!members.twice.empty()) return refused("'links' has 'next' twice");
  if (!is_there(next)) return {};
  if (!is_string(next)) return refused("'links.next' is no text");
  if (!json_.inside(next).empty()) summary_.next = unescape_json(json_.inside(next));
  return {};
}

base::Status PageParser::Page::read_included(Token included) {
  if (!is_there(included)) return {};
  if (!is_array(included)) return refused("'included' is no array");
  deep_allowed_ += json_.deep_within(included);
  if (!layout_.joins()) return {};
  Flattener related(layout_, state_.related, flattener_.log(), Flattener::Part::related);
  for (JsonElements element(json_, included); element; ++element) {
    if (!is_object(element.value())) return refused("an element of 'included' is no object");
    read_resource(related, element.value());
  }
  state_.resources.index();
  return {};
}

// Flattens a resource once, for all the records that are linked to it.
void PageParser::Page::read_resource(Flattener& related, Token resource) {
  const KnownMembers members(kRecordNames, json_, resource);
  const Token type = members.values[kType], id = members.values[kId], attributes = members.values[kAttributes];
  if (type == 0 || id == 0 || !is_string(type) || !is_string(id)) return;  // nothing can be linked to it
  const auto has_its_type = [&](const RelationshipNode& node) {
    return !node.type.empty() && json_.inside(type) == node.type;
  };
  const auto owner = std::ranges::find_if(layout_.relationships, has_its_type);
  if (owner == layout_.relationships.end()) return;
  related.begin_row();
  const std::string_view raw = json_.raw(resource);
  for (const RelationshipNode& node : layout_.relationships) {
    if (!has_its_type(node)) continue;
    if (node.resource_column >= 0) related.set_cell(node.resource_column, node.names.front(), raw);
    related.extract(node.resource_extractions, json_, resource);
    if (attributes != 0 && is_object(attributes)) fill(related, node.joined_attributes, attributes);
  }
  related.end_row();
  state_.resources.add({.relationship = static_cast<int>(owner - layout_.relationships.begin()),
                        .id = json_.inside(id),
                        .bytes = raw.size(),
                        .odd_values = related.odd_values_of_row()});
}

base::Status PageParser::Page::read_records(Token data, bool single) {
  if (single && is_object(data)) return read_record(data);
  if (!is_array(data)) return refused("'data' is no array");
  for (JsonElements element(json_, data); element; ++element) {
    if (base::Status status = read_record(element.value()); !status.ok()) return status;
  }
  return {};
}

base::Status PageParser::Page::read_record(Token record) {
  ++summary_.records;
  if (!is_object(record)) return wrong_record("is no object");
  const KnownMembers members(kRecordNames, json_, record);
  const auto [type, id, attributes, relationships] = members.values;
  if (!members.twice.empty()) return wrong_record("has '" + std::string(members.twice) + "' twice");
  if (id == 0 || !is_string(id) || json_.inside(id).empty()) return wrong_record("has no id");
  if (type != 0 && !layout_.type.empty() && (!is_string(type) || json_.inside(type) != layout_.type)) {
    return wrong_record("is of type " + std::string(json_.raw(type).substr(0, 100)) + ", not \"" + layout_.type + '"');
  }
  if (is_there(attributes) && !is_object(attributes)) return wrong_record("has 'attributes' that are no object");
  if (is_there(relationships) && !is_object(relationships)) {
    return wrong_record("has 'relationships' that are no object");
  }

  flattener_.begin_row();
  time_seen_ = false;
  time_us_.reset();
  state_.linked.assign(layout_.relationships.size(), 0);
  state_.found.assign(layout_.relationships.size(), -1);
  state_.id_attributes.assign(layout_.relationships.size(), 0);
  if (layout_.id_column >= 0) flattener_.set_cell(layout_.id_column, "id", json_.raw(id));
  if (is_there(attributes)) {
    deep_allowed_ += json_.deep_within(attributes);
    take(flattener_, layout_.attributes, attributes);
  }
  if (layout_.label_column >= 0 && !flattener_.has_cell(layout_.label_column)) {
    flattener_.set_cell(layout_.label_column, "label", label_);
  }
  if (is_there(relationships)) read_relationships(relationships);
  set_linked_ids();
  if (base::Status status = find_related(); !status.ok()) return status;
  flattener_.end_row();

  std::string_view id_text = json_.inside(id);
  if (has_escape(id_text)) id_text = state_.id = unescape_json(id_text);
  summary_.ids_hash = (summary_.ids_hash ^ std::hash<std::string_view>{}(id_text)) * 0x9E3779B97F4A7C15U + 1;
  if (gate_.admit(id_text, time_us_)) {
    ++summary_.kept;
    for (size_t i = 0; i < state_.found.size(); ++i) state_.joined_rows[i].push_back(state_.found[i]);
  } else {
    flattener_.drop_row();
  }
  return {};
}

// The cells below an object of the document that `node` describes.
void PageParser::Page::fill(Flattener& row, const FieldNode& node, Token object) {
  size_t hint = 0;
  for (JsonMembers member(json_, object); member; ++member) {
    const std::string_view key = member.key();
    const FieldNode* field = node.find(key, hint);
    if (field == nullptr && has_escape(key)) field = node.find(unescape_json(key), hint);
    if (field != nullptr) {
      take(row, *field, member.value());
    } else if (node.column < 0) {
      row.set_unknown(node.path, key, json_.raw(member.value()));
    }
  }
}

void PageParser::Page::take(Flattener& row, const FieldNode& field, Token value) {
  if (field.column >= 0) row.set_cell(field.column, field.path, json_.raw(value));
  row.extract(field.extractions, json_, value);
  if (field.is_time && !time_seen_) {
    time_seen_ = true;
    time_us_ = row.time_of(json_.raw(value));
  }
  if (field.relationship >= 0) {
    Token& id = state_.id_attributes[static_cast<size_t>(field.relationship)];
    if (id == 0) id = value;
  }
  if (field.children.empty() || json_.is_null(value)) return;
  if (is_object(value)) {
    fill(row, field, value);  // as deep as the catalogue, not as the document
  } else if (field.column < 0) {
    row.set_odd(field.path, json_.raw(value));
  }
}

void PageParser::Page::read_relationships(Token relationships) {
  size_t hint = 0;
  for (JsonMembers member(json_, relationships); member; ++member) {
    if (!is_object(member.value())) continue;  // null: nothing is linked
    const Token data = KnownMembers(kDataName, json_, member.value()).values[0];
    if (!is_there(data)) continue;
    const int relationship = layout_.find_relationship(member.key(), hint);
    if (relationship >= 0) {
      link(relationship, data);
    } else {
      flattener_.set_unknown("relationships", member.key(), json_.raw(data));
    }
  }
}

// Old revisions give an array for to-one relationships too.
void PageParser::Page::link(int relationship, Token data) {
  const RelationshipNode& node = layout_.relationships[static_cast<size_t>(relationship)];
  if (node.cardinality == Cardinality::many) return link_many(node, data);
  if (is_array(data)) {
    JsonElements element(json_, data);
    if (!element) return;
    const Token first = element.value();
    if (++element) flattener_.set_odd(node.path, json_.raw(data));
    data = first;
  }
  Token& linked = state_.linked[static_cast<size_t>(relationship)];
  const Token id = id_of(data);
  if (id == 0) {
    flattener_.set_odd(node.path, json_.raw(data));
  } else if (linked == 0) {
    linked = id;
  }
}

void PageParser::Page::link_many(const RelationshipNode& node, Token data) {
  if (node.id_column < 0) return;
  std::string& ids = state_.ids;
  ids = '[';
  bool all = is_array(data);
  if (all) {
    for (JsonElements element(json_, data); element && all; ++element) {
      const Token id = id_of(element.value());
      all = id != 0;
      if (all) ids.append(ids.size() > 1 ? "," : "").append(json_.raw(id));
    }
  }
  ids += ']';
  if (all) {
    flattener_.set_cell(node.id_column, node.path, ids);
  } else {
    flattener_.set_odd(node.path, json_.raw(data));
  }
}

/// 0: no resource identifier.
Token PageParser::Page::id_of(Token resource) const {
  if (!is_object(resource)) return 0;
  const Token id = KnownMembers(kRecordNames, json_, resource).values[kId];
  return id != 0 && is_string(id) ? id : 0;
}

void PageParser::Page::set_linked_ids() {
  for (size_t i = 0; i < layout_.relationships.size(); ++i) {
    Token& linked = state_.linked[i];
    if (linked == 0) linked = state_.id_attributes[i];
    const int column = layout_.relationships[i].id_column;
    if (linked != 0 && column >= 0 && layout_.relationships[i].cardinality == Cardinality::one) {
      flattener_.set_cell(column, layout_.relationships[i].path, json_.raw(linked));
    }
  }
}

base::Status PageParser::Page::find_related() {
  for (size_t i = 0; i < layout_.relationships.size(); ++i) {
    const Token id = state_.linked[i];
    if (layout_.relationships[i].type.empty() || id == 0 || !is_string(id)) continue;
    const int32_t row = state_.resources.find(state_.owners[i], json_.inside(id));
    if (row < 0) continue;
    state_.found[i] = row;
    const Resource& resource = state_.resources.at(row);
    joined_bytes_ += resource.bytes;
    if (joined_bytes_ > kMaxJoinedBytes) return refused("its related resources take more than 256 MiB when joined");
    if (resource.odd_values > 0) flattener_.add_kept(additional_of(row), resource.odd_values);
  }
  return {};
}

std::string_view PageParser::Page::additional_of(int32_t row) const {
  const int column = layout_.additional_column;
  return column < 0 || state_.related.column(column).is_null(row) ? std::string_view()
                                                                  : state_.related.column(column).text(row);
}

// Column by column: many times faster than row by row.
void PageParser::Page::join() {
  for (size_t i = 0; i < layout_.relationships.size(); ++i) {
    for (const int column : layout_.relationships[i].joined_columns) {
      columns_.column(column).append_gathered(state_.related.column(column), state_.joined_rows[i]);
    }
  }
}

base::Status PageParser::Page::check_depth() const {
  if (deep_allowed_ == json_.deep()) return {};
  return refused("it is nested deeper than " + std::to_string(JsonIndex::kDeep));
}

}  // namespace klaviyo
