#include "bulkload/run_state.h"

#include <nlohmann/json.hpp>
#include <random>

namespace bulkload {

namespace {

using nlohmann::json;

constexpr int kVersion = 1;

}  // namespace

std::string new_run_id() {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 16; ++i) id += "0123456789abcdef"[random() % 16];
  return id;
}

std::string to_text(const RunState& state) {
  const json document = {{"v", kVersion},
                         {"id", state.id},
                         {"done", state.done},
                         {"rows", state.rows},
                         {"upload_time_us", state.upload_time_us},
                         {"filters", state.filters},
                         {"next_config", state.next_config},
                         {"tasks", state.tasks}};
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

base::Result<RunState> parse_run_state(std::string_view text) {
  const auto fail = [](const std::string& why) {
    return base::Status(base::Code::config, "the state of the unfinished run " + why);
  };
  const json document = json::parse(text, nullptr, false);
  const json version = document.is_object() ? document.value("v", json()) : json();
  if (version.is_number_integer() && version > kVersion) return fail("was written by a newer bulkload; use that one");
  try {
    RunState state;
    state.id = document.value("id", "");
    state.done = document.at("done").get<size_t>();
    state.rows = document.at("rows").get<int64_t>();
    state.upload_time_us = document.value("upload_time_us", int64_t{0});
    state.filters = document.value("filters", "");
    state.next_config = document.value("next_config", "");
    state.tasks = document.at("tasks").get<std::vector<std::string>>();
    const bool sound =
        version == kVersion && !state.tasks.empty() && state.done <= state.tasks.size() && state.rows >= 0;
    return sound ? base::Result<RunState>(std::move(state)) : fail("is damaged");
  } catch (const json::exception&) {
    return fail("is damaged");
  }
}

}  // namespace bulkload
