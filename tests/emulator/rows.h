// The rows of one type: how many there are and when each was made and changed. Nothing is stored for the rows made at
// the start, so ten million of them cost nothing.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace emulator {

struct RowsPlan {
  int64_t count = 0;
  int64_t since_us = 0;
  int64_t until_us = 0;
  int64_t precision_us = 1;
  int64_t ties = 1;   // rows that share one instant in every group of ties; 1 for none
  bool skew = false;  // half of the rows in 2 % of the span
  uint64_t seed = 0;
};

/// Rows are numbered from 0; rows added later follow, deleted rows keep their number. Copyable; changing a copy leaves
/// the original as it is.
class Rows {
 public:
  Rows() = default;
  explicit Rows(const RowsPlan& plan) : plan_(plan) {}

  /// Rows made at the start: their creation never decreases with their number.
  int64_t initial_count() const { return plan_.count; }

  /// One past the last row number.
  int64_t end() const { return plan_.count + static_cast<int64_t>(added_us_.size()); }

  bool exists(int64_t row) const { return !deleted_.contains(row); }

  /// Listed still, but unknown to whoever asks below it.
  bool vanished(int64_t row) const { return vanished_.contains(row); }

  int64_t until_us() const { return plan_.until_us; }
  int64_t created_us(int64_t row) const;

  /// Never before created_us, never after the span unless touched.
  int64_t updated_us(int64_t row) const;

  /// Changes whenever rows are added, touched or deleted.
  uint64_t version() const { return version_; }

  int64_t precision_us() const { return plan_.precision_us; }

  // Changes. Each answers the row numbers it is about; existing rows are taken from the first to the last.
  std::vector<int64_t> add(int64_t count, int64_t at_us);
  std::vector<int64_t> touch(int64_t count, int64_t at_us);
  std::vector<int64_t> remove(int64_t count);
  std::vector<int64_t> vanish(int64_t count);

 private:
  int64_t slot_us(int64_t row) const;
  int64_t own_time_us(int64_t row) const;
  int64_t whole(int64_t us) const { return us - us % plan_.precision_us; }
  std::vector<int64_t> existing(int64_t count) const;

  RowsPlan plan_;
  uint64_t version_ = 0;
  std::vector<int64_t> added_us_;
  std::unordered_map<int64_t, int64_t> touched_us_;
  std::unordered_set<int64_t> deleted_;
  std::unordered_set<int64_t> vanished_;
};

}  // namespace emulator
