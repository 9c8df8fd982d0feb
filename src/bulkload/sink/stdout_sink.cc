#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "bulkload/sink/durable_file.h"
#include "bulkload/sink/row_options.h"
#include "bulkload/sink/row_writer.h"
#include "bulkload/sink/sink_type.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;

constexpr size_t kBufferBytes = size_t{64} << 10;

constexpr SinkOption kOptions[] = {kFormatOption,     kDelimiterOption,       kHeaderLineOption,
                                   kNullStringOption, kNewlineOption,         kQuotePolicyOption,
                                   kTimezoneOption,   kTimestampFormatOption, kColumnOptionsOption};

class StdoutSink final : public Sink {
 public:
  explicit StdoutSink(SinkOptions options) : options_(std::move(options)) {}

  bool keeps_state() const override { return false; }

  base::Result<std::optional<SavedState>> open(const TableSchema& schema) override {
    auto writer = make_row_writer(options_, schema);
    if (!writer.ok()) return writer.status();
    writer_ = std::move(*writer);
    lines_ = writer_->header();
    rows_ = 0;
    return std::optional<SavedState>();
  }

  Status write(const RecordBatch& batch) override {
    for (int64_t row = 0; row < batch.rows(); ++row) {
      if (Status status = writer_->append(batch, row, lines_); !status.ok()) return status;
      if (lines_.size() < kBufferBytes) continue;
      if (Status status = flush(); !status.ok()) return status;
    }
    rows_ += batch.rows();
    return {};
  }

  Status save(std::string_view) override { return flush(); }

  base::Result<SinkResult> commit(std::string_view) override {
    if (Status status = flush(); !status.ok()) return status;
    return SinkResult{rows_, "standard output"};
  }

  Status forget() override { return {}; }

  Status abandon() override {
    lines_.clear();
    return {};
  }

 private:
  Status flush() {
    for (std::string_view rest = lines_; !rest.empty();) {
      const ssize_t count = ::write(STDOUT_FILENO, rest.data(), rest.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) {
        pollfd writable{STDOUT_FILENO, POLLOUT, 0};
        ::poll(&writable, 1, -1);
        continue;
      }
      if (count < 0) return io_error("write to", "standard output", errno);
      rest.remove_prefix(static_cast<size_t>(count));
    }
    lines_.clear();
    return {};
  }

  const SinkOptions options_;
  std::unique_ptr<RowWriter> writer_;
  std::string lines_;  // not written yet
  int64_t rows_ = 0;
};

}  // namespace

const SinkType kStdoutSink = {"stdout",
                              kFileModes,
                              kNoMerge,
                              false,
                              kOptions,
                              [](const SinkOptions& options) -> std::unique_ptr<Sink> {
                                return std::make_unique<StdoutSink>(options); }};

}  // namespace bulkload
