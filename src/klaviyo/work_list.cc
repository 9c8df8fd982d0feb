#include "klaviyo/work_list.h"

#include <algorithm>
#include <cmath>

#include "base/text_time.h"

namespace klaviyo {

namespace {

// Pages that must be left for a cut. One of them is on its way, so that two more are left at least to be shared.
constexpr double kMinPagesLeft = 2;

// A cut is made so much of a page before a page is expected to end: that page then shows that the window is read, and
// no other one has to be asked for on account of its last few rows.
constexpr double kCutEarlyPages = 0.05;

}  // namespace

WorkList::WorkList(const Task& task, bool cuttable, int64_t horizon_us)
    : task_(task), cuttable_(cuttable), horizon_us_(horizon_us) {
  for (const WindowTask& window : task.windows) {
    Item item;
    item.task = window;
    item.reached_us = window.position.at_us;
    item.ordered = !window.unordered;
    items_.emplace(next_id_++, std::move(item));
  }
  task_.windows.clear();
}

std::optional<Claim> WorkList::claim() {
  for (auto& [id, item] : items_) {
    if (item.claimed || item.read) continue;
    item.claimed = true;
    return Claim{id, item.task};
  }
  const auto found = busiest();
  if (found == items_.end()) return std::nullopt;
  Item& early = items_.at(found->first);
  const int64_t cut_us = *cut_of(early);
  Item late;
  late.task.pass = early.task.pass;
  late.task.window = {cut_us, early.task.window.to_us};
  late.pages_per_us = early.pages_per_us;
  late.claimed = true;
  early.task.window.to_us = cut_us;
  const int id = next_id_++;
  items_.emplace(id, late);
  return Claim{id, late.task};
}

bool WorkList::can_claim() const {
  return std::any_of(items_.begin(), items_.end(),
                     [](const auto& entry) { return !entry.second.claimed && !entry.second.read; }) ||
         busiest() != items_.end();
}

bool WorkList::all_finished() const {
  return std::all_of(items_.begin(), items_.end(), [](const auto& entry) { return entry.second.finished; });
}

void WorkList::finish(int id) { items_.at(id).read = items_.at(id).finished = true; }

Window WorkList::begin_page(int id) {
  Item& item = items_.at(id);
  item.examined = true;
  return item.task.window;
}

void WorkList::end_page(int id, const PageRead& page) {
  Item& item = items_.at(id);
  item.examined = false;
  item.read = page.last;
  item.ordered = item.ordered && page.ordered;
  if (!page.reached_us || page.rows == 0) return;
  const int64_t span_us = std::max(base::kMicrosPerSecond, *page.reached_us - *page.first_us);
  item.pages_per_us = 1 / static_cast<double>(span_us);
  item.reached_us = page.reached_us;
}

void WorkList::deliver(int id, const Position& position, int64_t rows, bool last) {
  task_.rows += rows;
  if (last) {
    items_.erase(id);
    return;
  }
  Item& item = items_.at(id);
  item.task.position = position;
  item.task.unordered = !item.ordered;
}

Task WorkList::task() const {
  Task task = task_;
  for (const auto& [id, item] : items_) task.windows.push_back(item.task);
  return task;
}

std::optional<int64_t> WorkList::remaining_us() const {
  int64_t total_us = 0;
  for (const auto& [id, item] : items_) {
    const Window& window = item.task.window;
    const int64_t from_us = item.task.position.at_us.value_or(window.from_us);
    const int64_t to_us = window.to_us == kUnboundedAbove ? horizon_us_ : window.to_us;
    if (from_us == kUnboundedBelow) return std::nullopt;
    total_us += std::max<int64_t>(0, to_us - from_us);
  }
  return total_us;
}

double WorkList::pages_left(const Item& item) const {
  if (item.pages_per_us <= 0) return 0;  // nothing was read yet, nor is there a begin to count from
  const int64_t from_us = item.reached_us.value_or(item.task.window.from_us);
  const int64_t to_us = item.task.window.to_us == kUnboundedAbove ? horizon_us_ : item.task.window.to_us;
  return item.pages_per_us * static_cast<double>(std::max<int64_t>(0, to_us - from_us));
}

// After the page on its way, the earlier part gets half of the others, in whole pages: part of a page takes as long as
// all of it.
std::optional<int64_t> WorkList::cut_of(const Item& item) const {
  if (!cuttable_ || !item.claimed || item.read || item.examined || !item.ordered) return std::nullopt;
  const double pages = pages_left(item);
  if (pages <= kMinPagesLeft) return std::nullopt;
  const double others = std::ceil(pages - 1 + kCutEarlyPages);
  const double early_pages = 1 + std::floor(others / 2) - kCutEarlyPages;
  const int64_t reached_us = item.reached_us.value_or(item.task.window.from_us);
  const auto early_us = static_cast<int64_t>(early_pages / item.pages_per_us);
  return cut_at(reached_us + early_us, reached_us, item.task.window.to_us, horizon_us_);
}

std::map<int, WorkList::Item>::const_iterator WorkList::busiest() const {
  auto found = items_.end();
  for (auto it = items_.begin(); it != items_.end(); ++it) {
    if (!cut_of(it->second)) continue;
    if (found == items_.end() || pages_left(it->second) > pages_left(found->second)) found = it;
  }
  return found;
}

}  // namespace klaviyo
