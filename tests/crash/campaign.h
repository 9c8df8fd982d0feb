// Many runs into one destination, each killed in its own way and gone on with, several at a time.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "destinations.h"
#include "scene.h"
#include "strike.h"
#include "support/emulator_process.h"
#include "support/files.h"

namespace crash {

/// The same 400 events twice: behind answers that take a while, so that a run of 20 pages saves its state several
/// times, and without, so that a kill by the clock often hits the beginning or the end.
struct Emulators {
  test_support::EmulatorProcess paced{{"--no-rate-limits", "--size", "events=400", "--latency-ms", "200"}};
  test_support::EmulatorProcess quick{{"--no-rate-limits", "--size", "events=400"}};
};

/// A run and what kills it: a strike, or the clock when `time` is set. Then the strikes of the runs that go on with it;
/// a last one is never killed.
struct Case {
  Strike strike = {};
  std::chrono::milliseconds time{0};
  bool quick = false;
  std::vector<Strike> resumes = {};
};

std::string to_text(const Case& one);

struct Figures {
  int killed = 0;   // runs, the continuations apart
  int ended = 0;    // runs that were over before their kill
  int resumes = 0;  // continuations, killed ones included
  size_t lost = 0;  // rows
  size_t twice = 0;
  std::vector<std::string> faults;      // all that is wrong, one line each
  std::set<std::string> calls_died_at;  // "rename diff.yml"

  void add(const Figures& other);
};

class Campaign {
 public:
  /// Loads the old rows, and then once undisturbed. Throws std::runtime_error when that does not work.
  Campaign(const Destination& destination, const Emulators& emulators);

  /// Calls of the undisturbed run that change files.
  const std::vector<std::string>& calls() const { return calls_; }
  std::chrono::milliseconds duration(bool quick) const { return quick ? quick_time_ : paced_time_; }

  /// Runs the cases, `at_once` of them at a time.
  Figures run(const std::vector<Case>& cases, int at_once);

 private:
  Figures run(const Case& one, const std::filesystem::path& folder) const;
  void judge(const Scene& scene, Figures& figures) const;
  const std::string& base_url(bool quick) const {
    return quick ? emulators_.quick.base_url() : emulators_.paced.base_url();
  }

  const Destination& destination_;
  const Emulators& emulators_;
  void load_old_rows();

  const test_support::TempFolder folder_;
  std::unique_ptr<Scene> old_;  // what every case begins with, where there are old rows
  std::filesystem::path base_;  // its folder, or empty
  Expected expected_;
  std::vector<std::string> calls_;
  std::chrono::milliseconds paced_time_{0};
  std::chrono::milliseconds quick_time_{0};
  int cases_ = 0;  // so far
};

}  // namespace crash
