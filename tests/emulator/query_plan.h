// A GET on a collection, checked against the facts: what is to be read, in which order and how much of it is shown.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cursor.h"
#include "facts.h"
#include "filter.h"
#include "query_string.h"
#include "refusal.h"

namespace emulator {

struct QueryPlan {
  const Source* source = nullptr;
  std::optional<Group> group;  // of a nested collection
  std::vector<Condition> conditions;
  const SortRule* sort = nullptr;
  bool descending = false;
  int64_t page_size = 0;    // 0: all rows
  int64_t page_number = 1;  // of numbered pages
  std::optional<Cursor> cursor;
  std::vector<const Relationship*> include;
  std::map<std::string, std::set<std::string>> fields;      // by type; absent: all
  std::map<std::string, std::set<std::string>> additional;  // by type
  std::string binding;                                      // what a cursor of this query is bound to
};

/// Checks every parameter: unknown ones, values, and how they go together. `group`: of a nested collection.
Outcome<QueryPlan> make_query_plan(const Facts& facts, const Source& source, const std::optional<Group>& group,
                                   const std::vector<Parameter>& parameters, int64_t now_us);

}  // namespace emulator
