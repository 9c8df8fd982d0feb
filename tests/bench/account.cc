#include "account.h"

#include <algorithm>

namespace bench {

namespace {

constexpr int64_t kFromSec = 1'767'225'600;
constexpr int64_t kDaySec = 86'400;
constexpr int64_t kBusyFromPercent = 60;
constexpr int64_t kBusyPercent = 2;

}  // namespace

std::string name_of(Shape shape) { return shape == Shape::even ? "even" : "skewed"; }

Account::Account(Shape shape, int64_t rows, int64_t span_days) {
  const int64_t span_sec = span_days * kDaySec;
  knots_.push_back({0, kFromSec});
  if (shape == Shape::skewed) {
    const int64_t rows_before = rows / 2 * kBusyFromPercent / (100 - kBusyPercent);
    knots_.push_back({rows_before, kFromSec + span_sec * kBusyFromPercent / 100});
    knots_.push_back({rows_before + rows / 2, kFromSec + span_sec * (kBusyFromPercent + kBusyPercent) / 100});
  }
  knots_.push_back({rows, kFromSec + span_sec});
}

int64_t Account::time_sec(int64_t row) const {
  const auto end =
      std::find_if(knots_.begin() + 1, knots_.end() - 1, [row](const Knot& knot) { return row < knot.row; });
  const Knot& begin = *(end - 1);
  return begin.sec + (row - begin.row) * (end->sec - begin.sec) / (end->row - begin.row);
}

int64_t Account::first_row_from(int64_t sec) const {
  int64_t begin = 0, end = rows();
  while (begin < end) {
    const int64_t middle = begin + (end - begin) / 2;
    if (time_sec(middle) < sec) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin;
}

}  // namespace bench
