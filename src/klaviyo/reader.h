// Pages into record batches, and the checkpoint behind each of them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "bulk_input/arrow_c_data.h"
#include "klaviyo/lane_pool.h"
#include "klaviyo/services.h"

namespace klaviyo {

/// A batch closes at this many rows or bytes.
inline constexpr int64_t kMaxBatchRows = 10'000;
inline constexpr int64_t kMaxBatchBytes = int64_t{8} << 20;

/// What a stream is pulled from. Used by one thread.
class BatchSource {
 public:
  virtual ~BatchSource() = default;

  /// The next batch, never without rows; false at the end. After a failure, the same failure for ever; after the end,
  /// the end.
  virtual base::Result<bool> next(ArrowArray* out) = 0;

  /// The task, advanced past the batches given out.
  virtual base::Result<std::string> checkpoint() const = 0;

  /// Makes a waiting next() look at the stop flag. Any thread.
  virtual void wake() = 0;

  virtual std::optional<int64_t> remaining_us() const = 0;
};

/// Reads a task with lanes.
class TaskReader final : public BatchSource {
 public:
  TaskReader(std::shared_ptr<Services> services, const Task& task);

  base::Result<bool> next(ArrowArray* out) override;
  base::Result<std::string> checkpoint() const override;
  void wake() override { lanes_.wake(); }
  std::optional<int64_t> remaining_us() const override { return lanes_.remaining_us(); }

 private:
  struct Part {
    int window_id;
    Position position;
    int64_t rows;
    bool last;
  };
  struct Batch;

  /// Puts the next page into held_. False: give the batch out as it is.
  base::Result<bool> hold_page(const Batch& batch);
  bool take_page(Batch& batch);
  void take_rows_of_large_page(ArrowArray* out);
  void let_go();
  void deliver(const Part& part);
  void say_what_is_gone();

  std::shared_ptr<Services> services_;
  LanePool lanes_;
  std::optional<PageRows> held_;  // popped, not given out
  int64_t held_rows_given_ = 0;
  std::vector<ColumnSize> batch_sizes_;  // of the last batch and some more: room for the next one
  bool ended_ = false;
};

/// The first rows of a source: one small page, asked for once. Of a source with parents, of the first few parents.
class PreviewReader final : public BatchSource {
 public:
  /// `windows`: of the run, in the order in which they are tried until one has rows.
  PreviewReader(std::shared_ptr<Services> services, Task task, int64_t max_rows);

  base::Result<bool> next(ArrowArray* out) override;
  base::Result<std::string> checkpoint() const override;
  void wake() override {}
  std::optional<int64_t> remaining_us() const override { return std::nullopt; }

 private:
  base::Status read(const Claim& claim, WorkList& work, ColumnSet& rows);

  std::shared_ptr<Services> services_;
  Task task_;
  int64_t max_rows_;
  base::Status status_;
  bool ended_ = false;
};

}  // namespace klaviyo
