// A plugin's handles as C++ objects. Errors come as base::Status with the plugin's code; a stream that has to begin
// anew says so in Status::begin_anew().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/status.h"
#include "bulk_input/bulk_input.h"
#include "bulkload/record_batch.h"

namespace bulkload {

/// What the plugin's callbacks need, kept until the last handle is closed.
struct PluginHost;

/// One task or preview being read. Move-only; one thread.
class Reader {
 public:
  /// The next batch; nothing at the end.
  base::Result<std::optional<RecordBatch>> next();

  /// The task, advanced past every batch that next() has given.
  base::Result<std::string> checkpoint();

 private:
  friend class Input;
  struct Handles;
  explicit Reader(std::shared_ptr<Handles> handles) : handles_(std::move(handles)) {}

  std::shared_ptr<Handles> handles_;
};

/// A validated configuration. Move-only; one thread, but for progress() and cancel().
class Input {
 public:
  /// On Code::config the message is the plugin's: all problems, one a line.
  static base::Result<Input> create(const bulk_input_plugin& plugin, std::string_view config, base::LogLevel level,
                                    const base::Log& log);

  Input(Input&&) noexcept = default;
  Input& operator=(Input&&) noexcept = default;

  /// The columns of every batch.
  const TableSchema& schema() const { return schema_; }

  base::Result<std::vector<std::string>> plan(size_t max_tasks);
  base::Result<Reader> preview(int64_t max_rows);
  base::Result<Reader> run(std::string_view task);

  /// The diff for the next run, a JSON object.
  base::Result<std::string> next_config(const std::vector<std::string>& reports);

  /// Any thread.
  bulk_input_progress progress() const;
  void cancel() const;

 private:
  struct Close {
    const bulk_input_plugin* plugin;
    void operator()(bulk_input_input* input) const { plugin->close(input); }
  };

  Input(const bulk_input_plugin& plugin, std::shared_ptr<PluginHost> host, bulk_input_input* input);
  base::Status read_schema();
  base::Result<Reader> begin(bool is_preview, std::string_view task, int64_t max_rows);

  const bulk_input_plugin* plugin_;
  std::shared_ptr<PluginHost> host_;
  std::unique_ptr<bulk_input_input, Close> input_;
  TableSchema schema_;
};

}  // namespace bulkload
