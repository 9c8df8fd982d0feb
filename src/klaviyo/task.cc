#include "klaviyo/task.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/text_time.h"
#include "klaviyo/net/url.h"
#include "klaviyo/request.h"

namespace klaviyo {

namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr size_t kMaxTaskBytes = 64u << 20;

base::Status damaged(const std::string& what) {
  return {base::Code::config, "task: damaged (" + what + "); take an undamaged copy, or begin the run anew"};
}

base::Status foreign(const std::string& what) {
  return {base::Code::config,
          "task: belongs to another " + what + "; use the one that it was made with, or begin the run anew"};
}

json window_json(const Window& window) {
  json out = json::object();
  if (window.from_us != kUnboundedBelow) out["from"] = base::format_rfc3339(window.from_us);
  if (window.to_us != kUnboundedAbove) out["to"] = base::format_rfc3339(window.to_us);
  return out;
}

json page_json(const PageParameter& page) {
  return net::percent_encode(page.first) + "=" + net::percent_encode(page.second);
}

json trail_json(const Trail& trail) { return {{"rows", trail.rows}, {"hash", trail.hash}}; }

json window_task_json(const WindowTask& task) {
  json out = window_json(task.window);
  const Position& position = task.position;
  if (task.pass != 0) out["pass"] = task.pass;
  if (task.unordered) out["unordered"] = true;
  if (position.at_us) out["at"] = base::format_rfc3339(*position.at_us);
  if (!position.ids.empty()) out["ids"] = position.ids;
  if (position.page) out["page"] = page_json(*position.page);
  if (position.query) out["query"] = window_json(*position.query);
  if (position.page_begin != Trail{}) out["page_begin"] = trail_json(position.page_begin);
  if (position.delivered != Trail{}) out["delivered"] = trail_json(position.delivered);
  if (task.lists != 0) out["lists"] = task.lists;
  if (!task.parents.empty()) out["parent"] = task.parents;
  if (task.given) out["given"] = {task.given->begin, task.given->end};
  return out;
}

// Throws json::exception or DamagedTime; the one caller turns both into a Status.
struct DamagedTime {};

int64_t time_of(const json& value) {
  const auto parsed = base::parse_time(value.get_ref<const std::string&>());
  if (!parsed) throw DamagedTime{};
  return parsed->us;
}

Window window_of(const json& value) {
  Window window;
  if (value.contains("from")) window.from_us = time_of(value.at("from"));
  if (value.contains("to")) window.to_us = time_of(value.at("to"));
  return window;
}

std::optional<PageParameter> page_of(const json& value, const char* key) {
  if (!value.contains(key)) return std::nullopt;
  auto pairs = net::parse_query(value.at(key).get_ref<const std::string&>());
  return pairs.size() == 1 ? std::optional(std::move(pairs.front())) : std::nullopt;
}

Trail trail_of(const json& value, const char* key) {
  if (!value.contains(key)) return {};
  return {value.at(key).at("rows").get<int64_t>(), value.at(key).at("hash").get<uint64_t>()};
}

WindowTask window_task_of(const json& value) {
  WindowTask task;
  task.window = window_of(value);
  task.pass = value.value("pass", 0);
  task.unordered = value.value("unordered", false);
  Position& position = task.position;
  if (value.contains("at")) position.at_us = time_of(value.at("at"));
  if (value.contains("ids")) position.ids = value.at("ids").get<std::vector<std::string>>();
  position.page = page_of(value, "page");
  if (value.contains("query")) position.query = window_of(value.at("query"));
  position.page_begin = trail_of(value, "page_begin");
  position.delivered = trail_of(value, "delivered");
  task.lists = value.value("lists", 0);
  if (value.contains("parent")) task.parents = value.at("parent").get<std::vector<std::string>>();
  if (value.contains("given")) {
    const auto [begin, end] = value.at("given").get<std::array<size_t, 2>>();
    task.given = {begin, end};
  }
  return task;
}

Task task_of(const json& document) {
  Task task;
  task.source = document.at("source").get<std::string>();
  task.config = document.at("config").get<std::string>();
  task.account = document.at("account").get<std::string>();
  task.run = window_of(document.at("run"));
  task.begun_us = time_of(document.at("begun"));
  task.rows = document.at("rows").get<int64_t>();
  for (const json& window : document.at("windows")) task.windows.push_back(window_task_of(window));
  return task;
}

// Whether the entry's parents are those that its level needs.
bool has_its_parents(const WindowTask& window, size_t levels, const Config& config) {
  if (window.given) {
    return window.lists == 1 && levels > 0 && window.parents.empty() && window.given->begin < window.given->end &&
           window.given->end <= config.ids.size();
  }
  if (window.lists < 0 || static_cast<size_t>(window.lists) > levels) return false;
  const bool topmost = static_cast<size_t>(window.lists) == levels;
  return window.parents.empty() == topmost;
}

base::Status check_windows(const Task& task, const Config& config) {
  std::vector<const Source*> read = {config.source};  // by level
  for (const Source* parent : parents_of(*config.source)) read.push_back(parent);
  for (const WindowTask& window : task.windows) {
    if (!has_its_parents(window, read.size() - 1, config)) return damaged("an entry has no or foreign parents");
    const Source& source = *read[static_cast<size_t>(window.lists)];
    const int passes = window.lists == 0 ? passes_of(config) : std::max(1, static_cast<int>(source.passes.size()));
    if (window.pass < 0 || window.pass >= passes || window.position.delivered.rows < window.position.page_begin.rows) {
      return damaged("a window is out of range");
    }
  }
  return {};
}

}  // namespace

