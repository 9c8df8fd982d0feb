#include "klaviyo/reader.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace klaviyo {

namespace {

// A batch that is not full is given out when its first row is this old: a killed run shall not lose minutes of slow
// pages.
constexpr int64_t kBatchLingerUs = 1'000'000;

int64_t rows_within(const ColumnSet& columns, int64_t bytes) {
  int64_t fits = 1, beyond = columns.rows() + 1;
  while (beyond - fits > 1) {
    const int64_t middle = fits + (beyond - fits) / 2;
    (columns.byte_size(middle) <= bytes ? fits : beyond) = middle;
  }
  return fits;
}

}  // namespace

struct TaskReader::Batch {
  explicit Batch(const RecordLayout& layout) : columns(layout) {}
  ColumnSet columns;
  std::vector<Part> parts;
  int64_t since_us = 0;  // when the first row came
};

TaskReader::TaskReader(std::shared_ptr<Services> services, const Task& task)
    : services_(std::move(services)), lanes_(services_->levels, task, services_->work_rules(), services_->stop) {}

base::Result<bool> TaskReader::next(ArrowArray* out) {
  if (!ended_ && services_->stop.requested()) return base::Status(base::Code::cancelled, "cancelled");
  Batch batch(services_->layout);
  while (!ended_) {
    const auto held = hold_page(batch);
    if (!held.ok()) {
      const bool cancelled = held.status().code() == base::Code::cancelled;
      if (cancelled || batch.columns.rows() == 0) return held.status();
      break;  // what came before the failure is given out; the failure stays
    }
    if (!*held) break;
    if (take_page(batch)) continue;
    if (batch.columns.rows() > 0) break;
    take_rows_of_large_page(out);
    return true;
  }
  const int64_t rows = batch.columns.rows();
  if (rows > 0) {
    batch_sizes_ = batch.columns.sizes();
    for (ColumnSize& size : batch_sizes_) {
      size.rows += size.rows / 8;
      size.text_bytes += size.text_bytes / 8;
    }
    batch.columns.take(rows, out);
  }
  for (const Part& part : batch.parts) deliver(part);
  return rows > 0;
}

base::Result<bool> TaskReader::hold_page(const Batch& batch) {
  while (!held_) {
    const bool waiting = batch.columns.rows() > 0;
    const int64_t waited_us = waiting ? services_->clock->monotonic_us() - batch.since_us : 0;
    if (waited_us >= kBatchLingerUs) return false;
    const auto event = lanes_.pop(kBatchLingerUs - waited_us, held_);
    if (!event.ok()) return event.status();
    if (*event == LanePool::Event::end) {
      ended_ = true;
      say_what_is_gone();
      return false;
    }
  }
  return true;
}

bool TaskReader::take_page(Batch& batch) {
  if (held_rows_given_ > 0) return false;
  const int64_t rows = held_->columns.rows();
  if (rows == 0 && batch.parts.empty()) {  // many parents may have no rows
    deliver({held_->window_id, std::move(held_->after), 0, held_->last});
    let_go();
    return true;
  }
  if (batch.columns.rows() + rows > kMaxBatchRows ||
      batch.columns.byte_size() + held_->columns.byte_size() > kMaxBatchBytes) {
    return false;
  }
  if (batch.columns.rows() == 0) batch.since_us = services_->clock->monotonic_us();
  if (batch.parts.empty()) batch.columns.reserve(batch_sizes_);
  batch.columns.append(held_->columns);
  batch.parts.push_back({held_->window_id, std::move(held_->after), rows, held_->last});
  let_go();
  return true;
}

void TaskReader::take_rows_of_large_page(ArrowArray* out) {
  const int64_t rows = std::min(kMaxBatchRows, rows_within(held_->columns, kMaxBatchBytes));
  const bool whole = rows == held_->columns.rows();
  held_->columns.take(rows, out);
  held_rows_given_ += rows;
  deliver({held_->window_id, held_->position(held_rows_given_), rows, whole && held_->last});
  if (whole) let_go();
}

