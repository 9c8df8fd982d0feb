// Lanes: threads that read the windows of a task at the same time, since paging by cursor is one round trip after
// another. Their pages wait in a short queue; when it is full, lanes wait with their pages as they came, and when there
// are enough of those, the network waits.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "klaviyo/window_reader.h"
#include "klaviyo/work_list.h"

namespace klaviyo {

/// Used by one thread, but for wake().
class LanePool final : public PageSink {
 public:
  /// `levels`: for the rows, and for the parents above them, the nearest first. `stop`: of the input. All of them must
  /// outlive the pool. Lanes start with the first pop().
  LanePool(std::span<const ReadServices* const> levels, const Task& task, const WorkRules& rules,
           const base::StopFlag& stop);
  ~LanePool() override;

  enum class Event { page, nothing_yet, end };

  /// The next page in order of arrival; waits at most `wait_us`. Fails when a lane failed, after the pages that came
  /// before, or with Code::cancelled.
  base::Result<Event> pop(int64_t wait_us, std::optional<PageRows>& page);

  /// A popped page's columns, when they are no longer needed. All pages together have a fixed number of them.
  void give_back(ColumnSet columns) override;

  /// Rows up to a position are handed out.
  void deliver(int window_id, const Position& position, int64_t rows, bool last);

  /// What is left, as delivered.
  Task task() const;
  std::optional<int64_t> remaining_us() const;

  /// Makes waiting threads look at the stop flag. Any thread.
  void wake();

 private:
  Window begin_page(int window_id) override;
  void end_page(int window_id, const WorkList::PageRead& page) override;
  std::optional<ColumnSet> take_columns() override;
  bool push(PageRows page) override;
  bool push_parents(const PageRows& page);

  void lane_main();
  std::optional<Claim> next_claim();
  base::Status read(Claim claim);
  void add_lane_if_useful();
  void fail(base::Status status);
  bool stopping() const { return abandoned_.requested() || stop_.requested() || !status_.ok(); }

  net::ApiClient& api() const { return levels_.front()->pager.api; }

  const std::span<const ReadServices* const> levels_;
  const Window run_;
  const size_t max_lanes_;
  const base::StopFlag& stop_;
  base::StopFlag abandoned_;
  net::BodyBudget budget_;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable work_changed_;
  std::condition_variable page_ready_;
  std::condition_variable columns_free_;
  WorkList work_;
  std::deque<PageRows> queue_;
  std::vector<ColumnSet> free_columns_;  // what one page has filled, the next one uses again
  base::Status status_;
  size_t idle_ = 0;
  std::vector<std::thread> lanes_;
};

}  // namespace klaviyo
