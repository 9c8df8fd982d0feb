#include "facts.h"

#include <array>
#include <stdexcept>
#include <utility>

#include "mixing.h"

namespace emulator {
namespace {

constexpr std::array<std::pair<std::string_view, Operator>, 10> kOperators{{
    {"greater-than", Operator::greater_than},
    {"greater-or-equal", Operator::greater_or_equal},
    {"less-than", Operator::less_than},
    {"less-or-equal", Operator::less_or_equal},
    {"equals", Operator::equals},
    {"any", Operator::any},
    {"contains", Operator::contains},
    {"starts-with", Operator::starts_with},
    {"ends-with", Operator::ends_with},
    {"has", Operator::has},
}};

Pick pick_named(const std::string& name) {
  static const std::map<std::string, Pick> kPicks{
      {"hash", Pick::hash},       {"modulo", Pick::modulo}, {"inverse", Pick::inverse}, {"own", Pick::own},
      {"members", Pick::members}, {"groups", Pick::groups}, {"parent", Pick::parent},   {"none", Pick::none}};
  return kPicks.at(name);
}

FilterField::Kind kind_named(const std::string& name) {
  static const std::map<std::string, FilterField::Kind> kKinds{
      {"string", FilterField::Kind::text},     {"boolean", FilterField::Kind::boolean},
      {"integer", FilterField::Kind::integer}, {"number", FilterField::Kind::number},
      {"time", FilterField::Kind::instant},    {"none", FilterField::Kind::none}};
  return kKinds.at(name);
}

int64_t precision_named(const std::string& name) {
  static const std::map<std::string, int64_t> kPrecisions{{"s", 1'000'000}, {"ms", 1000}, {"us", 1}};
  return kPrecisions.at(name);
}

template <typename T>
T member_or(const Json& object, const char* name, T otherwise) {
  return object.contains(name) ? object.at(name).get<T>() : otherwise;
}

// Calls visit(name, value) for the members of the object's member `name`, when it is there.
template <typename Visit>
void for_each_member(const Json& object, const char* name, const Visit& visit) {
  if (!object.contains(name)) return;
  for (const auto& [key, value] : object.at(name).items()) visit(key, value);
}

Relationship parse_relationship(const std::string& type, const std::string& name, const Json& json) {
  Relationship out;
  out.name = name;
  out.many = member_or(json, "many", false);
  out.always_data = member_or(json, "data", false);
  out.hidden = member_or(json, "hidden", false);
  out.pick = pick_named(member_or(json, "pick", std::string("hash")));
  out.of = member_or(json, "of", std::string());
  out.min = member_or<int64_t>(json, "min", 0);
  out.max = member_or<int64_t>(json, "max", 2);
  out.missing_percent = member_or<int64_t>(json, "missing", 0);
  out.salt = hash_text(type + '.' + member_or(json, "salt", name));
  return out;
}

std::unique_ptr<Type> parse_type(const std::string& name, const Json& json, size_t slot) {
  auto out = std::make_unique<Type>();
  out->name = name;
  out->slot = slot;
  out->salt = hash_text(name);
  out->segment = json.at("segment").get<std::string>();
  out->scope = json.at("scope").get<std::string>();
  out->identity = Identity(json.at("id").get<std::string>());
  out->precision_us = precision_named(member_or(json, "precision", std::string("s")));
  out->attributes = Shape(json.at("attributes"), name);
  if (json.contains("hidden")) out->hidden = Shape(json.at("hidden"), name);
  for_each_member(json, "relationships", [&](const std::string& key, const Json& value) {
    out->relationships.push_back(parse_relationship(name, key, value));
  });
  out->fields = json.at("fields").get<std::set<std::string>>();
  out->additional = member_or(json, "additional", std::set<std::string>());
  return out;
}

std::vector<Operator> parse_operators(const Json& json, const char* name) {
  std::vector<Operator> out;
  if (!json.contains(name)) return out;
  for (const Json& entry : json.at(name)) out.push_back(operator_named(entry.get<std::string>()).value());
  return out;
}

FilterField parse_filter_field(const Source& source, const std::string& name, const Json& json) {
  FilterField out;
  out.kind = kind_named(json.at("value").get<std::string>());
  out.single = parse_operators(json, "single");
  out.list = parse_operators(json, "list");
  out.enumeration = member_or(json, "enum", std::set<std::string>());
  out.any_value = member_or(json, "any_value", std::string());
  out.ignored = member_or(json, "ignored", false);
  out.future = member_or(json, "future", false);
  out.field = bind_field(source, member_or(json, "on", name));
  return out;
}

Rate parse_rate(const Json& json) {
  return {json.at(0).get<int64_t>(), json.at(1).get<int64_t>(), json.size() > 2 ? json.at(2).get<int64_t>() : 0};
}

PageRule parse_page(const Json& json) {
  PageRule out;
  out.paged = true;
  out.numbered = member_or(json, "numbered", false);
  out.parameter = member_or(json, "parameter", false);
  out.default_size = json.at("default").get<int64_t>();
  out.max_size = member_or(json, "max", out.default_size);
  return out;
}

// A value that is shown unless a filter names its field: equals(field,value).
FilterField parse_default(const Type& type, const std::string& name, const Json& value) {
  FilterField out;
  out.kind = value.is_boolean() ? FilterField::Kind::boolean : FilterField::Kind::text;
  out.field = bind_field(type, name);
  out.enumeration = {value.is_boolean() ? value.dump() : value.get<std::string>()};
  return out;
}

void parse_sorts(const Json& json, Source& out) {
  const Json on = member_or(json, "on", Json::object());
  for (const auto& name : member_or(json, "sort", std::vector<std::string>())) {
    out.sort.push_back({name, bind_field(out, member_or(on, name.c_str(), name))});
  }
  auto order = json.at("default_sort").get<std::string>();
  out.default_descending = order.starts_with('-');
  if (out.default_descending) order.erase(0, 1);
  out.default_sort = {order, bind_field(*out.type, order)};
}

Source parse_source(const std::string& name, const Json& json, const Type& type) {
  Source out;
  out.name = name;
  out.path = "/api/" + name;
  out.type = &type;
  out.rows = member_or<int64_t>(json, "rows", 0);
  if (json.contains("extra")) out.extra = Shape(json.at("extra"), name);
  out.rate = parse_rate(json.at("rate"));
  for_each_member(json, "costly",
                  [&](const std::string& key, const Json& value) { out.costly.emplace(key, parse_rate(value)); });
  out.scopes = json.at("scopes").get<std::vector<std::string>>();
  if (json.contains("page")) out.page = parse_page(json.at("page"));
  for_each_member(json, "filter", [&](const std::string& key, const Json& value) {
    out.filter.emplace(key, parse_filter_field(out, key, value));
  });
  out.required = member_or(json, "required", std::vector<std::string>());
  out.once = member_or(json, "once", std::vector<std::string>());
  parse_sorts(json, out);
  out.include = member_or(json, "include", std::vector<std::string>());
  for (const auto& relation : out.include) {
    if (type.relationship(relation) == nullptr) throw std::out_of_range(name + " cannot include " + relation);
  }
  for_each_member(json, "unless_filtered", [&](const std::string& key, const Json& value) {
    out.unless_filtered.emplace_back(key, parse_default(type, key, value));
  });
  out.beta = member_or(json, "beta", false);
  out.sort_follows_time_filter = member_or(json, "sort_follows_time_filter", false);
  return out;
}

}  // namespace

std::optional<Operator> operator_named(std::string_view name) {
  for (const auto& [text, op] : kOperators) {
    if (text == name) return op;
  }
  return std::nullopt;
}

std::string_view name_of(Operator op) {
  for (const auto& [text, named] : kOperators) {
    if (named == op) return text;
  }
  return {};
}

const Relationship* Type::relationship(std::string_view relationship_name) const {
  for (const Relationship& relation : relationships) {
    if (relation.name == relationship_name) return &relation;
  }
  return nullptr;
}

Field bind_field(const Type& type, const std::string& where) {
  Field out;
  out.path = where;
  if (where == "id") return out;
  if (where.starts_with("rel:")) {
    out.kind = Field::Kind::relationship;
    out.relationship = type.relationship(where.substr(4));
    if (out.relationship == nullptr) throw std::out_of_range(type.name + " has no relationship " + where.substr(4));
    return out;
  }
  out.kind = Field::Kind::attribute;
  auto shape = type.attributes.part(where);
  if (!shape) shape = type.hidden.part(where);
  if (!shape) throw std::out_of_range(type.name + " has no attribute " + where);
  out.shape = *std::move(shape);
  return out;
}

Field bind_field(const Source& source, const std::string& where) {
  auto extra = source.extra.part(where);
  if (!extra) return bind_field(*source.type, where);
  Field out;
  out.kind = Field::Kind::attribute;
  out.path = where;
  out.shape = *std::move(extra);
  return out;
}

std::string_view parent_id_in(std::string_view path) {
  constexpr std::string_view kRoot = "/api/";
  if (!path.starts_with(kRoot)) return {};
  const size_t begin = path.find('/', kRoot.size());
  if (begin == std::string_view::npos) return {};
  return path.substr(begin + 1, path.find('/', begin + 1) - begin - 1);
}

Facts::Facts(const Json& document) {
  size_t slot = 0;
  for (const auto& [name, json] : document.at("types").items()) {
    types_.emplace(name, parse_type(name, json, slot));
    ++slot;
  }
  for (const auto& [name, json] : document.at("types").items()) {
    Type& type = *types_.at(name);
    if (json.contains("parent")) {
      type.parent = types_.at(json.at("parent").at("type").get<std::string>()).get();
      type.children = json.at("parent").at("children").get<int64_t>();
    }
    for (Relationship& relation : type.relationships) {
      const auto target = types_.find(json.at("relationships").at(relation.name).at("type").get<std::string>());
      if (target != types_.end()) relation.target = target->second.get();
      if (relation.target == nullptr) relation.pick = Pick::none;
    }
  }
  for (const auto& [name, json] : document.at("sources").items()) {
    sources_.emplace(name, parse_source(name, json, *types_.at(json.at("type").get<std::string>())));
  }
  for (const auto& [name, json] : document.at("nested").items()) add_nested(name, json);
  if (document.contains("meta")) meta_ = document.at("meta").dump();
}

// A collection that hangs on a relationship which the revision does not have is not there either. Beside it, with
// `ids`, its ids alone: the same but for that patch.
void Facts::add_nested(const std::string& name, const Json& json) {
  const Type& parent = *types_.at(json.at("parent").get<std::string>());
  const Relationship* members = parent.relationship(json.at("members").get<std::string>());
  if (members == nullptr) return;
  Source out = parse_source(name, json, *types_.at(json.at("type").get<std::string>()));
  out.parent = &parent;
  out.members = members;
  out.ids_only = member_or(json, "ids_only", false);
  out.estimates = member_or(json, "estimates", false);
  nested_.emplace(name, std::move(out));
  if (!json.contains("ids")) return;
  Json ids = json;
  ids.merge_patch(json.at("ids"));
  ids.erase("ids");
  ids["ids_only"] = true;
  add_nested(std::string(name).insert(name.rfind('/'), "/relationships"), ids);
}

const Source* Facts::source(std::string_view name) const {
  for (const auto* sources : {&sources_, &nested_}) {
    const auto found = sources->find(std::string(name));
    if (found != sources->end()) return &found->second;
  }
  return nullptr;
}

const Source* Facts::source_at(std::string_view path) const {
  if (path.ends_with('/')) path.remove_suffix(1);
  if (!path.starts_with("/api/")) return nullptr;
  std::string name(path.substr(5));
  const std::string_view id = parent_id_in(path);
  if (!id.empty()) name.replace(static_cast<size_t>(id.data() - path.data()) - 5, id.size(), "{id}");
  return source(name);
}

}  // namespace emulator
