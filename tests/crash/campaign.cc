#include "campaign.h"

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace crash {

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using test_support::CommandResult;

constexpr int kKilled = -SIGKILL;

void require_success(const CommandResult& result, const std::string& what) {
  if (result.exit_code != 0) throw std::runtime_error(what + ": " + result.err);
}

size_t count_missing(const Rows& rows, const Rows& from) {
  Rows missing;
  std::set_difference(rows.begin(), rows.end(), from.begin(), from.end(), std::back_inserter(missing));
  return missing.size();
}

// The ids that the emulator has and the destination must have.
std::vector<std::string> true_ids(const Destination& destination, const test_support::EmulatorProcess& emulator) {
  std::vector<std::string> ids;
  const bool all = destination.has_old_rows() && destination.keeps_old_rows();
  for (const auto& row : emulator.rows("events", "")) {
    if (all || row.time >= kMiddle) ids.push_back(row.id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::vector<std::string> ids_of(const Rows& rows) {
  std::vector<std::string> ids;
  for (const std::string& row : rows) ids.push_back(row.substr(0, row.find(' ')));
  std::sort(ids.begin(), ids.end());
  return ids;
}

template <typename Run>
milliseconds timed(const Run& run) {
  const auto begin = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
}

}  // namespace

std::string to_text(const Case& one) {
  std::string text =
      one.time.count() > 0 ? "killed after " + std::to_string(one.time.count()) + " ms" : to_text(one.strike);
  if (one.quick) text += ", quick";
  for (const Strike& strike : one.resumes) text += "; then " + to_text(strike);
  return text;
}

void Figures::add(const Figures& other) {
  killed += other.killed;
  ended += other.ended;
  resumes += other.resumes;
  lost += other.lost;
  twice += other.twice;
  faults.insert(faults.end(), other.faults.begin(), other.faults.end());
  calls_died_at.insert(other.calls_died_at.begin(), other.calls_died_at.end());
}

Campaign::Campaign(const Destination& destination, const Emulators& emulators)
    : destination_(destination), emulators_(emulators) {
  if (destination.has_old_rows()) load_old_rows();
  for (const bool quick : {true, false}) {
    const Scene scene(destination, base_url(quick), folder_ / (quick ? "quick" : "paced"), base_);
    (quick ? quick_time_ : paced_time_) = timed([&] { require_success(scene.run({}), "the undisturbed run"); });
    expected_.all = scene.rows();
    calls_ = struck_calls(scene.aside());
    const std::string fault = scene.fault_left_behind();
    if (!fault.empty()) throw std::runtime_error("the undisturbed run: " + fault);
  }
  if (ids_of(expected_.all) != true_ids(destination, emulators.paced)) {
    throw std::runtime_error("the undisturbed run does not load the emulator's rows");
  }
}

void Campaign::load_old_rows() {
  old_ = std::make_unique<Scene>(destination_, base_url(true), folder_ / "old");
  require_success(old_->load_old_rows(), "the old rows");
  base_ = old_->load_folder();
  fs::remove(base_ / "config.yml");
  if (destination_.reads == Reads::span) fs::remove(base_ / "diff.yml");
  expected_.old = old_->rows();
  expected_.old_bytes = read_if_there(base_ / destination_.store().file());
  expected_.old_diff = read_if_there(base_ / "diff.yml");
}

Figures Campaign::run(const std::vector<Case>& cases, int at_once) {
  Figures figures;
  std::mutex mutex;
  std::atomic<size_t> next = 0;
  const int first = cases_;
  cases_ += static_cast<int>(cases.size());
  const auto work = [&] {
    for (size_t i = next++; i < cases.size(); i = next++) {
      const fs::path folder = folder_ / ("case-" + std::to_string(first + static_cast<int>(i)));
      Figures one;
      try {
        one = run(cases[i], folder);
      } catch (const std::exception& error) {
        one.faults.emplace_back(error.what());
      }
      for (std::string& fault : one.faults) fault = destination_.name + ", " + to_text(cases[i]) + ": " + fault;
      const std::lock_guard lock(mutex);
      figures.add(one);
    }
  };
  std::vector<std::thread> workers;
  for (int i = 0; i < at_once; ++i) workers.emplace_back(work);
  for (std::thread& worker : workers) worker.join();
  return figures;
}

Figures Campaign::run(const Case& one, const fs::path& folder) const {
  const Scene scene(destination_, base_url(one.quick), folder, base_);
  Figures figures;
  const CommandResult first = one.time.count() > 0 ? scene.run_for(one.time) : scene.run(one.strike);
  ++(first.exit_code == kKilled ? figures.killed : figures.ended);
  if (first.exit_code == kKilled && one.strike.call > 0) {
    const auto calls = struck_calls(scene.aside());
    figures.calls_died_at.insert(calls.empty() ? "nothing" : calls.back());
  }
  const auto check = [&](const CommandResult& result) {
    if (result.exit_code != kKilled && result.exit_code != 0)
      figures.faults.push_back("exit code " + std::to_string(result.exit_code) + ": " + result.err);
    const std::string fault = scene.fault_seen_by_others(expected_);
    if (!fault.empty()) figures.faults.push_back(fault);
  };
  check(first);
  for (const Strike& strike : one.resumes) {
    ++figures.resumes;
    check(scene.run(strike));
  }
  ++figures.resumes;
  const CommandResult last = test_support::run_command(scene.command(), std::chrono::minutes(3));
  if (last.exit_code != 0)
    figures.faults.push_back("the last run: exit code " + std::to_string(last.exit_code) + ": " + last.err);
  judge(scene, figures);
  return figures;
}

void Campaign::judge(const Scene& scene, Figures& figures) const {
  const std::string fault = scene.fault_left_behind();
  if (!fault.empty()) figures.faults.push_back(fault);
  const Rows rows = scene.rows();
  const size_t lost = count_missing(expected_.all, rows);
  const size_t twice = count_missing(rows, expected_.all);
  if (lost + twice > 0)
    figures.faults.push_back(std::to_string(lost) + " rows lost, " + std::to_string(twice) + " twice or foreign");
  figures.lost += lost;
  figures.twice += twice;
}

}  // namespace crash
