// The one document: what still has to be read, and how far each window has been read. Task, checkpoint, resume point
// and report are the same text (include/bulk_input/bulk_input.h). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "klaviyo/next_link.h"
#include "klaviyo/window.h"

namespace klaviyo {

/// The rows of a window from its beginning on: how many, and a hash over their ids in order. To go on behind them
/// without loss or repetition, they are read again and must be the same.
struct Trail {
  int64_t rows = 0;
  uint64_t hash = 0;

  void add(std::string_view id);
  bool operator==(const Trail&) const = default;
};

/// How far a window has been read. Where rows come in the order of time: the time of the last row delivered and the ids
/// delivered at that very time. Where there is no order: the page that holds the next row, as a hint that saves reading
/// from the beginning, and the trail up to it and up to the last row delivered.
struct Position {
  std::optional<int64_t> at_us;
  std::vector<std::string> ids;

  std::optional<PageParameter> page;  // nothing: the first page
  std::optional<Window> query;        // the bounds that the page was asked with, when they are not the window's
  Trail page_begin;
  Trail delivered;

  bool operator==(const Position&) const = default;
};

/// Some of the configured parents, by their place among them: [begin, end).
struct IdRange {
  size_t begin = 0;
  size_t end = 0;

  bool operator==(const IdRange&) const = default;
};

/// A window of one pass of the source. Of a source with parents, either the rows below some of them, or a listing of
/// parents, each of which becomes an entry of its own: parents are streamed, never gathered.
struct WindowTask {
  int pass = 0;  // of the source that is read
  Window window = {};
  Position position = {};  // of a listing: among the parents
  bool unordered = false;  // rows did not come in the order of time, although asked to

  int lists = 0;                          // levels above the rows at which parents are listed; 0: rows
  std::vector<std::string> parents = {};  // below which: one, or a batch where the filter takes several; topmost: none
  std::optional<IdRange> given = {};      // a listing of configured ids, which no request is needed for

  bool operator==(const WindowTask&) const = default;
};

struct Task {
  std::string source;
  std::string config;               // Config::fingerprint
  std::string account;              // Config::account
  Window run;                       // of the whole run, the same in all tasks of a plan
  int64_t begun_us = 0;             // when the run began
  int64_t rows = 0;                 // delivered so far
  std::vector<WindowTask> windows;  // what is left; empty: done

  bool operator==(const Task&) const = default;
};

/// One line of JSON with a checksum.
std::string format_task(const Task& task);

/// Code::config with the reason when the text is damaged, of a newer version, or not of this source, configuration or
/// account; it is never to be taken as "start over".
base::Result<Task> parse_task(std::string_view text, const Config& config);

}  // namespace klaviyo
