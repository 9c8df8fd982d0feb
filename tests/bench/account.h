// The events of an account that nobody had to fill: which row lies at which time is arithmetic.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

/// How the rows lie in the span of time: evenly, or with half of them in two hundredths of it.
enum class Shape { even, skewed };

std::string name_of(Shape shape);

/// Rows 0 to `rows` - 1 in the order of their time, which is a whole second of the `span_days` from 2026-01-01 on.
class Account {
 public:
  Account(Shape shape, int64_t rows, int64_t span_days);

  int64_t rows() const { return knots_.back().row; }
  int64_t from_sec() const { return knots_.front().sec; }
  int64_t to_sec() const { return knots_.back().sec; }
  int64_t time_sec(int64_t row) const;

  /// The first row that is not before `sec`; rows() when all are.
  int64_t first_row_from(int64_t sec) const;

 private:
  struct Knot {
    int64_t row;
    int64_t sec;
  };
  std::vector<Knot> knots_;  // between two of them rows are evenly apart
};

}  // namespace bench
