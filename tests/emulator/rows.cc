#include "rows.h"

#include <algorithm>
#include <array>

#include "mixing.h"
#include "time_text.h"

namespace emulator {
namespace {

// Where the n-th of `count` equal parts of [from, to) begins.
int64_t part_begin(int64_t from, int64_t to, int64_t n, int64_t count) {
  const int64_t span = to - from;
  return from + span / count * n + span % count * n / count;
}

}  // namespace

// Where the row's own piece of the span begins. With skew the rows fall into three runs, each evenly spread.
int64_t Rows::slot_us(int64_t row) const {
  if (!plan_.skew) return part_begin(plan_.since_us, plan_.until_us, row, plan_.count);
  const int64_t quarter = plan_.count / 4;
  const int64_t percent = (plan_.until_us - plan_.since_us) / 100;
  const std::array rows{int64_t{0}, quarter, plan_.count - quarter, plan_.count};
  const std::array times{plan_.since_us, plan_.since_us + 49 * percent, plan_.since_us + 51 * percent, plan_.until_us};
  size_t run = 0;
  while (run < 2 && row >= rows[run + 1]) ++run;
  const int64_t width = rows[run + 1] - rows[run];
  return width == 0 ? times[run] : part_begin(times[run], times[run + 1], row - rows[run], width);
}

int64_t Rows::own_time_us(int64_t row) const {
  const int64_t begin = slot_us(row);
  const int64_t width = row + 1 < plan_.count ? slot_us(row + 1) - begin : plan_.until_us - begin;
  return begin + below(mix(plan_.seed ^ static_cast<uint64_t>(row)), std::max<int64_t>(width, 1));
}

// A group of ties begins half a group before each multiple of 5 × ties, so that it lies across the page borders.
int64_t Rows::created_us(int64_t row) const {
  if (row >= plan_.count) return added_us_[static_cast<size_t>(row - plan_.count)];
  if (plan_.ties < 2) return whole(own_time_us(row));
  const int64_t period = plan_.ties * 5;
  const int64_t place = (row + plan_.ties / 2) % period;
  if (place >= plan_.ties) return whole(own_time_us(row));
  const int64_t leader_us = whole(own_time_us(std::max<int64_t>(row - place, 0)));
  const bool exact = plan_.precision_us >= kSecond || (row - place) / period % 2 == 0;
  if (exact) return leader_us;
  return std::min(leader_us + place * plan_.precision_us, whole(own_time_us(row)));
}

int64_t Rows::updated_us(int64_t row) const {
  if (const auto touched = touched_us_.find(row); touched != touched_us_.end()) return touched->second;
  const int64_t made_us = created_us(row);
  const uint64_t bits = mix(mix(plan_.seed ^ static_cast<uint64_t>(row)) ^ 0x75706474U);
  const int64_t room_us = std::min(60 * kDay, plan_.until_us - 1 - made_us);
  if (row >= plan_.count || bits % 3 == 0 || room_us <= 0) return made_us;
  return std::max(made_us, whole(made_us + below(bits >> 8U, room_us)));
}

std::vector<int64_t> Rows::existing(int64_t count) const {
  std::vector<int64_t> rows;
  for (int64_t row = 0; row < end() && static_cast<int64_t>(rows.size()) < count; ++row) {
    if (exists(row)) rows.push_back(row);
  }
  return rows;
}

std::vector<int64_t> Rows::add(int64_t count, int64_t at_us) {
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < count; ++i) {
    rows.push_back(end());
    added_us_.push_back(whole(at_us));
  }
  ++version_;
  return rows;
}

std::vector<int64_t> Rows::touch(int64_t count, int64_t at_us) {
  const auto rows = existing(count);
  for (const int64_t row : rows) touched_us_[row] = whole(at_us);
  ++version_;
  return rows;
}

std::vector<int64_t> Rows::remove(int64_t count) {
  const auto rows = existing(count);
  deleted_.insert(rows.begin(), rows.end());
  ++version_;
  return rows;
}

std::vector<int64_t> Rows::vanish(int64_t count) {
  const auto rows = existing(count);
  vanished_.insert(rows.begin(), rows.end());
  ++version_;
  return rows;
}

}  // namespace emulator
