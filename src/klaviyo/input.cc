#include "klaviyo/input.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "klaviyo/config.h"
#include "klaviyo/next_config.h"
#include "klaviyo/report_window.h"
#include "klaviyo/window.h"

namespace klaviyo {

base::Result<std::unique_ptr<Input>> Input::create(std::string_view config, base::Log log,
                                                   std::unique_ptr<base::Clock> clock) {
  auto parsed = parse_config(config, clock->now_us());
  if (!parsed.ok()) return parsed.status();
  for (const std::string& warning : parsed->warnings) log.warn(warning);
  return std::unique_ptr<Input>(
      new Input(std::make_shared<Services>(*std::move(parsed), std::move(log), std::move(clock))));
}

base::Status Input::check_usable() const {
  if (services_->stop.requested()) return {base::Code::cancelled, "cancelled"};
  return {};
}

namespace {

std::vector<Task> of_given_parents(const Task& whole, size_t parents, size_t max_tasks) {
  const size_t tasks = std::clamp<size_t>(max_tasks, 1, std::min(parents, kMaxParts));
  std::vector<Task> planned(tasks, whole);
  for (size_t i = 0; i < tasks; ++i) {
    WindowTask& entry = planned[i].windows.emplace_back();
    entry.window = whole.run;
    entry.lists = 1;
    entry.given = {i * parents / tasks, (i + 1) * parents / tasks};
  }
  return planned;
}

// One task, for all requests share the same few that are allowed in a minute and a day.
Task of_timeframes(Task whole, const Config& config) {
  for (const Window& timeframe : report_timeframes(config, whole.run)) {
    whole.windows.emplace_back().window = timeframe;
  }
  return whole;
}

}  // namespace

std::vector<Task> Input::tasks(size_t max_tasks) const {
  const Config& config = services_->config;
  Task task;
  task.source = config.source->name;
  task.config = config.fingerprint;
  task.account = config.account;
  task.run = run_window(config, services_->begun_us);
  task.begun_us = services_->begun_us;
  if (!config.ids.empty()) return of_given_parents(task, config.ids.size(), max_tasks);
  // Each task would list all parents again.
  const size_t parts = services_->order.cuttable && !config.source->has_parent() ? max_tasks : 1;
  if (config.source->report != nullptr) return {of_timeframes(std::move(task), config)};
  const Config& first_read = services_->levels.back()->pager.config;  // the rows', or the topmost parents'
  const int passes = passes_of(first_read);
  std::vector<Task> planned;
  for (const Window& window : divide(task.run, parts, services_->begun_us)) {
    task.windows.clear();
    for (int pass = 0; pass < passes; ++pass) {
      WindowTask& entry = task.windows.emplace_back();
      entry.pass = pass;
      entry.window = window;
      entry.lists = static_cast<int>(services_->parents.size());
    }
    planned.push_back(task);
  }
  return planned;
}

base::Status Input::schema(ArrowSchema* out) const {
  if (base::Status status = check_usable(); !status.ok()) return status;
  export_schema_of(*services_, out, services_->config.timezone);
  return {};
}

base::Result<std::vector<std::string>> Input::plan(size_t max_tasks) const {
  if (base::Status status = check_usable(); !status.ok()) return status;
  std::vector<std::string> texts;
  for (const Task& task : tasks(max_tasks)) texts.push_back(format_task(task));
  return texts;
}

base::Result<std::shared_ptr<ReaderState>> Input::preview(int64_t max_rows) {
  if (base::Status status = check_usable(); !status.ok()) return status;
  Task task = tasks(1).front();
  // A report's first rows cost one of the day's requests, not several: those of its last timeframe.
  if (services_->config.source->report != nullptr) task.windows.erase(task.windows.begin(), task.windows.end() - 1);
  return add_reader(std::make_shared<PreviewReader>(services_, std::move(task), max_rows));
}

base::Result<std::shared_ptr<ReaderState>> Input::run(std::string_view task) {
  if (base::Status status = check_usable(); !status.ok()) return status;
  auto parsed = parse_task(task, services_->config);
  if (!parsed.ok()) return parsed.status();
  return add_reader(std::make_shared<TaskReader>(services_, *parsed));
}

std::shared_ptr<ReaderState> Input::add_reader(std::shared_ptr<BatchSource> batches) {
  std::lock_guard lock(mutex_);
  std::erase_if(readers_, [](const auto& reader) { return reader.expired(); });
  readers_.push_back(batches);
  return std::make_shared<ReaderState>(ReaderState{services_, std::move(batches), getpid(), {}});
}

base::Result<std::string> Input::next_config(const std::vector<std::string_view>& reports) const {
  if (base::Status status = check_usable(); !status.ok()) return status;
  std::vector<Task> tasks;
  for (const std::string_view report : reports) {
    auto task = parse_task(report, services_->config);
    if (!task.ok()) return task.status();
    tasks.push_back(*std::move(task));
  }
  return klaviyo::next_config(services_->config, tasks);
}

void Input::progress(bulk_input_progress& out) const {
  const Services& own = *services_;
  const net::ApiCounters& api = own.api.counters();
  out.rows = own.counters.rows;
  out.rows_skipped = own.counters.rows_skipped;
  out.odd_values = own.counters.odd_values;
  out.bytes_received = api.bytes_received;
  out.requests = api.requests;
  out.retries = api.retries;
  out.throttled = api.throttled;
  out.rate_limit_wait_us = api.wait_us;
  out.window_from_us = out.window_to_us = out.window_at_us = -1;
  if (own.order.field == nullptr) return;
  const Window run = run_window(own.config, own.begun_us);
  out.window_to_us = run.to_us == kUnboundedAbove ? own.begun_us : run.to_us;
  if (run.from_us != kUnboundedBelow) out.window_from_us = run.from_us;
  std::lock_guard lock(mutex_);
  std::optional<int64_t> remaining_us;
  for (const auto& weak : readers_) {
    const auto reader = weak.lock();
    const auto of_reader = reader ? reader->remaining_us() : std::nullopt;
    if (of_reader) remaining_us = remaining_us.value_or(0) + *of_reader;
  }
  if (remaining_us) out.window_at_us = out.window_to_us - *remaining_us;
}

void Input::cancel() {
  services_->stop.request();
  services_->api.wake();
  std::lock_guard lock(mutex_);
  for (const auto& weak : readers_) {
    if (const auto reader = weak.lock()) reader->wake();
  }
}

}  // namespace klaviyo
