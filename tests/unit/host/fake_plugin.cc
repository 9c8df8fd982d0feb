#include "unit/host/fake_plugin.h"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

extern "C" {
#include "contract/fake_rows.h"
}

struct FakeState {
  std::map<std::string, std::string> config;
  bulk_input_host host{};
  std::mutex mutex;  // guards what follows
  std::condition_variable cancelled;
  bool is_cancelled = false;
  int64_t rows_given = 0;

  std::string text(const std::string& key, const std::string& fallback = {}) const {
    const auto it = config.find(key);
    return it == config.end() ? fallback : it->second;
  }
  int64_t number(const std::string& key, int64_t fallback) const {
    const auto it = config.find(key);
    return it == config.end() ? fallback : std::stoll(it->second);
  }
};

struct bulk_input_input {
  std::shared_ptr<FakeState> state;
};

struct Stream {
  std::shared_ptr<FakeState> state;
  int64_t at = 0;
  int64_t end = 0;
  bool resumed = false;
  bulk_input_error error{};
};

struct bulk_input_reader {
  std::shared_ptr<Stream> stream;
};

namespace {

constexpr const char* kSchema = R"({"type": "object", "properties": {
  "type": {"type": "string", "const": "fake", "default": "fake"},
  "rows": {"type": "integer", "description": "how many rows there are"},
  "batch_rows": {"type": "integer", "default": 10, "description": "rows of a batch", "x-aliases": ["batch"]},
  "token": {"type": "string", "writeOnly": true},
  "order": {"type": "string", "default": "time", "x-source": "fake"},
  "elsewhere": {"type": "string", "x-source": "other"},
  "old": {"deprecated": true}},
  "x-sources": [
    {"name": "fake_rows", "path": "/api/fake", "paging": "cursor_and_size", "max_page_size": 100,
     "time_fields": [{"key": "created", "name": "created", "operators": ["greater-than"]}],
     "rate": {"per_second": 75, "per_minute": 700}, "scopes": ["fake:read", "other:read"],
     "columns": [{"name": "id", "type": "string"}, {"name": "extra", "type": "json", "include": "things"}]},
    {"name": "metrics", "path": "/api/metrics", "paging": "none", "time_fields": [], "columns": []}]})";

int32_t fail(bulk_input_error* error, int32_t code, const std::string& message, bool resumable = false) {
  error->code = code;
  error->http_status = 0;
  error->resumable = resumable ? 1 : 0;
  error->retry_at_us = code == BULK_INPUT_ERROR_RATE_LIMITED ? 1'800'000'000'000'000 : -1;
  const size_t size = std::min(message.size(), sizeof(error->message) - 1);
  std::memcpy(error->message, message.data(), size);
  error->message[size] = '\0';
  return code;
}

void give(bulk_input_text* out, const std::string& text) {
  char* copy = strdup(text.c_str());
  *out = {copy, text.size(),
          [](bulk_input_text* self) {
            free(self->private_data);
            self->release = nullptr;
          },
          copy};
}

std::string task_text(const FakeState& state, int64_t at) {
  return nlohmann::json{{"at", at}, {"rows", state.text("rows")}, {"token", state.text("token").size()}}.dump();
}

int32_t init(const bulk_input_host* host, const char* config, size_t size, bulk_input_input** out,
             bulk_input_error* error) {
  const auto json = nlohmann::ordered_json::parse(config, config + size);
  auto state = std::make_shared<FakeState>();
  state->host = *host;
  std::string problems;
  int line = 1;
  const std::vector<std::string> known = {"type",      "rows",        "batch_rows", "token",   "order",   "fail_at",
                                          "fail_code", "fail_always", "begin_anew", "hang_at", "stubborn"};
  for (const auto& [key, value] : json.items()) {
    ++line;
    if (value.is_string()) state->config[key] = value;
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      problems += "line " + std::to_string(line) + ": " + key + ": unknown key\n";
    }
  }
  if (!state->config.contains("rows")) problems += "line 1: rows: missing\n";
  if (!problems.empty()) return fail(error, BULK_INPUT_ERROR_CONFIG, problems.substr(0, problems.size() - 1));
  if (host->log != nullptr) {
    host->log(host->context, BULK_INPUT_LOG_TRACE, ("configured with " + state->text("token")).c_str());
  }
  if (host->log != nullptr && json.items().begin().key() == "type") {
    host->log(host->context, BULK_INPUT_LOG_WARN, "line 2: type: is old-fashioned");
  }
  *out = new bulk_input_input{std::move(state)};
  return BULK_INPUT_OK;
}

