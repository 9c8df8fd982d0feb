#include <algorithm>
#include <charconv>
#include <cmath>

#include "filter.h"
#include "order.h"
#include "time_text.h"

namespace emulator {
namespace {

Refusal refuse(std::string detail, std::string pointer = {}) {
  return bad_parameter("filter", std::move(detail), std::move(pointer));
}

bool allows(const std::vector<Operator>& operators, Operator op) {
  return std::find(operators.begin(), operators.end(), op) != operators.end();
}

std::string allowed_operators(const FilterField& field) {
  if (field.kind == FilterField::Kind::none) return "has";
  std::vector<std::string> names;
  for (const auto* operators : {&field.single, &field.list}) {
    for (const Operator op : *operators) names.emplace_back(name_of(op));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ",") + name;
  return out;
}

std::optional<double> parse_number(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

// The literal as a value of the field's kind; nothing when it is not one.
std::optional<Value> typed(FilterField::Kind kind, const FilterLiteral& literal) {
  if (!literal.quoted && literal.text == "null") return Value::null();
  if (literal.quoted != (kind == FilterField::Kind::text)) return std::nullopt;
  switch (kind) {
    case FilterField::Kind::text:
      return Value::of_text(literal.text);
    case FilterField::Kind::boolean:
      if (literal.text != "true" && literal.text != "false") return std::nullopt;
      return Value::of_boolean(literal.text == "true");
    case FilterField::Kind::integer:
    case FilterField::Kind::number: {
      const auto number = parse_number(literal.text);
      if (!number || (kind == FilterField::Kind::integer && std::floor(*number) != *number)) return std::nullopt;
      return Value::of_decimal(*number);
    }
    case FilterField::Kind::instant: {
      const auto us = parse_instant(literal.text);
      if (!us) return std::nullopt;
      return Value::of_instant(*us);
    }
    case FilterField::Kind::none:
      break;
  }
  return std::nullopt;
}

std::optional<Refusal> check_form(const FilterTerm& term, const FilterField& field, Operator op) {
  const bool single = allows(field.single, op);
  const bool list = allows(field.list, op);
  const bool none = field.kind == FilterField::Kind::none && op == Operator::has;
  if (!single && !list && !none) {
    return refuse("'" + term.op + "' is not an allowed filter operator for " + term.field +
                  ".  Allowed operators are " + allowed_operators(field));
  }
  if (none != !term.has_value) {
    return refuse("'" + term.op + "(" + term.field + ")' takes " + (none ? "no value." : "a value."));
  }
  // equals(name,"x") is taken where the specification lists the array form alone; any() wants an array.
  if (term.is_list && !list) return refuse("'" + term.op + "' takes one value for " + term.field + ", not an array.");
  if (!none && !term.is_list && !single && op == Operator::any) {
    return refuse("'any' takes an array of values for " + term.field + ".");
  }
  return std::nullopt;
}

Outcome<std::vector<Value>> check_values(const FilterTerm& term, const FilterField& field, int64_t now_us) {
  std::vector<Value> out;
  for (const FilterLiteral& literal : term.values) {
    auto value = typed(field.kind, literal);
    if (!value) {
      const bool instant = field.kind == FilterField::Kind::instant;
      return refuse("Invalid filter provided: the value for " + term.field + " is not " +
                    (instant ? "an unquoted ISO 8601 datetime." : "of the field's type."));
    }
    if (!field.enumeration.empty() && !value->is_null() && !field.enumeration.contains(value->text)) {
      return refuse("'" + value->text + "' is not a valid choice for " + term.field + ".");
    }
    if (value->kind == Value::Kind::instant && !field.future && value->integer > now_us) {
      return refuse("End date may not be in the future: " + format_utc(value->integer).substr(0, 19), term.field);
    }
    out.push_back(std::move(*value));
  }
  return out;
}

std::optional<Refusal> check_presence(const Source& source, const std::vector<Condition>& conditions) {
  const auto count = [&](const std::string& name) {
    return std::count_if(conditions.begin(), conditions.end(), [&](const Condition& c) { return c.name == name; });
  };
  const auto present = [&](const std::string& name) { return count(name) > 0; };
  if (!source.required.empty() && std::none_of(source.required.begin(), source.required.end(), present)) {
    std::string names;
    for (const auto& name : source.required) names += (names.empty() ? "" : " or ") + name;
    return refuse("A filter on " + names + " is required to list " + source.name + ".");
  }
  for (const auto& name : source.once) {
    if (count(name) > 1) return refuse("Only one filter on " + name + " may be given.");
  }
  return std::nullopt;
}

// The ids of a to-many relationship, of which any one may match.
std::vector<Value> related_ids(const Condition& condition, const RowContext& row) {
  const Relationship& relationship = *condition.field->field.relationship;
  std::vector<Value> out;
  for (const int64_t target : row.world.related(row, relationship)) {
    out.push_back(Value::of_text(row.world.id(*relationship.target, target)));
  }
  return out;
}

bool matches(Operator op, const Value& value, const Value& wanted) {
  if (op == Operator::equals || op == Operator::any) return compare(value, wanted) == 0;
  if (value.is_null() || wanted.is_null()) return false;
  switch (op) {
    case Operator::greater_than:
      return compare(value, wanted) > 0;
    case Operator::greater_or_equal:
      return compare(value, wanted) >= 0;
    case Operator::less_than:
      return compare(value, wanted) < 0;
    case Operator::less_or_equal:
      return compare(value, wanted) <= 0;
    case Operator::contains:
      return value.text.find(wanted.text) != std::string::npos;
    case Operator::starts_with:
      return value.text.starts_with(wanted.text);
    case Operator::ends_with:
      return value.text.ends_with(wanted.text);
    default:
      return false;
  }
}

}  // namespace

Outcome<std::vector<Condition>> check_filter(const Source& source, const std::vector<FilterTerm>& terms,
                                             int64_t now_us) {
  std::vector<Condition> out;
  for (const FilterTerm& term : terms) {
    const auto field = source.filter.find(term.field);
    if (field == source.filter.end()) return refuse("'" + term.field + "' is not a filterable field of " + source.name);
    const auto op = operator_named(term.op);
    if (!op) return refuse("'" + term.op + "' is not a filter operator.");
    if (auto refusal = check_form(term, field->second, *op)) return std::move(*refusal);
    auto values = check_values(term, field->second, now_us);
    if (auto* refusal = std::get_if<Refusal>(&values)) return std::move(*refusal);
    out.push_back({&field->second, term.field, *op, std::get<std::vector<Value>>(std::move(values))});
  }
  if (auto refusal = check_presence(source, out)) return std::move(*refusal);
  return out;
}

bool holds(const Condition& condition, const RowContext& row) {
  const FilterField& field = *condition.field;
  if (field.ignored) return true;
  if (!field.any_value.empty() && condition.values.front().text == field.any_value) return true;
  std::vector<Value> found;
  if (field.field.kind == Field::Kind::relationship) {
    found = related_ids(condition, row);
    if (condition.op == Operator::has) return !found.empty();
  } else {
    found.push_back(field_value(field.field, row));
  }
  return std::any_of(found.begin(), found.end(), [&](const Value& value) {
    return std::any_of(condition.values.begin(), condition.values.end(),
                       [&](const Value& wanted) { return matches(condition.op, value, wanted); });
  });
}

}  // namespace emulator
