// One window, read to its end: fetch, parse, and what is known after each page.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "klaviyo/columns.h"
#include "klaviyo/metric_names.h"
#include "klaviyo/pager.h"
#include "klaviyo/parser_pool.h"
#include "klaviyo/window_gate.h"
#include "klaviyo/work_list.h"

namespace klaviyo {

/// The rows of a page that are wanted, and where the window stands after any of them.
struct PageRows {
  int window_id = 0;
  ColumnSet columns;
  RowKeys keys;
  bool in_order = false;
  Position before;                     // the first row
  Position after;                      // the last one
  std::optional<PagePlace> next = {};  // the page behind it; nothing: there is none
  bool last = false;                   // of the window

  Position position(int64_t rows) const;
  std::vector<std::string> ids() const;
};

/// Where pages go, and who knows the window's bounds. Called by the thread that reads.
class PageSink {
 public:
  virtual ~PageSink() = default;
  virtual Window begin_page(int window_id) = 0;
  virtual void end_page(int window_id, const WorkList::PageRead& page) = 0;
  /// Empty columns for a page of rows; waits until there are some. Nothing: no more is wanted.
  virtual std::optional<ColumnSet> take_columns() = 0;
  virtual void give_back(ColumnSet columns) = 0;
  /// A page in columns that were taken, or of a listing. False: no more is wanted.
  virtual bool push(PageRows page) = 0;
};

/// What readers of the rows of one input share, or of the parents at one level above them. All members outlive them.
struct ReadServices {
  const PagerServices& pager;
  const RecordLayout& layout;
  ParserPool& parsers;
  MetricNames& metrics;      // by name, as configured
  const base::Log& odd_log;  // for what is to be said once, however many pages have it
  std::atomic<int64_t>& rows_skipped;
  std::atomic<int64_t>& odd_values;
  std::atomic<int64_t>& parents_gone;
};

class WindowReader {
 public:
  struct Options {
    RequestManner manner;
    std::optional<int> page_size;  // instead of the configured one
    bool first_window = true;      // rows without a readable time belong here
  };
  WindowReader(const ReadServices& services, Claim claim, PageSink& sink, const Options& options);
  ~WindowReader();
  WindowReader(const WindowReader&) = delete;
  WindowReader& operator=(const WindowReader&) = delete;

  /// Blocks until the window is read, the sink wants no more, or something fails.
  base::Status run();

 private:
  /// False: the window is read, or the sink wants no more.
  base::Result<bool> read_page(Pager& pager, net::ApiAnswer& answer);
  base::Result<PageSummary> parse(net::ApiAnswer& answer);
  bool have_columns();
  bool lists_parents() const { return claim_.task.lists > 0; }
  bool deliver(Position before, std::optional<PagePlace> next, bool last);
  void deliver_end();
  /// The cursor was refused: the query is asked once more, behind what has been read. The refusal, when that happens
  /// twice without a row in between.
  base::Status begin_anew(PageRequest& request, const net::ApiAnswer& refusal);
  PageRequest first_request() const;
  /// Looks up the metrics whose events this pass is of, or the report's. False: an earlier pass has them.
  base::Result<bool> find_metrics();
  void begin_gate(const Position& position);
  std::string_view label() const;

  const ReadServices& services_;
  const Config& config_;
  Claim claim_;
  PageSink& sink_;
  Options options_;
  WindowGate gate_;
  bool in_order_;
  Position position_;                 // after the last page
  std::vector<std::string> metrics_;  // ids
  std::optional<ColumnSet> columns_;  // for the next page
  net::BodyDecoder decoder_;
  int64_t rows_read_ = 0;
  int64_t rows_at_restart_ = -1;
};

}  // namespace klaviyo
