// A destination in memory: what would be on disk outlives the sinks that write to it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bulkload/sink/sink.h"

namespace bulkload {

struct MemoryDestination {
  bool keeps_state = true;
  std::vector<std::string> saved;    // ids that are durable
  std::vector<std::string> visible;  // ids that a reader sees
  std::optional<SavedState> state;
  int64_t begun_us = 0;                          // of the run that was committed
  std::vector<std::string> calls;                // of all sinks, in order
  std::map<std::string, base::Status> failures;  // by call: it does nothing and gives this
  std::function<void(const std::string& call)> on_call;

  base::Status called(const std::string& call) {
    calls.push_back(call);
    if (on_call) on_call(call);
    const auto it = failures.find(call);
    return it == failures.end() ? base::Status() : it->second;
  }
};

class MemorySink final : public Sink {
 public:
  explicit MemorySink(MemoryDestination& destination) : destination_(destination) {}

  bool keeps_state() const override { return destination_.keeps_state; }

  base::Result<std::optional<SavedState>> open(const TableSchema&) override {
    const base::Status status = destination_.called("open");
    if (!status.ok()) return status;
    written_ = destination_.saved;
    return destination_.state;
  }

  base::Status write(const RecordBatch& batch) override {
    const base::Status status = destination_.called("write");
    for (int64_t row = 0; status.ok() && row < batch.rows(); ++row) written_.emplace_back(batch.columns()[0].text(row));
    return status;
  }

  base::Status save(std::string_view state) override {
    base::Status status = destination_.called("save");
    if (status.ok() && destination_.keeps_state) {
      destination_.saved = written_;
      destination_.state = SavedState{std::string(state), false};
    }
    return status;
  }

  base::Result<SinkResult> commit(std::string_view state) override {
    const base::Status status = destination_.called("commit");
    if (!status.ok()) return status;
    destination_.visible = written_;
    destination_.begun_us = begun_us();
    if (destination_.keeps_state) destination_.state = SavedState{std::string(state), true};
    return SinkResult{static_cast<int64_t>(written_.size()), "memory"};
  }

  base::Status forget() override {
    base::Status status = destination_.called("forget");
    if (status.ok()) {
      destination_.state.reset();
      destination_.saved.clear();
    }
    return status;
  }

  base::Status abandon() override {
    base::Status status = destination_.called("abandon");
    if (status.ok()) {
      destination_.state.reset();
      destination_.saved.clear();
    }
    return status;
  }

 private:
  MemoryDestination& destination_;
  std::vector<std::string> written_;
};

}  // namespace bulkload
