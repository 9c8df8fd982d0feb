// Klaviyo's filter grammar, and filters applied to rows.
//
//   filter = term *("," term)        term = "and(" filter ")" / operator "(" field ["," value] ")"
//   value  = "text" / 'text' / true / false / null / number / instant / "[" value *("," value) "]"
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "facts.h"
#include "refusal.h"
#include "world.h"

namespace emulator {

/// One literal as it stands in the filter; what it means depends on the field.
struct FilterLiteral {
  bool quoted = false;
  std::string text;  // without quotes and escapes
};

struct FilterTerm {
  std::string op;
  std::string field;
  bool has_value = false;
  bool is_list = false;
  std::vector<FilterLiteral> values;
};

/// The terms, all of which have to hold. Refuses what is not in the grammar.
Outcome<std::vector<FilterTerm>> parse_filter(std::string_view text);

/// A term that fits the facts.
struct Condition {
  const FilterField* field = nullptr;
  std::string name;
  Operator op = Operator::equals;
  std::vector<Value> values;
};

/// Checks terms against what the collection allows: fields, operators, value forms and types, enumerations, bounds not
/// after `now_us`, required terms.
Outcome<std::vector<Condition>> check_filter(const Source& source, const std::vector<FilterTerm>& terms,
                                             int64_t now_us);

bool holds(const Condition& condition, const RowContext& row);

}  // namespace emulator
