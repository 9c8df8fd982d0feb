// The entry points of the contract (include/bulk_input/bulk_input.h): arguments are checked, exceptions end here. No
// logic.
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "bulk_input/bulk_input.h"
#include "klaviyo/input.h"

using base::Code;
using base::Status;

struct bulk_input_input {
  std::unique_ptr<klaviyo::Input> input;
  int32_t process;
};

struct bulk_input_reader {
  std::shared_ptr<klaviyo::ReaderState> state;
};

namespace {

constexpr uint32_t kErrorBytes = sizeof(bulk_input_error);

// Cut at a character border, so that the buffer always holds UTF-8.
void copy_message(std::string_view message, char (&out)[BULK_INPUT_ERROR_MESSAGE_BYTES]) {
  size_t size = std::min(message.size(), sizeof out - 1);
  if (size < message.size()) {
    while (size > 0 && (static_cast<unsigned char>(message[size]) & 0xC0) == 0x80) --size;
  }
  std::memcpy(out, message.data(), size);
  out[size] = '\0';
}

int32_t report(bulk_input_error* error, Code code, std::string_view message, const Status& details = {}) {
  if (error != nullptr && error->struct_size >= kErrorBytes) {
    error->code = static_cast<int32_t>(code);
    error->http_status = details.http_status();
    error->resumable = base::is_resumable(code) || details.begin_anew() ? 1 : 0;
    error->retry_at_us = details.retry_at_us();
    copy_message(message, error->message);
  }
  return static_cast<int32_t>(code);
}

int32_t report(bulk_input_error* error, const Status& status) {
  return report(error, status.code(), status.message(), status);
}

// Runs `body`, which returns a Status, after checking what every function needs.
int32_t guarded(bulk_input_error* error, auto body) noexcept {
  if (error != nullptr && error->struct_size < kErrorBytes) return BULK_INPUT_ERROR_ABI;
  try {
    return report(error, body());
  } catch (const std::bad_alloc&) {
    return report(error, Code::out_of_memory, "out of memory");
  } catch (const std::exception& problem) {
    return report(error, Code::internal, problem.what());
  } catch (...) {
    return report(error, Code::internal, "unknown exception");
  }
}

Status foreign_process(int32_t process) {
  if (process == getpid()) return {};
  return {Code::abi, "the handle belongs to another process; open the input after fork"};
}

Status usable(const bulk_input_input* input) {
  if (input == nullptr) return {Code::abi, "input is NULL"};
  return foreign_process(input->process);
}

Status usable(const bulk_input_reader* reader) {
  if (reader == nullptr) return {Code::abi, "reader is NULL"};
  return foreign_process(reader->state->process);
}

void release_text(bulk_input_text* text) {
  delete[] static_cast<char*>(text->private_data);
  *text = {};
}

Status give_text(const std::string& value, bulk_input_text* out) {
  auto bytes = std::make_unique<char[]>(value.size() + 1);
  std::memcpy(bytes.get(), value.c_str(), value.size() + 1);
  *out = {bytes.get(), value.size(), release_text, bytes.get()};
  bytes.release();
  return {};
}

struct Texts {
  std::vector<std::string> values;
  std::vector<bulk_input_text> items;
};

void release_texts(bulk_input_texts* texts) {
  delete static_cast<Texts*>(texts->private_data);
  *texts = {};
}

Status give_texts(std::vector<std::string> values, bulk_input_texts* out) {
  auto texts = std::make_unique<Texts>();
  texts->values = std::move(values);
  for (const std::string& value : texts->values)
    texts->items.push_back({value.c_str(), value.size(), nullptr, nullptr});
  *out = {texts->items.data(), texts->items.size(), release_texts, texts.get()};
  texts.release();
  return {};
}

base::Log log_of(const bulk_input_host& host) {
  if (host.log == nullptr) return {};
  const auto threshold =
      static_cast<base::LogLevel>(std::clamp(host.log_level, BULK_INPUT_LOG_TRACE, BULK_INPUT_LOG_ERROR));
  return {threshold, [log = host.log, context = host.context](base::LogLevel level, std::string_view line) {
            log(context, static_cast<int32_t>(level), std::string(line).c_str());
          }};
}

std::unique_ptr<base::Clock> clock_of(const bulk_input_host& host) {
  if (host.now_us == nullptr && host.sleep_us == nullptr) return std::make_unique<base::SystemClock>();
  std::function<int64_t()> now_us;
  std::function<void(int64_t)> sleep_us;
  if (host.now_us != nullptr) now_us = [now = host.now_us, context = host.context] { return now(context); };
  if (host.sleep_us != nullptr) {
    sleep_us = [sleep = host.sleep_us, context = host.context](int64_t us) { sleep(context, us); };
  }
  return std::make_unique<base::HostClock>(std::move(now_us), std::move(sleep_us));
}

Status give_reader(base::Result<std::shared_ptr<klaviyo::ReaderState>> state, bulk_input_reader** out,
                   ArrowArrayStream* stream) {
  if (!state.ok()) return state.status();
  auto reader = std::make_unique<bulk_input_reader>(bulk_input_reader{*state});
  klaviyo::export_stream(*state, stream);
  *out = reader.release();
  return {};
}

int32_t init(const bulk_input_host* host, const char* config, size_t size, bulk_input_input** out,
             bulk_input_error* error) {
  if (out != nullptr) *out = nullptr;
  return guarded(error, [&]() -> Status {
    if (config == nullptr || out == nullptr) return {Code::abi, "init: config and out must not be NULL"};
    if (size > SIZE_MAX / 2) return {Code::abi, "init: size is out of range"};
    if (host != nullptr && host->struct_size < sizeof(bulk_input_host))
      return {Code::abi, "init: host.struct_size is too small"};
    const bulk_input_host services = host == nullptr ? bulk_input_host{} : *host;
    auto input = klaviyo::Input::create({config, size}, log_of(services), clock_of(services));
    if (!input.ok()) return input.status();
    *out = new bulk_input_input{*std::move(input), getpid()};
    return {};
  });
}

int32_t schema(bulk_input_input* input, ArrowSchema* out, bulk_input_error* error) {
  if (out != nullptr) out->release = nullptr;
  return guarded(error, [&]() -> Status {
    if (out == nullptr) return {Code::abi, "schema: out must not be NULL"};
    if (Status status = usable(input); !status.ok()) return status;
    return input->input->schema(out);
  });
}

int32_t plan(bulk_input_input* input, size_t max_tasks, bulk_input_texts* out, bulk_input_error* error) {
  if (out != nullptr) *out = {};
  return guarded(error, [&]() -> Status {
    if (out == nullptr || max_tasks == 0) return {Code::abi, "plan: out must not be NULL, max_tasks not 0"};
    if (Status status = usable(input); !status.ok()) return status;
    auto tasks = input->input->plan(max_tasks);
    return tasks.ok() ? give_texts(*std::move(tasks), out) : tasks.status();
  });
}

int32_t preview(bulk_input_input* input, int64_t max_rows, bulk_input_reader** out, ArrowArrayStream* stream,
                bulk_input_error* error) {
  if (out != nullptr) *out = nullptr;
  if (stream != nullptr) stream->release = nullptr;
  return guarded(error, [&]() -> Status {
    if (out == nullptr || stream == nullptr) return {Code::abi, "preview: out and stream must not be NULL"};
    if (max_rows < 1) return {Code::abi, "preview: max_rows must be at least 1"};
    if (Status status = usable(input); !status.ok()) return status;
    return give_reader(input->input->preview(max_rows), out, stream);
  });
}

int32_t run(bulk_input_input* input, const char* task, size_t task_size, bulk_input_reader** out,
            ArrowArrayStream* stream, bulk_input_error* error) {
  if (out != nullptr) *out = nullptr;
  if (stream != nullptr) stream->release = nullptr;
  return guarded(error, [&]() -> Status {
    if (task == nullptr || out == nullptr || stream == nullptr) {
      return {Code::abi, "run: task, out and stream must not be NULL"};
    }
    if (task_size > SIZE_MAX / 2) return {Code::abi, "run: task_size is out of range"};
    if (Status status = usable(input); !status.ok()) return status;
    return give_reader(input->input->run({task, task_size}), out, stream);
  });
}

int32_t reader_error(bulk_input_reader* reader, bulk_input_error* error) {
  return guarded(error, [&]() -> Status {
    if (Status status = usable(reader); !status.ok()) return status;
    return reader->state->status;
  });
}

int32_t checkpoint(bulk_input_reader* reader, bulk_input_text* out, bulk_input_error* error) {
  if (out != nullptr) *out = {};
  return guarded(error, [&]() -> Status {
    if (out == nullptr) return {Code::abi, "checkpoint: out must not be NULL"};
    if (Status status = usable(reader); !status.ok()) return status;
    const auto text = reader->state->batches->checkpoint();
    return text.ok() ? give_text(*text, out) : text.status();
  });
}

void reader_close(bulk_input_reader* reader) {
  if (reader == nullptr || !usable(reader).ok()) return;
  delete reader;
}

int32_t next_config(bulk_input_input* input, const bulk_input_text* reports, size_t count, bulk_input_text* out,
                    bulk_input_error* error) {
  if (out != nullptr) *out = {};
  return guarded(error, [&]() -> Status {
    if (out == nullptr || (reports == nullptr && count > 0)) {
      return {Code::abi, "next_config: reports and out must not be NULL"};
    }
    if (Status status = usable(input); !status.ok()) return status;
    std::vector<std::string_view> texts;
    for (size_t i = 0; i < count; ++i) {
      if (reports[i].data == nullptr) return {Code::abi, "next_config: a report is NULL"};
      texts.emplace_back(reports[i].data, reports[i].size);
    }
    const auto diff = input->input->next_config(texts);
    return diff.ok() ? give_text(*diff, out) : diff.status();
  });
}

int32_t progress(bulk_input_input* input, bulk_input_progress* out) {
  return guarded(nullptr, [&]() -> Status {
    if (out == nullptr || out->struct_size < sizeof(bulk_input_progress)) return {Code::abi, {}};
    if (Status status = usable(input); !status.ok()) return status;
    input->input->progress(*out);
    return {};
  });
}

int32_t cancel(bulk_input_input* input) {
  return guarded(nullptr, [&]() -> Status {
    if (Status status = usable(input); !status.ok()) return status;
    input->input->cancel();
    return {};
  });
}

void close(bulk_input_input* input) {
  if (input == nullptr || !usable(input).ok()) return;
  delete input;
}

std::string schema_text() noexcept {
  try {
    return klaviyo::config_schema_json();
  } catch (...) {
    return "{}";
  }
}

}  // namespace

extern "C" const bulk_input_plugin* bulk_input_plugin_v1(void) {
  static const std::string config_schema = schema_text();
  static const bulk_input_plugin table = {sizeof(bulk_input_plugin),
                                          0,
                                          "klaviyo",
                                          BULK_INPUT_VERSION,
                                          config_schema.c_str(),
                                          init,
                                          schema,
                                          plan,
                                          preview,
                                          run,
                                          reader_error,
                                          checkpoint,
                                          reader_close,
                                          next_config,
                                          progress,
                                          cancel,
                                          close};
  return &table;
}
