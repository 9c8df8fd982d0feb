// What lanes have to read and have read: windows handed out, cut in two for lanes that run dry, and taken off when
// their rows are delivered. No threads, no network: the reader guards it with its lock.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "klaviyo/task.h"

namespace klaviyo {

/// A window for a lane.
struct Claim {
  int id;
  WindowTask task;
};

class WorkList {
 public:
  /// `cuttable`: the source sorts by the windows' time and can be asked to leave out what lies before a time.
  /// `horizon_us`: where an unbounded window is taken to end when it is cut.
  WorkList(const Task& task, bool cuttable, int64_t horizon_us);

  /// A window that no lane has, or the later half of the window with most left to read. Nothing when there is none now.
  std::optional<Claim> claim();

  /// Whether claim() would give something.
  bool can_claim() const;

  /// Whether the last page of every window has been handed over.
  bool all_finished() const;

  /// A page of the window is about to be examined: the window's bounds as they are now. They stay until end_page.
  Window begin_page(int id);

  struct PageRead {
    int64_t rows = 0;                   // in the page
    std::optional<int64_t> first_us;    // time of its first row
    std::optional<int64_t> reached_us;  // time of its last row
    bool ordered = true;                // rows came in the order of time
    bool last = false;                  // nothing is left to read
  };
  void end_page(int id, const PageRead& page);

  /// The window's last page has been handed over.
  void finish(int id);

  /// The rows up to `position` are handed out; `last`: and with them all of the window's.
  void deliver(int id, const Position& position, int64_t rows, bool last);

  /// What is left, as delivered.
  Task task() const;
  int64_t rows() const { return task_.rows; }
  bool all_delivered() const { return items_.empty(); }

  /// Time span not delivered yet, of what has bounds; nothing when some window has none.
  std::optional<int64_t> remaining_us() const;

 private:
  struct Item {
    WindowTask task;                    // as delivered
    std::optional<int64_t> reached_us;  // as read
    double pages_per_us = 0;            // where it was read last; 0: not read yet
    bool claimed = false;
    bool examined = false;  // between begin_page and end_page
    bool ordered = true;
    bool read = false;  // nothing is left to fetch
    bool finished = false;
  };

  double pages_left(const Item& item) const;
  std::optional<int64_t> cut_of(const Item& item) const;
  std::map<int, Item>::const_iterator busiest() const;

  Task task_;  // without windows
  bool cuttable_;
  int64_t horizon_us_;
  std::map<int, Item> items_;  // by id, in the order of the task
  int next_id_ = 0;
};

}  // namespace klaviyo
