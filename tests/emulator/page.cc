#include "page.h"

#include <algorithm>

namespace emulator {
namespace {

bool same_order(const Field& left, const Field& right) {
  if (left.kind != right.kind) return false;
  if (left.kind == Field::Kind::attribute && left.shape.is_chronological() && right.shape.is_chronological())
    return true;
  return left.path == right.path;
}

bool is_shown_by_default(const FilterField& rule, const RowContext& row) {
  const Value value = field_value(rule.field, row);
  const std::string text = value.kind == Value::Kind::boolean ? (value.integer != 0 ? "true" : "false") : value.text;
  return rule.enumeration.contains(text);
}

// The positions [first, last) that a bound on the sorted field leaves over.
struct Range {
  int64_t first;
  int64_t last;
};

void narrow(Range& range, const SortedView& view, const Condition& condition) {
  const auto value = [&](int64_t position) { return field_value(condition.field->field, view.context_at(position)); };
  const Value& bound = condition.values.front();
  const auto first_where = [&](auto test) {
    return view.first([&](int64_t p) { return test(compare(value(p), bound)); });
  };
  // Where the condition starts, or stops, to hold as values grow.
  const bool lower = condition.op == Operator::greater_than || condition.op == Operator::greater_or_equal;
  const bool inclusive = condition.op == Operator::greater_or_equal || condition.op == Operator::less_or_equal;
  int64_t border = 0;
  if (view.descending()) {
    border =
        lower == inclusive ? first_where([](auto o) { return o < 0; }) : first_where([](auto o) { return o <= 0; });
  } else {
    border =
        lower == inclusive ? first_where([](auto o) { return o >= 0; }) : first_where([](auto o) { return o > 0; });
  }
  if (lower == view.descending()) {
    range.last = std::min(range.last, border);
  } else {
    range.first = std::max(range.first, border);
  }
}

bool is_bound(Operator op) {
  return op == Operator::greater_than || op == Operator::greater_or_equal || op == Operator::less_than ||
         op == Operator::less_or_equal;
}

}  // namespace

Page select_page(const World& world, OrderCache& orders, const QueryPlan& plan) {
  const Type& type = *plan.source->type;
  const Field& field = plan.sort->field;
  const Group* group = plan.group ? &*plan.group : nullptr;
  auto order =
      group != nullptr ? order_of(world, type, field, world.members(*group), *group) : orders.order(world, type, field);
  const SortedView view(world, type, field, std::move(order), plan.descending, group);
  Range range{0, view.size()};
  for (const Condition& condition : plan.conditions) {
    if (is_bound(condition.op) && same_order(condition.field->field, field)) {
      narrow(range, view, condition);
    }
  }
  if (plan.cursor && !plan.cursor->from_start) {
    range.first = std::max(range.first, view.after(plan.cursor->value, plan.cursor->row));
  }
  std::vector<const FilterField*> defaults;
  for (const auto& [name, rule] : plan.source->unless_filtered) {
    const auto names_it = [&, &wanted = name](const Condition& condition) { return condition.name == wanted; };
    if (std::none_of(plan.conditions.begin(), plan.conditions.end(), names_it)) defaults.push_back(&rule);
  }
  int64_t skip = plan.source->page.numbered ? (plan.page_number - 1) * plan.page_size : 0;
  Page page;
  for (int64_t position = range.first; position < range.last; ++position) {
    const RowContext row = view.context_at(position);
    const bool wanted =
        world.rows(type).exists(row.row) &&
        std::all_of(plan.conditions.begin(), plan.conditions.end(), [&](const auto& c) { return holds(c, row); }) &&
        std::all_of(defaults.begin(), defaults.end(),
                    [&](const auto* rule) { return is_shown_by_default(*rule, row); });
    if (!wanted || skip-- > 0) continue;
    if (plan.page_size > 0 && static_cast<int64_t>(page.rows.size()) == plan.page_size) {
      page.more = true;
      break;
    }
    page.rows.push_back(row.row);
  }
  if (!page.rows.empty()) page.last_value = field_value(field, world.context(type, page.rows.back(), group));
  return page;
}

}  // namespace emulator