void TaskReader::let_go() {
  lanes_.give_back(std::move(held_->columns));
  held_.reset();
  held_rows_given_ = 0;
}

void TaskReader::deliver(const Part& part) {
  services_->counters.rows += part.rows;
  lanes_.deliver(part.window_id, part.position, part.rows, part.last);
}

void TaskReader::say_what_is_gone() {
  const int64_t gone = services_->counters.parents_gone.exchange(0);
  if (gone == 0) return;
  const Source& source = *services_->config.source;
  const std::string some =
      std::string(source.name) + ": " + std::to_string(gone) + " of the " + std::string(source.parent.source);
  if (source.is_about_parent()) return services_->log.info(some + " have none (404)");
  services_->log.warn(some + " no longer exist (404); their rows are left out");
}

base::Result<std::string> TaskReader::checkpoint() const { return format_task(lanes_.task()); }

PreviewReader::PreviewReader(std::shared_ptr<Services> services, Task task, int64_t max_rows)
    : services_(std::move(services)), task_(std::move(task)), max_rows_(max_rows) {}

namespace {

// Entries that are read until there are rows: passes that are empty, or parents without children.
constexpr int kMaxPreviewReads = 20;
constexpr int kMaxEmptyPages = 5;
constexpr int kPreviewParents = 10;

class FirstRows final : public PageSink {
 public:
  FirstRows(const RecordLayout& layout, WorkList& work, ColumnSet& columns)
      : layout_(layout), work_(work), columns_(columns) {}

  Window begin_page(int id) override { return work_.begin_page(id); }
  void end_page(int id, const WorkList::PageRead& page) override { work_.end_page(id, page); }
  std::optional<ColumnSet> take_columns() override { return ColumnSet(layout_); }
  void give_back(ColumnSet) override {}
  bool push(PageRows page) override {
    if (work_.lists_parents(page.window_id)) {
      work_.expand(page.window_id, page.ids(), page.after, page.next);
      return false;
    }
    columns_ = std::move(page.columns);
    return columns_.rows() == 0 && !page.last && ++empty_pages_ < kMaxEmptyPages;
  }

 private:
  const RecordLayout& layout_;
  WorkList& work_;
  ColumnSet& columns_;
  int empty_pages_ = 0;
};

}  // namespace

base::Result<bool> PreviewReader::next(ArrowArray* out) {
  if (!status_.ok()) return status_;
  if (std::exchange(ended_, true)) return false;
  WorkRules rules = services_->work_rules();
  rules.lanes = 1;
  WorkList work(task_, rules);
  ColumnSet rows(services_->layout);
  for (int reads = 0; reads < kMaxPreviewReads && rows.rows() == 0; ++reads) {
    const std::optional<Claim> claim = work.claim();
    if (!claim) break;
    status_ = read(*claim, work, rows);
    if (!status_.ok()) return status_;
  }
  rows.truncate(std::min(max_rows_, rows.rows()));
  if (rows.rows() == 0) return false;
  services_->counters.rows += rows.rows();
  rows.take(rows.rows(), out);
  return true;
}

base::Status PreviewReader::read(const Claim& claim, WorkList& work, ColumnSet& rows) {
  const ReadServices& services = *services_->levels[static_cast<size_t>(claim.task.lists)];
  const Config& config = services.pager.config;
  const int64_t wanted = claim.task.lists > 0 ? kPreviewParents : max_rows_;
  WindowReader::Options options;
  options.manner = {&services_->stop, true};
  options.page_size = page_size_of(*config.source, config);
  if (options.page_size) options.page_size = static_cast<int>(std::clamp<int64_t>(wanted, 1, *options.page_size));
  FirstRows sink(services_->layout, work, rows);
  return WindowReader(services, claim, sink, options).run();
}

base::Result<std::string> PreviewReader::checkpoint() const {
  return base::Status(base::Code::abi, "checkpoint: a preview has none");
}

}  // namespace klaviyo
