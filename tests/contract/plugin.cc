#include "contract/plugin.h"

#include <dlfcn.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace contract {
namespace {

void check(int32_t code, const bulk_input_error& error) {
  if (code != error.code) throw std::logic_error("the code returned is not the one in the error");
  if (code != BULK_INPUT_OK) throw Failure(error);
}

std::string take(bulk_input_text text) {
  std::string copy(text.data, text.size);
  if (text.data[text.size] != '\0') throw std::logic_error("a text is not NUL-terminated");
  text.release(&text);
  if (text.release != nullptr) throw std::logic_error("release does not say that it was called");
  return copy;
}

}  // namespace

Library::Library(const std::string& path) : handle_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
  if (handle_ == nullptr) throw std::runtime_error(dlerror());
  const auto function = reinterpret_cast<bulk_input_plugin_v1_function>(dlsym(handle_, BULK_INPUT_PLUGIN_SYMBOL));
  if (function == nullptr) throw std::runtime_error(path + " does not export " BULK_INPUT_PLUGIN_SYMBOL);
  table_ = function();
}

Library::~Library() { dlclose(handle_); }

Batch::Batch(Batch&& other) noexcept : array_(other.array_), columns_(other.columns_) {
  other.array_.release = nullptr;
}

void Batch::release() {
  if (array_.release != nullptr) array_.release(&array_);
}

Reader::Reader(const bulk_input_plugin& plugin, bulk_input_reader* reader, const ArrowArrayStream& stream)
    : plugin_(&plugin), reader_(reader), stream_(stream) {}

Reader::Reader(Reader&& other) noexcept
    : plugin_(other.plugin_),
      reader_(std::exchange(other.reader_, nullptr)),
      stream_(other.stream_),
      columns_(std::move(other.columns_)) {
  other.stream_.release = nullptr;
}

Reader::~Reader() {
  close();
  release_stream();
}

const Columns& Reader::columns() {
  if (columns_.empty()) {
    ArrowSchema schema{};
    if (stream_.get_schema(&stream_, &schema) != 0) throw std::runtime_error("get_schema failed");
    columns_ = read_schema(schema);
    schema.release(&schema);
  }
  return columns_;
}

std::optional<Batch> Reader::next() {
  columns();
  ArrowArray array{};
  const int failed = stream_.get_next(&stream_, &array);
  Error error;
  if (reader_ != nullptr) check(plugin_->reader_error(reader_, &error), error);
  if (failed != 0) throw std::runtime_error("get_next failed, and reader_error does not say why");
  if (array.release == nullptr) return std::nullopt;
  return Batch(array, columns_);
}

Rows Reader::rest() {
  Rows rows;
  while (std::optional<Batch> batch = next()) append(rows, batch->rows());
  return rows;
}

std::string Reader::checkpoint() {
  bulk_input_text text{};
  Error error;
  check(plugin_->checkpoint(reader_, &text, &error), error);
  return take(text);
}

void Reader::close() { plugin_->reader_close(std::exchange(reader_, nullptr)); }

void Reader::release_stream() {
  if (stream_.release != nullptr) stream_.release(&stream_);
}

Input::Input(const bulk_input_plugin& plugin, const std::string& config, const bulk_input_host* host)
    : plugin_(&plugin) {
  Error error;
  check(plugin.init(host, config.data(), config.size(), &input_, &error), error);
}

Input::Input(Input&& other) noexcept : plugin_(other.plugin_), input_(std::exchange(other.input_, nullptr)) {}

Columns Input::schema() {
  ArrowSchema schema{};
  Error error;
  check(plugin_->schema(input_, &schema, &error), error);
  Columns columns = read_schema(schema);
  schema.release(&schema);
  return columns;
}

std::vector<std::string> Input::plan(size_t max_tasks) {
  bulk_input_texts texts{};
  Error error;
  check(plugin_->plan(input_, max_tasks, &texts, &error), error);
  std::vector<std::string> tasks;
  for (size_t i = 0; i < texts.count; ++i) {
    if (texts.items[i].release != nullptr) throw std::logic_error("a task has a release of its own");
    tasks.emplace_back(texts.items[i].data, texts.items[i].size);
  }
  texts.release(&texts);
  return tasks;
}

Reader Input::run(const std::string& task) {
  bulk_input_reader* reader = nullptr;
  ArrowArrayStream stream{};
  Error error;
  check(plugin_->run(input_, task.data(), task.size(), &reader, &stream, &error), error);
  return Reader(*plugin_, reader, stream);
}

Reader Input::preview(int64_t max_rows) {
  bulk_input_reader* reader = nullptr;
  ArrowArrayStream stream{};
  Error error;
  check(plugin_->preview(input_, max_rows, &reader, &stream, &error), error);
  return Reader(*plugin_, reader, stream);
}

std::string Input::next_config(const std::vector<std::string>& reports) {
  std::vector<bulk_input_text> borrowed;
  for (const std::string& report : reports) borrowed.push_back({report.data(), report.size(), nullptr, nullptr});
  bulk_input_text text{};
  Error error;
  check(plugin_->next_config(input_, borrowed.data(), borrowed.size(), &text, &error), error);
  return take(text);
}

bulk_input_progress Input::progress() {
  bulk_input_progress progress{};
  progress.struct_size = sizeof progress;
  if (plugin_->progress(input_, &progress) != BULK_INPUT_OK) throw std::runtime_error("progress failed");
  return progress;
}

void Input::cancel() {
  if (plugin_->cancel(input_) != BULK_INPUT_OK) throw std::runtime_error("cancel failed");
}

void Input::close() { plugin_->close(std::exchange(input_, nullptr)); }

void append(Rows& rows, Rows more) { std::move(more.begin(), more.end(), std::back_inserter(rows)); }

Rows sorted(Rows rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

Load load(Input& input, size_t max_tasks) {
  Load loaded;
  for (const std::string& task : input.plan(max_tasks)) {
    Reader reader = input.run(task);
    append(loaded.rows, reader.rest());
    loaded.reports.push_back(reader.checkpoint());
  }
  loaded.rows = sorted(std::move(loaded.rows));
  return loaded;
}

}  // namespace contract
