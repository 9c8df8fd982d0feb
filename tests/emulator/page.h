// One page of rows.
#pragma once

#include <cstdint>
#include <vector>

#include "order.h"
#include "query_plan.h"
#include "world.h"

namespace emulator {

struct Page {
  std::vector<int64_t> rows;
  bool more = false;
  Value last_value;  // sort value of the last row
};

/// The rows of the query's page: those that exist, pass the filter, and pass what the collection leaves out by default.
Page select_page(const World& world, OrderCache& orders, const QueryPlan& plan);

}  // namespace emulator
