// An input: a validated configuration, its network, and the readers made from it.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "bulk_input/arrow_c_data.h"
#include "bulk_input/bulk_input.h"
#include "klaviyo/arrow_stream.h"
#include "klaviyo/services.h"

namespace klaviyo {

/// One member for each function of the contract; see include/bulk_input/bulk_input.h.
class Input {
 public:
  static base::Result<std::unique_ptr<Input>> create(std::string_view config, base::Log log,
                                                     std::unique_ptr<base::Clock> clock);

  base::Status schema(ArrowSchema* out) const;
  base::Result<std::vector<std::string>> plan(size_t max_tasks) const;
  base::Result<std::shared_ptr<ReaderState>> preview(int64_t max_rows);
  base::Result<std::shared_ptr<ReaderState>> run(std::string_view task);
  base::Result<std::string> next_config(const std::vector<std::string_view>& reports) const;
  void progress(bulk_input_progress& out) const;
  void cancel();

 private:
  explicit Input(std::shared_ptr<Services> services) : services_(std::move(services)) {}

  base::Status check_usable() const;
  std::vector<Task> tasks(size_t max_tasks) const;
  std::shared_ptr<ReaderState> add_reader(std::shared_ptr<BatchSource> batches);

  std::shared_ptr<Services> services_;
  mutable std::mutex mutex_;  // guards readers_
  std::vector<std::weak_ptr<BatchSource>> readers_;
};

}  // namespace klaviyo
