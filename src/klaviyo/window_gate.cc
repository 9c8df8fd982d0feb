#include "klaviyo/window_gate.h"

#include <algorithm>

namespace klaviyo {

void RowKeys::clear() {
  times_us_.clear();
  id_ends_.clear();
  ids_.clear();
}

void RowKeys::add(std::optional<int64_t> time_us, std::string_view id) {
  times_us_.push_back(time_us);
  ids_.append(id);
  id_ends_.push_back(ids_.size());
}

std::string_view RowKeys::id(int64_t row) const {
  const auto at = static_cast<size_t>(row);
  const size_t begin = at == 0 ? 0 : id_ends_[at - 1];
  return std::string_view(ids_).substr(begin, id_ends_[at] - begin);
}

Position RowKeys::after_in_order(const Position& before, int64_t rows) const {
  size_t last = static_cast<size_t>(rows);
  while (last > 0 && !times_us_[last - 1]) --last;
  if (last == 0) return before;
  Position after;
  after.at_us = times_us_[last - 1];
  if (before.at_us == after.at_us) after.ids = before.ids;
  for (size_t row = last; row > 0 && times_us_[row - 1].value_or(*after.at_us) == *after.at_us; --row) {
    if (times_us_[row - 1]) after.ids.emplace_back(id(static_cast<int64_t>(row) - 1));
  }
  return after;
}

Position RowKeys::after_without_order(const Position& before, int64_t rows) const {
  Position after = before;
  for (int64_t row = 0; row < rows; ++row) after.delivered.add(id(row));
  return after;
}

void WindowGate::begin_in_order(const Position& position) {
  at_us_ = position.at_us;
  ids_ = position.ids;
  latest_us_.reset();
}

void WindowGate::begin_without_order(const Trail& from, const Trail& until) {
  trail_ = from;
  until_ = until;
  latest_us_.reset();
}

void WindowGate::begin_page(const Window& window) {
  window_ = window;
  first_us_.reset();
  last_us_.reset();
  keys_.clear();
  skipped_ = 0;
}

bool WindowGate::admit(std::string_view id, std::optional<int64_t> time_us) {
  if (time_us) {
    if (latest_us_ && *time_us < *latest_us_) disordered_ = true;
    latest_us_ = std::max(latest_us_.value_or(*time_us), *time_us);
    if (!first_us_) first_us_ = time_us;
    last_us_ = time_us;
    if (*time_us >= window_.to_us) passed_end_ = true;
  }
  const bool wanted = time_us ? window_.contains(*time_us) : takes_timeless_;
  if (!wanted || delivered(id, time_us)) {
    ++skipped_;
    return false;
  }
  keys_.add(time_us, id);
  return true;
}

bool WindowGate::delivered(std::string_view id, std::optional<int64_t> time_us) {
  if (skipping()) {
    trail_.add(id);
    if (trail_.rows == until_.rows && trail_.hash != until_.hash) trail_lost_ = true;
    return true;
  }
  if (!at_us_ || !time_us) return false;
  return *time_us < *at_us_ || (*time_us == *at_us_ && std::find(ids_.begin(), ids_.end(), id) != ids_.end());
}

}  // namespace klaviyo