/// The columns of the contract's fake rows, with the order in the metadata.
int32_t schema(bulk_input_input* input, ArrowSchema* out, bulk_input_error*) {
  if (fake_rows_schema(out) != 0) return BULK_INPUT_ERROR_OUT_OF_MEMORY;
  std::string bytes;
  const auto put_size = [&](size_t size) {
    const auto number = static_cast<int32_t>(size);
    bytes.append(reinterpret_cast<const char*>(&number), sizeof(number));
  };
  put_size(2);
  for (const std::string& text :
       {std::string("source"), std::string("fake"), std::string("order"), input->state->text("order", "time")}) {
    put_size(text.size());
    bytes += text;
  }
  free(const_cast<char*>(out->metadata));
  auto* copy = static_cast<char*>(malloc(bytes.size()));
  std::memcpy(copy, bytes.data(), bytes.size());
  out->metadata = copy;
  return BULK_INPUT_OK;
}

int32_t plan(bulk_input_input* input, size_t, bulk_input_texts* out, bulk_input_error*) {
  auto* item = new bulk_input_text{};
  give(item, task_text(*input->state, 0));
  *out = {item, 1,
          [](bulk_input_texts* self) {
            auto* first = static_cast<bulk_input_text*>(self->private_data);
            first->release(first);
            delete first;
            self->release = nullptr;
          },
          item};
  return BULK_INPUT_OK;
}

/// Why the next rows cannot be given; BULK_INPUT_OK when they can. May wait.
int32_t refuse(Stream& stream) {
  FakeState& state = *stream.state;
  const std::string anew = state.text("begin_anew");
  if ((anew == "true" && stream.resumed) || (anew == "always" && stream.at > 0)) {
    return fail(&stream.error, BULK_INPUT_ERROR_DATA, "the cursor was refused", true);
  }
  std::unique_lock lock(state.mutex);
  if (stream.at == state.number("hang_at", -1)) state.cancelled.wait(lock, [&] { return state.is_cancelled; });
  if (state.is_cancelled) return fail(&stream.error, BULK_INPUT_ERROR_CANCELLED, "cancelled", true);
  const bool fails =
      stream.at == state.number("fail_at", -1) && (!stream.resumed || state.text("fail_always") == "true");
  const auto code = static_cast<int32_t>(state.number("fail_code", BULK_INPUT_ERROR_REMOTE_TRANSIENT));
  return fails ? fail(&stream.error, code, "the service failed", code != BULK_INPUT_ERROR_DATA) : BULK_INPUT_OK;
}

int next(ArrowArrayStream* self, ArrowArray* out) {
  Stream& stream = **static_cast<std::shared_ptr<Stream>*>(self->private_data);
  *out = {};
  if (stream.error.code != BULK_INPUT_OK || refuse(stream) != BULK_INPUT_OK) return EIO;
  int64_t rows = std::min(stream.state->number("batch_rows", 10), stream.end - stream.at);
  for (const char* stop : {"fail_at", "hang_at"}) {
    const int64_t at = stream.state->number(stop, -1);
    if (at > stream.at) rows = std::min(rows, at - stream.at);
  }
  if (rows == 0) return 0;
  if (fake_rows_batch(out, stream.at, rows) != 0) return ENOMEM;
  stream.at += rows;
  const std::lock_guard lock(stream.state->mutex);
  stream.state->rows_given += rows;
  return 0;
}

