#include "klaviyo/lane_pool.h"

#include <chrono>
#include <exception>
#include <new>
#include <utility>

#include "base/quiet_thread.h"

namespace klaviyo {

namespace {

// Pages that are unpacked: being parsed, waiting in the queue, or in the hand of whoever pulls.
constexpr size_t kMaxPages = 3;

// The memory of one huge page is not kept for the ones behind it.
constexpr int64_t kMaxKeptBytes = int64_t{8} << 20;

// Pages that wait as they came: three of the largest, uncompressed, or some fifteen compressed ones.
constexpr size_t kMaxWaitingBytes = 4u << 20;

}  // namespace

LanePool::LanePool(std::span<const ReadServices* const> levels, const Task& task, const WorkRules& rules,
                   const base::StopFlag& stop)
    : levels_(levels),
      run_(task.run),
      max_lanes_(rules.lanes),
      stop_(stop),
      budget_(kMaxWaitingBytes, [&api = levels.front()->pager.api] { api.wake(); }),
      work_(task, rules) {
  for (size_t i = 0; i < kMaxPages; ++i) free_columns_.emplace_back(levels.front()->layout);
}

LanePool::~LanePool() {
  abandoned_.request();
  api().wake();
  wake();
  for (std::thread& lane : lanes_) lane.join();
}

base::Result<LanePool::Event> LanePool::pop(int64_t wait_us, std::optional<PageRows>& page) {
  std::unique_lock lock(mutex_);
  add_lane_if_useful();
  if (lanes_.empty() && !work_.all_finished())
    return base::Status(base::Code::out_of_memory, "no thread can be started");
  page_ready_.wait_for(lock, std::chrono::microseconds(wait_us),
                       [this] { return !queue_.empty() || stopping() || work_.all_finished(); });
  if (stop_.requested()) return base::Status(base::Code::cancelled, "cancelled");
  if (!queue_.empty()) {
    page = std::move(queue_.front());
    queue_.pop_front();
    return Event::page;
  }
  if (!status_.ok()) return status_;
  return work_.all_finished() ? Event::end : Event::nothing_yet;
}

void LanePool::deliver(int window_id, const Position& position, int64_t rows, bool last) {
  std::lock_guard lock(mutex_);
  work_.deliver(window_id, position, rows, last);
}

Task LanePool::task() const {
  std::lock_guard lock(mutex_);
  return work_.task();
}

std::optional<int64_t> LanePool::remaining_us() const {
  std::lock_guard lock(mutex_);
  return work_.remaining_us();
}

void LanePool::wake() {
  if (stop_.requested()) abandoned_.request();
  { std::lock_guard lock(mutex_); }  // whoever is about to wait either sees the flag or is waiting already
  work_changed_.notify_all();
  page_ready_.notify_all();
  columns_free_.notify_all();
}

Window LanePool::begin_page(int window_id) {
  std::lock_guard lock(mutex_);
  return work_.begin_page(window_id);
}

void LanePool::end_page(int window_id, const WorkList::PageRead& page) {
  {
    std::lock_guard lock(mutex_);
    work_.end_page(window_id, page);
    add_lane_if_useful();
  }
  work_changed_.notify_all();
}

std::optional<ColumnSet> LanePool::take_columns() {
  std::unique_lock lock(mutex_);
  columns_free_.wait(lock, [this] { return !free_columns_.empty() || stopping(); });
  if (stopping()) return std::nullopt;
  ColumnSet columns = std::move(free_columns_.back());
  free_columns_.pop_back();
  return columns;
}

void LanePool::give_back(ColumnSet columns) {
  if (columns.byte_size() > kMaxKeptBytes) columns = ColumnSet(levels_.front()->layout);
  columns.truncate(0);
  {
    std::lock_guard lock(mutex_);
    free_columns_.push_back(std::move(columns));
  }
  columns_free_.notify_one();
}

bool LanePool::push(PageRows page) {
  std::lock_guard lock(mutex_);
  if (stopping()) return false;
  if (work_.lists_parents(page.window_id)) return push_parents(page);
  if (page.last) work_.finish(page.window_id);
  queue_.push_back(std::move(page));
  page_ready_.notify_one();
  if (work_.all_finished()) work_changed_.notify_all();
  return true;
}

// A page of a listing becomes work at once: nothing of it waits for the host.
bool LanePool::push_parents(const PageRows& page) {
  const bool more = work_.expand(page.window_id, page.ids(), page.after, page.next);
  add_lane_if_useful();
  work_changed_.notify_all();
  if (work_.all_finished()) page_ready_.notify_all();
  return more;
}

void LanePool::add_lane_if_useful() {
  if (stopping() || idle_ > 0 || lanes_.size() >= max_lanes_ || !work_.can_claim()) return;
  std::thread lane = base::quiet_thread([this] { lane_main(); });
  if (lane.joinable()) {
    lanes_.push_back(std::move(lane));
    ++idle_;  // until it has claimed
  }
}

void LanePool::lane_main() {
  while (std::optional<Claim> claim = next_claim()) {
    base::Status status = read(*std::move(claim));
    if (!status.ok()) fail(std::move(status));
  }
}

std::optional<Claim> LanePool::next_claim() {
  std::unique_lock lock(mutex_);
  std::optional<Claim> claim;
  work_changed_.wait(lock, [&] { return stopping() || work_.all_finished() || (claim = work_.claim()); });
  if (claim) {
    --idle_;
    add_lane_if_useful();
  }
  return claim;
}

base::Status LanePool::read(Claim claim) {
  base::Status status;
  try {
    WindowReader::Options options;
    options.manner.stop = &abandoned_;
    options.manner.budget = &budget_;
    const int level = claim.task.lists;
    options.first_window = level > 0 || claim.task.window.from_us == run_.from_us;
    status = WindowReader(*levels_[static_cast<size_t>(level)], std::move(claim), *this, options).run();
  } catch (const std::bad_alloc&) {
    status = {base::Code::out_of_memory, "out of memory while reading"};
  } catch (const std::exception& problem) {
    status = {base::Code::internal, std::string("unexpected: ") + problem.what()};
  }
  std::lock_guard lock(mutex_);
  ++idle_;
  return status;
}

void LanePool::fail(base::Status status) {
  {
    std::lock_guard lock(mutex_);
    if (status_.ok()) status_ = std::move(status);
  }
  api().wake();
  wake();
}

}  // namespace klaviyo
