// bench-pull PLUGIN CONFIG ROWS STOP_AFTER_SEC: pulls all batches out of a plugin, through its C interface alone, and
// throws them away. It does nothing else, so that its memory and processor time are the plugin's. CONFIG is the text of
// the `in:` section. The server has rows 0 to ROWS - 1, each with its number in its id. After STOP_AFTER_SEC the run is
// cancelled; 0: it ends by itself. Prints rows, different rows, requests, and seconds from run() to the end.
#include <dlfcn.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

#include "bulk_input/bulk_input.h"

namespace {

constexpr int64_t kIdDigitsBegin = 3;  // 5qW00000042kT
constexpr int64_t kIdDigits = 8;

struct Error : bulk_input_error {
  Error() : bulk_input_error{sizeof(bulk_input_error), 0, 0, 0, 0, ""} {}
  void check(int32_t returned) const {
    if (returned != BULK_INPUT_OK) throw std::runtime_error(message);
  }
};

const bulk_input_plugin& open_plugin(const char* path) {
  void* const library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  void* const symbol = library == nullptr ? nullptr : dlsym(library, BULK_INPUT_PLUGIN_SYMBOL);
  if (symbol == nullptr) throw std::runtime_error(dlerror());
  return *reinterpret_cast<bulk_input_plugin_v1_function>(symbol)();
}

int64_t find_column(const ArrowSchema& schema, std::string_view name) {
  for (int64_t i = 0; i < schema.n_children; ++i) {
    if (schema.children[i]->name == name) return i;
  }
  throw std::runtime_error("the schema has no column " + std::string(name));
}

/// Ticks off the rows of a batch by the number in their id.
class RowsSeen {
 public:
  explicit RowsSeen(int64_t rows) : seen_(static_cast<size_t>(rows)) {}

  void add(const ArrowArray& ids) {
    const auto* offsets = static_cast<const int32_t*>(ids.buffers[1]);
    const auto* text = static_cast<const char*>(ids.buffers[2]);
    for (int64_t row = 0; row < ids.length; ++row) {
      size_t number = 0;
      for (int64_t i = 0; i < kIdDigits; ++i) {
        number = number * 10 + static_cast<size_t>(text[offsets[row] + kIdDigitsBegin + i] - '0');
      }
      if (number >= seen_.size()) throw std::runtime_error("a row that the server does not have");
      distinct_ += seen_[number] ? 0 : 1;
      seen_[number] = true;
    }
  }
  int64_t distinct() const { return distinct_; }

 private:
  std::vector<bool> seen_;
  int64_t distinct_ = 0;
};

/// Cancels an input after a while, unless it ends before.
class Alarm {
 public:
  Alarm(const bulk_input_plugin& plugin, bulk_input_input* input, double seconds) {
    if (seconds <= 0) return;
    thread_ = std::thread([this, &plugin, input, seconds] {
      std::unique_lock lock(mutex_);
      ended_.wait_for(lock, std::chrono::duration<double>(seconds), [this] { return end_; });
      if (!end_) plugin.cancel(input);
    });
  }
  ~Alarm() {
    {
      const std::lock_guard lock(mutex_);
      end_ = true;
    }
    ended_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;
  std::thread thread_;
};

void pull(const char* library, std::string_view config, int64_t rows, double stop_after_sec) {
  const bulk_input_plugin& plugin = open_plugin(library);
  Error error;
  bulk_input_input* input = nullptr;
  error.check(plugin.init(nullptr, config.data(), config.size(), &input, &error));
  ArrowSchema schema;
  error.check(plugin.schema(input, &schema, &error));
  const int64_t id_column = find_column(schema, "id");
  schema.release(&schema);
  bulk_input_texts tasks;
  error.check(plugin.plan(input, 1, &tasks, &error));

  RowsSeen seen(rows);
  bulk_input_reader* reader = nullptr;
  ArrowArrayStream stream;
  ArrowArray batch;
  int64_t pulled = 0;
  const auto begin = std::chrono::steady_clock::now();
  error.check(plugin.run(input, tasks.items[0].data, tasks.items[0].size, &reader, &stream, &error));
  {
    const Alarm alarm(plugin, input, stop_after_sec);
    while (stream.get_next(&stream, &batch) == 0 && batch.release != nullptr) {
      pulled += batch.length;
      seen.add(*batch.children[id_column]);
      batch.release(&batch);
    }
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const int32_t code = plugin.reader_error(reader, &error);
  if (code != BULK_INPUT_ERROR_CANCELLED) error.check(code);
  bulk_input_progress progress{};
  progress.struct_size = sizeof progress;
  error.check(plugin.progress(input, &progress));
  std::printf("%lld %lld %lld %.6f\n", static_cast<long long>(pulled), static_cast<long long>(seen.distinct()),
              static_cast<long long>(progress.requests), seconds);
  stream.release(&stream);
  plugin.reader_close(reader);
  tasks.release(&tasks);
  plugin.close(input);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 5) throw std::runtime_error("usage: bench-pull PLUGIN CONFIG ROWS STOP_AFTER_SEC");
  pull(argv[1], argv[2], std::atoll(argv[3]), std::atof(argv[4]));
  return EXIT_SUCCESS;
} catch (const std::exception& problem) {
  std::fprintf(stderr, "bench-pull: %s\n", problem.what());
  return EXIT_FAILURE;
}