void begin(bulk_input_input* input, int64_t at, int64_t end, bulk_input_reader** out, ArrowArrayStream* stream) {
  auto shared = std::make_shared<Stream>();
  shared->state = input->state;
  shared->at = at;
  shared->end = end;
  shared->resumed = at > 0;
  *out = new bulk_input_reader{shared};
  stream->get_next = next;
  stream->private_data = new std::shared_ptr<Stream>(shared);
  stream->release = [](ArrowArrayStream* self) {
    delete static_cast<std::shared_ptr<Stream>*>(self->private_data);
    self->release = nullptr;
  };
}

int32_t preview(bulk_input_input* input, int64_t max_rows, bulk_input_reader** out, ArrowArrayStream* stream,
                bulk_input_error*) {
  begin(input, 0, std::min(max_rows, input->state->number("rows", 0)), out, stream);
  return BULK_INPUT_OK;
}

int32_t run(bulk_input_input* input, const char* task, size_t size, bulk_input_reader** out, ArrowArrayStream* stream,
            bulk_input_error* error) {
  const int64_t at = nlohmann::json::parse(task, task + size).at("at").get<int64_t>();
  if (std::string(task, size) != task_text(*input->state, at)) {
    return fail(error, BULK_INPUT_ERROR_CONFIG, "task: of another configuration");
  }
  begin(input, at, input->state->number("rows", 0), out, stream);
  return BULK_INPUT_OK;
}

int32_t reader_error(bulk_input_reader* reader, bulk_input_error* error) {
  const uint32_t size = error->struct_size;
  *error = reader->stream->error;
  error->struct_size = size;
  return error->code;
}

int32_t checkpoint(bulk_input_reader* reader, bulk_input_text* out, bulk_input_error*) {
  give(out, task_text(*reader->stream->state, reader->stream->at));
  return BULK_INPUT_OK;
}

int32_t next_config(bulk_input_input* input, const bulk_input_text* reports, size_t count, bulk_input_text* out,
                    bulk_input_error* error) {
  const std::string done = task_text(*input->state, input->state->number("rows", 0));
  if (count != 1 || done != reports[0].data) return fail(error, BULK_INPUT_ERROR_CONFIG, "report: unfinished");
  give(out, R"({"start_time":")" + input->state->text("rows") + R"(","end_time":null})");
  return BULK_INPUT_OK;
}

int32_t progress(bulk_input_input* input, bulk_input_progress* out) {
  const std::lock_guard lock(input->state->mutex);
  out->rows = input->state->rows_given;
  out->window_from_us = out->window_to_us = out->window_at_us = -1;
  return BULK_INPUT_OK;
}

int32_t cancel(bulk_input_input* input) {
  FakeState& state = *input->state;
  if (state.text("stubborn") == "true") {
    state.host.log(state.host.context, BULK_INPUT_LOG_INFO, "ignoring cancel");
    return BULK_INPUT_OK;
  }
  const std::lock_guard lock(state.mutex);
  state.is_cancelled = true;
  state.cancelled.notify_all();
  return BULK_INPUT_OK;
}

constexpr bulk_input_plugin kTable = {sizeof(bulk_input_plugin),
                                      0,
                                      "fake",
                                      "1.2.3",
                                      kSchema,
                                      init,
                                      schema,
                                      plan,
                                      preview,
                                      run,
                                      reader_error,
                                      checkpoint,
                                      [](bulk_input_reader* reader) { delete reader; },
                                      next_config,
                                      progress,
                                      cancel,
                                      [](bulk_input_input* input) { delete input; }};

}  // namespace

extern "C" const bulk_input_plugin* bulk_input_plugin_v1(void) { return &kTable; }

namespace bulkload {

const bulk_input_plugin& fake_plugin() { return kTable; }

}  // namespace bulkload
