#include "scene.h"

#include <signal.h>

#include <algorithm>
#include <set>

#include "base/text_time.h"
#include "support/files.h"

namespace crash {

namespace {

namespace fs = std::filesystem;
using test_support::CommandResult;
using test_support::read_file;
using Keys = std::map<std::string, std::string>;

constexpr std::chrono::minutes kLongestRun(3);
constexpr int64_t kMicrosPerSecond = 1'000'000;
constexpr int64_t kMarginUs = 10 * kMicrosPerSecond;  // windows end that long before now

int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string section(const std::string& name, const Keys& keys) {
  std::string text = name + ":\n";
  for (const auto& [key, value] : keys) text += "  " + key + ": \"" + value + "\"\n";
  return text;
}

Keys window_keys(Reads reads) {
  switch (reads) {
    case Reads::first_increment:
      return {{"incremental", "true"}, {"start_time", kMiddle}, {"end_time", kEnd}};
    case Reads::next_increment:
      return {{"incremental", "true"}};
    case Reads::span:
      return {{"start_time", kMiddle}, {"end_time", kEnd}};
  }
  return {};
}

std::string diff_text(const std::string& start, const std::string& end) {
  return "in: {\"end_time\": " + end + ", \"start_time\": " + start + "}\n";
}

std::string quoted(const std::string& text) { return '"' + text + '"'; }

bool includes(const Rows& rows, const Rows& some) {
  return std::includes(rows.begin(), rows.end(), some.begin(), some.end());
}

/// Rows name the emulator that they are from ("links"); all emulators are one here.
std::string without_port(std::string row) {
  static const std::string kHost = "127.0.0.1:";
  for (size_t at = row.find(kHost); at != std::string::npos; at = row.find(kHost, at)) {
    at += kHost.size();
    row.erase(at, row.find_first_not_of("0123456789", at) - at);
  }
  return row;
}

}  // namespace

std::string read_if_there(const fs::path& path) { return fs::is_regular_file(path) ? read_file(path) : std::string(); }

Scene::Scene(const Destination& destination, const std::string& base_url, fs::path folder, const fs::path& base)
    : destination_(destination), base_url_(base_url), folder_(std::move(folder)), begun_us_(now_us()) {
  fs::create_directories(load_folder());
  if (!base.empty()) fs::copy(base, load_folder(), fs::copy_options::recursive);
  destination_.store().make(load_folder(), base);
}

Scene::~Scene() {
  destination_.store().remove(load_folder());
  std::error_code left;
  fs::remove_all(folder_, left);
}

CommandResult Scene::load_old_rows() const {
  return run_command(command({{"incremental", "true"}, {"end_time", kMiddle}}), kLongestRun);
}

test_support::Command Scene::command() const { return command(window_keys(destination_.reads)); }

test_support::Command Scene::command(const Keys& window) const {
  Keys in = {{"type", "klaviyo"},     {"data_source", "events"}, {"api_token", "pk_emulator"},
             {"base_url", base_url_}, {"page_size", "10"},       {"parallel_requests", "2"}};
  in.insert(window.begin(), window.end());
  in.insert(destination_.in.begin(), destination_.in.end());
  Keys out = destination_.store().place(load_folder());
  out.insert(destination_.out.begin(), destination_.out.end());
  test_support::write_file(load_folder() / "config.yml", section("in", in) + section("out", out));
  return {.arguments = {BULKLOAD_PROGRAM, "run", "config.yml", "-c", "diff.yml"}, .folder = load_folder()};
}

CommandResult Scene::run(const Strike& strike) const {
  return run_command(struck(command(), strike, load_folder(), aside()), kLongestRun);
}

CommandResult Scene::run_for(std::chrono::milliseconds time) const {
  test_support::ChildProcess run(command());
  CommandResult result;
  auto ended = run.wait(time);
  if (!ended) {
    run.signal(SIGKILL);
    ended = run.wait(kLongestRun);
  }
  result.exit_code = ended.value_or(-1);
  result.err = run.err();
  return result;
}

Rows Scene::rows_in(const fs::path& folder) const {
  Rows rows = destination_.store().rows(folder);
  std::transform(rows.begin(), rows.end(), rows.begin(), without_port);
  std::sort(rows.begin(), rows.end());
  return rows;
}

bool Scene::is_right_diff(const std::string& text) const {
  if (destination_.reads == Reads::span) return text == diff_text(quoted(kMiddle), quoted(kEnd));
  if (destination_.reads == Reads::first_increment && text == diff_text(quoted(kEnd), "null")) return true;
  // A run that ends at "now"; also the one after the first increment, when that was killed in its last instant.
  const int64_t latest_us = now_us() - kMarginUs;
  for (int64_t end_us = base::floor_to_second(begun_us_ - kMarginUs); end_us <= latest_us; end_us += kMicrosPerSecond) {
    if (text == diff_text(quoted(base::format_rfc3339(end_us)), "null")) return true;
  }
  return false;
}

std::string Scene::fault_seen_by_others(const Expected& expected) const {
  const fs::path seen = destination_.store().to_look_at(load_folder(), folder_ / "seen");
  const std::string diff = read_if_there(seen / "diff.yml");
  const bool ended = diff != expected.old_diff;
  if (ended && !is_right_diff(diff)) return "diff.yml is neither the old one nor right: " + diff;

  const Store& store = destination_.store();
  if (destination_.shows == Shows::old_first && !ended) {
    const std::string bytes = read_if_there(seen / store.file());
    return bytes.rfind(expected.old_bytes, 0) == 0 ? "" : "old rows are not visible";
  }
  if (const std::string damage = store.damage(seen); !damage.empty()) return damage;
  const Rows rows = rows_in(seen);
  if (ended) return rows == expected.all ? "" : "diff.yml says more than the rows do";
  if (rows == expected.old || rows == expected.all) return {};
  if (destination_.shows == Shows::rows_as_saved && includes(rows, expected.old) && includes(expected.all, rows))
    return {};
  return "others see " + std::to_string(rows.size()) + " rows, which are neither those before nor those after";
}

std::string Scene::fault_left_behind() const {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(load_folder())) names.insert(entry.path().filename());
  std::set<std::string> wanted = {"config.yml", "diff.yml"};
  if (!destination_.store().file().empty()) wanted.insert(destination_.store().file());
  if (names != wanted) {
    std::string text = "there are";
    for (const std::string& name : names) text += " " + name;
    return text;
  }
  if (const std::string damage = destination_.store().damage(load_folder()); !damage.empty()) return damage;
  if (const std::string left = destination_.store().left_over(load_folder()); !left.empty()) return "there is " + left;
  const std::string diff = read_file(load_folder() / "diff.yml");
  return is_right_diff(diff) ? "" : "diff.yml is wrong: " + diff;
}

}  // namespace crash
