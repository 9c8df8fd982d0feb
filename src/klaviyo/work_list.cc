#include "klaviyo/work_list.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text_time.h"

namespace klaviyo {

namespace {

// Pages that must be left for a cut. One of them is on its way, so that two more are left at least to be shared.
constexpr double kMinPagesLeft = 2;

// A cut is made so much of a page before a page is expected to end: that page then shows that the window is read, and
// no other one has to be asked for on account of its last few rows.
constexpr double kCutEarlyPages = 0.05;

}  // namespace

WorkList::WorkList(const Task& task, const WorkRules& rules) : task_(task), rules_(rules) {
  for (const WindowTask& window : task.windows) {
    Item item;
    item.task = window;
    item.reached_us = window.position.at_us;
    item.ordered = !window.unordered;
    add(std::move(item));
  }
  task_.windows.clear();
}

int WorkList::add(Item item) {
  const int id = next_id_++;
  if (item.task.given) {
    given_.insert(id);
  } else if (!item.claimed) {
    waiting_[item.task.lists].insert(id);
  }
  items_.emplace(id, std::move(item));
  ++unfinished_;
  return id;
}

std::optional<Claim> WorkList::claim() {
  add_given();
  if (const auto waiting = next_waiting()) return take(*waiting);
  const auto found = busiest();
  if (found == items_.end()) return std::nullopt;
  Item& early = items_.at(found->first);
  const int64_t cut_us = *cut_of(early);
  Item late;
  late.task.pass = early.task.pass;
  late.task.window = {cut_us, early.task.window.to_us};
  late.task.parents = early.task.parents;
  late.pages_per_us = early.pages_per_us;
  late.claimed = true;
  early.task.window.to_us = cut_us;
  const int id = add(late);
  return Claim{id, late.task};
}

Claim WorkList::take(int id) {
  Item& item = items_.at(id);
  item.claimed = true;
  waiting_[item.task.lists].erase(id);
  Claim claim{id, item.task, item.place};
  if (item.task.lists > 0 && !item.task.window.empty()) claim.task.window = {};
  return claim;
}

bool WorkList::can_claim() const { return !given_.empty() || next_waiting() || busiest() != items_.end(); }

// The topmost listing that has too little waiting below it; else what is nearest to the rows.
std::optional<int> WorkList::next_waiting() const {
  for (auto level = waiting_.rbegin(); level != waiting_.rend(); ++level) {
    const auto& [lists, ids] = *level;
    if (!ids.empty() && (lists == 0 || waiting_below(lists) < rules_.lanes)) return *ids.begin();
  }
  return std::nullopt;
}

size_t WorkList::waiting_below(int lists) const {
  size_t count = 0;
  for (const auto& [level, ids] : waiting_) count += level < lists ? ids.size() : 0;
  return count;
}

void WorkList::add_below(const WindowTask& listing, std::span<const std::string> parents) {
  Item item;
  item.task.window = listing.window;
  item.task.lists = listing.lists - 1;
  const size_t batch = item.task.lists == 0 ? rules_.batch : 1;
  for (size_t begin = 0; begin < parents.size(); begin += batch) {
    const auto some = parents.subspan(begin, std::min(batch, parents.size() - begin));
    item.task.parents.assign(some.begin(), some.end());
    add(item);
  }
}

void WorkList::add_given() {
  while (!given_.empty() && waiting_below(1) < rules_.lanes) {
    const int id = *given_.begin();
    Item& item = items_.at(id);
    IdRange& given = *item.task.given;
    const size_t count = std::min(rules_.batch, given.end - given.begin);
    add_below(item.task, rules_.ids.subspan(given.begin, count));
    given.begin += count;
    if (given.begin == given.end) {
      given_.erase(id);
      remove(id);
    }
  }
}

void WorkList::remove(int id) {
  items_.erase(id);
  --unfinished_;
}

bool WorkList::expand(int id, std::span<const std::string> parents, const Position& after,
                      std::optional<PagePlace> next) {
  Item& item = items_.at(id);
  add_below(item.task, parents);
  if (!next) {
    remove(id);
    return true;
  }
  item.task.position = after;
  item.task.unordered = !item.ordered;
  if (waiting_below(item.task.lists) < 2 * rules_.lanes) return true;
  item.place = std::move(next);
  item.claimed = false;
  waiting_[item.task.lists].insert(id);
  return false;
}

void WorkList::finish(int id) {
  items_.at(id).read = true;
  --unfinished_;
}

Window WorkList::begin_page(int id) {
  Item& item = items_.at(id);
  item.examined = true;
  return item.task.lists > 0 ? Window{} : item.task.window;
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
    if (item.task.lists > 0 || !item.task.parents.empty()) return std::nullopt;
    const Window& window = item.task.window;
    const int64_t from_us = item.task.position.at_us.value_or(window.from_us);
    const int64_t to_us = window.to_us == kUnboundedAbove ? rules_.horizon_us : window.to_us;
    if (from_us == kUnboundedBelow) return std::nullopt;
    total_us += std::max<int64_t>(0, to_us - from_us);
  }
  return total_us;
}

double WorkList::pages_left(const Item& item) const {
  if (item.pages_per_us <= 0) return 0;  // nothing was read yet, nor is there a begin to count from
  const int64_t from_us = item.reached_us.value_or(item.task.window.from_us);
  const int64_t to_us = item.task.window.to_us == kUnboundedAbove ? rules_.horizon_us : item.task.window.to_us;
  return item.pages_per_us * static_cast<double>(std::max<int64_t>(0, to_us - from_us));
}

// After the page on its way, the earlier part gets half of the others, in whole pages: part of a page takes as long as
// all of it.
std::optional<int64_t> WorkList::cut_of(const Item& item) const {
  if (!rules_.cuttable || item.task.lists > 0 || !item.claimed || item.read || item.examined || !item.ordered)
    return std::nullopt;
  const double pages = pages_left(item);
  if (pages <= kMinPagesLeft) return std::nullopt;
  const double others = std::ceil(pages - 1 + kCutEarlyPages);
  const double early_pages = 1 + std::floor(others / 2) - kCutEarlyPages;
  const int64_t reached_us = item.reached_us.value_or(item.task.window.from_us);
  const auto early_us = static_cast<int64_t>(early_pages / item.pages_per_us);
  return cut_at(reached_us + early_us, reached_us, item.task.window.to_us, rules_.horizon_us);
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
