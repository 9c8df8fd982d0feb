#include "query_plan.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "mixing.h"

namespace emulator {
namespace {

using Check = std::optional<Refusal>;

struct Planner {
  const Facts& facts;
  const Source& source;
  int64_t now_us;
  QueryPlan plan;

  Check filter(const std::string& value);
  Check sort(const std::string& value);
  Check include(const std::string& value);
  Check page_size(const std::string& value);
  Check page_number(const std::string& value);
  Check page_cursor(const std::string& value);
  Check sparse(const Parameter& parameter, const std::string& type);
  Check additional(const Parameter& parameter, const std::string& type);
  Check parameter(const Parameter& parameter);
  Check sort_against_filter() const;
  const Type* visible_type(const std::string& name) const;
};

Refusal unknown(const Parameter& parameter) {
  return bad_parameter(parameter.name, "'" + parameter.name + "' is not a valid parameter of this endpoint.");
}

std::optional<int64_t> parse_count(const std::string& text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Check Planner::filter(const std::string& value) {
  auto terms = parse_filter(value);
  if (auto* refusal = std::get_if<Refusal>(&terms)) return std::move(*refusal);
  auto conditions = check_filter(source, std::get<std::vector<FilterTerm>>(terms), now_us);
  if (auto* refusal = std::get_if<Refusal>(&conditions)) return std::move(*refusal);
  plan.conditions = std::get<std::vector<Condition>>(std::move(conditions));
  return std::nullopt;
}

Check Planner::sort(const std::string& value) {
  plan.descending = value.starts_with('-');
  const std::string name = value.substr(plan.descending ? 1 : 0);
  for (const SortRule& rule : source.sort) {
    if (rule.name == name) {
      plan.sort = &rule;
      return std::nullopt;
    }
  }
  return bad_parameter("sort", "'" + value + "' is not a valid sort option of " + source.name + ".");
}

Check Planner::include(const std::string& value) {
  for (const auto& name : split_list(value)) {
    if (std::find(source.include.begin(), source.include.end(), name) == source.include.end()) {
      return bad_parameter("include", "'" + name + "' is not a valid relationship to include.");
    }
    const Relationship* relationship = source.type->relationship(name);
    if (std::find(plan.include.begin(), plan.include.end(), relationship) != plan.include.end()) {
      return bad_parameter("include", "'" + name + "' is included more than once.");
    }
    plan.include.push_back(relationship);
  }
  return std::nullopt;
}

Check Planner::page_size(const std::string& value) {
  const auto size = parse_count(value);
  if (!size || *size < 1 || *size > source.page.max_size) {
    return bad_parameter("page[size]",
                         "Page size must be an integer between 1 and " + std::to_string(source.page.max_size) + ".");
  }
  plan.page_size = *size;
  return std::nullopt;
}

Check Planner::page_number(const std::string& value) {
  const auto number = parse_count(value);
  if (!number || *number < 1) return bad_parameter("page[number]", "Page number must be a positive integer.");
  plan.page_number = *number;
  return std::nullopt;
}

Check Planner::page_cursor(const std::string& value) {
  plan.cursor = decode_cursor(value);
  if (!plan.cursor) return bad_parameter("page[cursor]", "Invalid cursor provided.", "/data/");
  return std::nullopt;
}

// The collection's own type, or one that it may include.
const Type* Planner::visible_type(const std::string& name) const {
  if (source.type->name == name) return source.type;
  for (const auto& relation : source.include) {
    const Type* target = source.type->relationship(relation)->target;
    if (target != nullptr && target->name == name) return target;
  }
  return nullptr;
}

Check Planner::sparse(const Parameter& parameter, const std::string& type_name) {
  const Type* type = visible_type(type_name);
  if (type == nullptr) return unknown(parameter);
  auto& names = plan.fields[type_name];
  for (const auto& name : split_list(parameter.value)) {
    const bool extra = type == source.type && source.extra.part(name);
    if (!type->fields.contains(name) && !extra) {
      return bad_parameter(parameter.name, "'" + name + "' is not a valid field for resource type " + type_name + ".");
    }
    names.insert(name);
  }
  return std::nullopt;
}

Check Planner::additional(const Parameter& parameter, const std::string& type_name) {
  const Type* type = source.type->name == type_name ? source.type : nullptr;
  if (type == nullptr || type->additional.empty()) return unknown(parameter);
  for (const auto& name : split_list(parameter.value)) {
    if (!type->additional.contains(name)) {
      return bad_parameter(parameter.name, "'" + name + "' is not a valid additional field for " + type_name + ".");
    }
    plan.additional[type_name].insert(name);
  }
  return std::nullopt;
}

// `TYPE` of `prefix[TYPE]`.
std::optional<std::string> bracketed(const std::string& name, std::string_view prefix) {
  if (!name.starts_with(prefix) || !name.ends_with(']')) return std::nullopt;
  return name.substr(prefix.size(), name.size() - prefix.size() - 1);
}

Check Planner::parameter(const Parameter& parameter) {
  const auto& [name, value] = parameter;
  if (name == "filter" && !source.filter.empty()) return filter(value);
  if (name == "sort" && !source.sort.empty()) return sort(value);
  if (name == "include" && !source.include.empty()) return include(value);
  if (name == "page[size]" && source.page.parameter) return page_size(value);
  if (name == "page[number]" && source.page.numbered) return page_number(value);
  if (name == "page[cursor]" && source.page.paged && !source.page.numbered) return page_cursor(value);
  if (source.ids_only) return unknown(parameter);
  if (const auto type = bracketed(name, "fields[")) return sparse(parameter, *type);
  if (const auto type = bracketed(name, "additional-fields[")) return additional(parameter, *type);
  return unknown(parameter);
}

// Flows: "If a date filter is provided, sort field must also match or be omitted."
Check Planner::sort_against_filter() const {
  if (!source.sort_follows_time_filter || plan.sort == nullptr) return std::nullopt;
  for (const Condition& condition : plan.conditions) {
    if (condition.field->kind == FilterField::Kind::instant && condition.name != plan.sort->name) {
      return bad_parameter("sort", "If a date filter is provided, sort field must also match or be omitted.");
    }
  }
  return std::nullopt;
}

// fields[…] may change from page to page; everything else may not.
std::string binding_of(const QueryPlan& plan, const std::vector<Parameter>& parameters) {
  uint64_t state = hash_text(plan.source->path + (plan.group ? std::to_string(plan.group->row) : std::string()));
  for (const char* name : {"filter", "sort", "page[size]", "include"}) {
    const std::string* value = find_parameter(parameters, name);
    state = hash_text(value == nullptr ? std::string("-") : "+" + *value, hash_text(name, state));
  }
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(state));
  return text;
}

}  // namespace

Outcome<QueryPlan> make_query_plan(const Facts& facts, const Source& source, const std::optional<Group>& group,
                                   const std::vector<Parameter>& parameters, int64_t now_us) {
  Planner planner{facts, source, now_us, {}};
  planner.plan.source = &source;
  planner.plan.group = group;
  planner.plan.page_size = source.page.default_size;
  for (const Parameter& parameter : parameters) {
    if (auto refusal = planner.parameter(parameter)) return std::move(*refusal);
  }
  if (find_parameter(parameters, "filter") == nullptr) {
    auto none = check_filter(source, {}, now_us);
    if (auto* refusal = std::get_if<Refusal>(&none)) return std::move(*refusal);
  }
  if (auto refusal = planner.sort_against_filter()) return std::move(*refusal);
  QueryPlan& plan = planner.plan;
  if (plan.sort == nullptr) {
    plan.sort = &source.default_sort;
    plan.descending = source.default_descending;
  }
  plan.binding = binding_of(plan, parameters);
  if (plan.cursor && plan.cursor->binding != plan.binding) {
    return bad_parameter("page[cursor]", "Invalid cursor provided.", "/data/");
  }
  return std::move(plan);
}

}  // namespace emulator
