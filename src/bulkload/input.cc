#include "bulkload/input.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace bulkload {

struct PluginHost {
  base::Log log;
};

namespace {

using base::Code;
using base::Status;

/// An error structure, ready for the plugin to fill.
bulk_input_error empty_error() {
  bulk_input_error error{};
  error.struct_size = sizeof(error);
  error.retry_at_us = -1;
  return error;
}

Status to_status(int32_t code, const bulk_input_error& error) {
  if (code == BULK_INPUT_OK) return {};
  if (code < BULK_INPUT_OK || code > BULK_INPUT_ERROR_INTERNAL) {
    return Status(Code::internal, "the plugin gave the unknown result " + std::to_string(code));
  }
  const size_t size = strnlen(error.message, sizeof(error.message));
  Status status(static_cast<Code>(code), size == 0 ? "the plugin gave no reason" : std::string(error.message, size));
  status.with_http_status(error.http_status).with_retry_at_us(error.retry_at_us);
  // A refused answer that may be read later: only from the beginning, as its position is lost.
  if (code == BULK_INPUT_ERROR_DATA && error.resumable == 1) status.with_begin_anew();
  return status;
}

/// The plugin's log lines, from any of its threads.
void receive_log(void* context, int32_t level, const char* message) {
  const auto clamped =
      static_cast<base::LogLevel>(std::clamp<int32_t>(level, BULK_INPUT_LOG_TRACE, BULK_INPUT_LOG_ERROR));
  if (message != nullptr) static_cast<PluginHost*>(context)->log.write(clamped, message);
}

/// Takes a text that the plugin gave out, and releases it.
std::string take(bulk_input_text& text) {
  std::string copy(text.data, text.size);
  if (text.release != nullptr) text.release(&text);
  return copy;
}

}  // namespace

struct Reader::Handles {
  Handles(const bulk_input_plugin& table, std::shared_ptr<PluginHost> callbacks, TableSchema columns)
      : plugin(&table), host(std::move(callbacks)), schema(std::move(columns)) {}
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;
  ~Handles() {
    if (stream.release != nullptr) stream.release(&stream);
    plugin->reader_close(reader);
  }

  const bulk_input_plugin* plugin;
  std::shared_ptr<PluginHost> host;
  TableSchema schema;
  bulk_input_reader* reader = nullptr;
  ArrowArrayStream stream{};
};

base::Result<std::optional<RecordBatch>> Reader::next() {
  ArrowArray array{};
  if (handles_->stream.get_next(&handles_->stream, &array) != 0) {
    bulk_input_error error = empty_error();
    const Status status = to_status(handles_->plugin->reader_error(handles_->reader, &error), error);
    return status.ok() ? Status(Code::internal, "the plugin's stream failed without a reason") : status;
  }
  if (array.release == nullptr) return std::optional<RecordBatch>();
  auto batch = RecordBatch::take(&array, handles_->schema);
  if (!batch.ok()) return batch.status();
  return std::optional<RecordBatch>(std::move(batch).value());
}

base::Result<std::string> Reader::checkpoint() {
  bulk_input_text text{};
  bulk_input_error error = empty_error();
  const int32_t code = handles_->plugin->checkpoint(handles_->reader, &text, &error);
  if (code != BULK_INPUT_OK) return to_status(code, error);
  return take(text);
}

Input::Input(const bulk_input_plugin& plugin, std::shared_ptr<PluginHost> host, bulk_input_input* input)
    : plugin_(&plugin), host_(std::move(host)), input_(input, Close{&plugin}) {}

base::Result<Input> Input::create(const bulk_input_plugin& plugin, std::string_view config, base::LogLevel level,
                                  const base::Log& log) {
  auto callbacks = std::make_shared<PluginHost>(PluginHost{log});
  bulk_input_host host{};
  host.struct_size = sizeof(host);
  host.log_level = static_cast<int32_t>(level);
  host.context = callbacks.get();
  host.log = receive_log;
  bulk_input_input* handle = nullptr;
  bulk_input_error error = empty_error();
  const int32_t code = plugin.init(&host, config.data(), config.size(), &handle, &error);
  if (code != BULK_INPUT_OK) return to_status(code, error);
  Input input(plugin, std::move(callbacks), handle);
  const Status status = input.read_schema();
  if (!status.ok()) return status;
  return input;
}

Status Input::read_schema() {
  ArrowSchema schema{};
  bulk_input_error error = empty_error();
  const int32_t code = plugin_->schema(input_.get(), &schema, &error);
  if (code != BULK_INPUT_OK) return to_status(code, error);
  auto read = bulkload::read_schema(schema);
  if (schema.release != nullptr) schema.release(&schema);
  if (!read.ok()) return read.status();
  schema_ = std::move(read).value();
  return {};
}

base::Result<std::vector<std::string>> Input::plan(size_t max_tasks) {
  bulk_input_texts texts{};
  bulk_input_error error = empty_error();
  const int32_t code = plugin_->plan(input_.get(), max_tasks, &texts, &error);
  if (code != BULK_INPUT_OK) return to_status(code, error);
  std::vector<std::string> tasks;
  for (size_t i = 0; i < texts.count; ++i) tasks.emplace_back(texts.items[i].data, texts.items[i].size);
  if (texts.release != nullptr) texts.release(&texts);
  return tasks;
}

base::Result<Reader> Input::preview(int64_t max_rows) { return begin(true, {}, max_rows); }

base::Result<Reader> Input::run(std::string_view task) { return begin(false, task, 0); }

base::Result<Reader> Input::begin(bool is_preview, std::string_view task, int64_t max_rows) {
  auto handles = std::make_shared<Reader::Handles>(*plugin_, host_, schema_);
  bulk_input_error error = empty_error();
  const int32_t code =
      is_preview ? plugin_->preview(input_.get(), max_rows, &handles->reader, &handles->stream, &error)
                 : plugin_->run(input_.get(), task.data(), task.size(), &handles->reader, &handles->stream, &error);
  if (code != BULK_INPUT_OK) return to_status(code, error);
  return Reader(std::move(handles));
}

base::Result<std::string> Input::next_config(const std::vector<std::string>& reports) {
  std::vector<bulk_input_text> texts;
  for (const std::string& report : reports) texts.push_back({report.c_str(), report.size(), nullptr, nullptr});
  bulk_input_text diff{};
  bulk_input_error error = empty_error();
  const int32_t code = plugin_->next_config(input_.get(), texts.data(), texts.size(), &diff, &error);
  if (code != BULK_INPUT_OK) return to_status(code, error);
  return take(diff);
}

bulk_input_progress Input::progress() const {
  bulk_input_progress progress{};
  progress.struct_size = sizeof(progress);
  if (plugin_->progress(input_.get(), &progress) == BULK_INPUT_OK) return progress;
  bulk_input_progress unknown{};
  unknown.rows = unknown.rows_skipped = unknown.odd_values = unknown.bytes_received = unknown.requests = -1;
  unknown.retries = unknown.throttled = unknown.rate_limit_wait_us = -1;
  unknown.window_from_us = unknown.window_to_us = unknown.window_at_us = -1;
  return unknown;
}

void Input::cancel() const { plugin_->cancel(input_.get()); }

}  // namespace bulkload
