// What lanes have to read and have read: windows handed out, cut in two for lanes that run dry, and taken off when
// their rows are delivered; listings of parents, replaced page by page by what is to be read below each. No threads, no
// network: the reader guards it with its lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "klaviyo/task.h"

namespace klaviyo {

/// A page of a query, by its cursor.
struct PagePlace {
  PageParameter page;
  Window query;  // that gave the cursor
};

/// A window for a lane, or a listing: which is of all parents, whatever the window of their rows.
struct Claim {
  int id;
  WindowTask task;
  std::optional<PagePlace> place = {};  // where the lane that listed before has left off
};

struct WorkRules {
  bool cuttable = false;   // the source sorts by the windows' time and can be asked to leave out what lies before one
  int64_t horizon_us = 0;  // where an unbounded window is taken to end when it is cut
  size_t lanes = 1;        // parents are listed when fewer entries than lanes wait below them
  size_t batch = 1;        // parents per entry of rows
  std::span<const std::string> ids = {};  // the configured parents
};

class WorkList {
 public:
  WorkList(const Task& task, const WorkRules& rules);

  /// An entry that no lane has, or the later half of the window with most left to read. Nothing when there is none now.
  std::optional<Claim> claim();

  /// Whether claim() would give something.
  bool can_claim() const;

  /// Whether the last page of every window has been handed over.
  bool all_finished() const { return unfinished_ == 0; }

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

  /// Whether an entry is a listing.
  bool lists_parents(int id) const { return items_.at(id).task.lists > 0; }

  /// A page of a listing: its parents become entries, and the listing goes on behind them; without a next page it is
  /// done with. False: not now, and the lane has it no longer.
  bool expand(int id, std::span<const std::string> parents, const Position& after, std::optional<PagePlace> next);

  /// The window's last page has been handed over.
  void finish(int id);

  /// The rows up to `position` are handed out; `last`: and with them all of the window's.
  void deliver(int id, const Position& position, int64_t rows, bool last);

  /// What is left, as delivered.
  Task task() const;
  int64_t rows() const { return task_.rows; }
  bool all_delivered() const { return items_.empty(); }

  /// Time span not delivered yet, of what has bounds; nothing when some window has none, or is one of many parents'.
  std::optional<int64_t> remaining_us() const;

 private:
  struct Item {
    WindowTask task;                    // as delivered
    std::optional<PagePlace> place;     // of a listing, when it goes on
    std::optional<int64_t> reached_us;  // as read
    double pages_per_us = 0;            // where it was read last; 0: not read yet
    bool claimed = false;
    bool examined = false;  // between begin_page and end_page
    bool ordered = true;
    bool read = false;  // nothing is left to fetch
  };

  int add(Item item);
  void remove(int id);
  Claim take(int id);
  void add_below(const WindowTask& listing, std::span<const std::string> parents);
  void add_given();
  size_t waiting_below(int lists) const;
  std::optional<int> next_waiting() const;

  double pages_left(const Item& item) const;
  std::optional<int64_t> cut_of(const Item& item) const;
  std::map<int, Item>::const_iterator busiest() const;

  Task task_;  // without windows
  WorkRules rules_;
  std::map<int, Item> items_;             // by id, in the order of the task
  std::map<int, std::set<int>> waiting_;  // ids of what no lane has, by `lists`
  std::set<int> given_;                   // ids of listings of configured parents
  size_t unfinished_ = 0;
  int next_id_ = 0;
};

}  // namespace klaviyo
