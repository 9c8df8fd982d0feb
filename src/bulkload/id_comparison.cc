#include "bulkload/id_comparison.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace bulkload {

namespace {

constexpr size_t kMaxExamples = 5;

}  // namespace

void IdComparison::add(std::string_view id, std::optional<int64_t> time_us) {
  if (left_.emplace(id, time_us).second) ++rows_;
}

void IdComparison::strike_out(std::string_view id) {
  const auto found = left_.find(id);
  if (found != left_.end()) left_.erase(found);
}

LateRows IdComparison::late() const {
  LateRows late;
  std::vector<std::pair<int64_t, std::string_view>> oldest;
  for (const auto& [id, time_us] : left_) {
    ++late.count;
    oldest.emplace_back(time_us.value_or(std::numeric_limits<int64_t>::max()), id);
    if (!time_us) continue;
    late.oldest_us = std::min(late.oldest_us.value_or(*time_us), *time_us);
    late.newest_us = std::max(late.newest_us.value_or(*time_us), *time_us);
  }
  const size_t examples = std::min(oldest.size(), kMaxExamples);
  std::partial_sort(oldest.begin(), oldest.begin() + static_cast<ptrdiff_t>(examples), oldest.end());
  for (size_t i = 0; i < examples; ++i) late.examples.emplace_back(oldest[i].second);
  return late;
}

}  // namespace bulkload
