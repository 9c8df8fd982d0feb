// Which rows of a page belong to a window and are not delivered yet; and whether they came in order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "klaviyo/flattener.h"
#include "klaviyo/task.h"

namespace klaviyo {

/// Time and id of each row of a page, in the order of the rows: to say where the reader stands after any of them.
class RowKeys {
 public:
  void clear();
  void add(std::optional<int64_t> time_us, std::string_view id);
  int64_t rows() const { return static_cast<int64_t>(times_us_.size()); }
  std::string_view id(int64_t row) const;

  /// The position after the first `rows` rows, which were read from `before` on: in the order of time, or without
  /// order.
  Position after_in_order(const Position& before, int64_t rows) const;
  Position after_without_order(const Position& before, int64_t rows) const;

 private:
  std::vector<std::optional<int64_t>> times_us_;
  std::vector<size_t> id_ends_;
  std::string ids_;
};

/// The gate of one window: kept from page to page by the lane that reads it.
class WindowGate final : public RowGate {
 public:
  /// `takes_timeless`: rows without a readable time belong to this window.
  explicit WindowGate(bool takes_timeless) : takes_timeless_(takes_timeless) {}

  /// The rows that come now are those from `position` on. In order: rows before its time, and its ids, are delivered.
  /// Without order: reading begins where the trail is `from`, and goes on being skipped until it is `until`.
  void begin_in_order(const Position& position);
  void begin_without_order(const Trail& from, const Trail& until);

  /// Before each page: the window as it is now.
  void begin_page(const Window& window);

  bool admit(std::string_view id, std::optional<int64_t> time_us) override;

  /// Rows that did not come in the order of time have been seen.
  bool disordered() const { return disordered_; }
  /// A row at or behind the window's end has been seen: in order, nothing more is to come.
  bool passed_end() const { return passed_end_; }
  /// The rows that were to be skipped are not the ones delivered before.
  bool trail_lost() const { return trail_lost_; }
  bool skipping() const { return trail_.rows < until_.rows; }

  /// Of the page: times of its first and last row, wanted or not; keys of the wanted ones; how many were not.
  std::optional<int64_t> first_us() const { return first_us_; }
  std::optional<int64_t> last_us() const { return last_us_; }
  const RowKeys& keys() const { return keys_; }
  int64_t skipped() const { return skipped_; }

 private:
  bool delivered(std::string_view id, std::optional<int64_t> time_us);

  Window window_;
  bool takes_timeless_;
  std::optional<int64_t> at_us_;
  std::vector<std::string> ids_;
  Trail trail_;
  Trail until_;
  bool trail_lost_ = false;
  bool disordered_ = false;
  bool passed_end_ = false;
  std::optional<int64_t> latest_us_;  // over all pages
  std::optional<int64_t> first_us_;
  std::optional<int64_t> last_us_;
  RowKeys keys_;
  int64_t skipped_ = 0;
};

}  // namespace klaviyo