void Trail::add(std::string_view id) {
  constexpr uint64_t kPrime = 0x100000001b3;  // FNV-1a, 64 bits
  if (rows == 0) hash = 0xcbf29ce484222325;
  for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  hash = (hash ^ 0xff) * kPrime;  // no UTF-8 text holds this byte: ends the id
  ++rows;
}

std::string format_task(const Task& task) {
  json document = {
      {"v", kVersion},           {"source", task.source},        {"config", task.config},
      {"account", task.account}, {"run", window_json(task.run)}, {"begun", base::format_rfc3339(task.begun_us)},
      {"rows", task.rows},       {"windows", json::array()}};
  for (const WindowTask& window : task.windows) document["windows"].push_back(window_task_json(window));
  document["crc"] = base::crc32_hex(document.dump());
  return document.dump();
}

base::Result<Task> parse_task(std::string_view text, const Config& config) {
  if (text.size() > kMaxTaskBytes) return damaged("too long");
  json document = json::parse(text, nullptr, false);
  if (!document.is_object()) return damaged("not a JSON object");
  if (!document.contains("v") || !document["v"].is_number_integer() || document["v"] < 1) return damaged("no version");
  if (document["v"] > kVersion) {
    return base::Status(base::Code::config, "task: version " + document["v"].dump() +
                                                " is newer than this plugin knows (" + std::to_string(kVersion) +
                                                "); use the plugin that made it");
  }
  if (!document.contains("crc") || !document["crc"].is_string()) return damaged("no checksum");
  const std::string crc = document["crc"].get<std::string>();
  document.erase("crc");
  // The text must be the very one that was written: a change that parsing would forgive is damage too.
  json whole = document;
  whole["crc"] = crc;
  if (base::crc32_hex(document.dump(-1, ' ', false, json::error_handler_t::replace)) != crc ||
      whole.dump(-1, ' ', false, json::error_handler_t::replace) != text) {
    return damaged("checksum does not match");
  }
  try {
    Task task = task_of(document);
    if (task.source != config.source->name) return foreign("source (" + task.source + ")");
    if (task.account != config.account) return foreign("account (the key is another one)");
    if (task.config != config.fingerprint) return foreign("configuration");
    if (base::Status status = check_windows(task, config); !status.ok()) return status;
    return task;
  } catch (const json::exception& problem) {
    return damaged(problem.what());
  } catch (const DamagedTime&) {
    return damaged("a time cannot be read");
  }
}

}  // namespace klaviyo
