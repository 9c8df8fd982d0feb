// One folder in which runs are killed and gone on with: its configuration, its destination, its diff.yml.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "destinations.h"
#include "strike.h"

namespace crash {

/// What the rows and bytes must be.
struct Expected {
  Rows old;               // before the run, sorted
  Rows all;               // after it
  std::string old_bytes;  // of the destination's file before the run
  std::string old_diff;
};

/// Used by one thread.
class Scene {
 public:
  /// In `folder`, which is made; with what is in `base`, another scene's load_folder(), when that is not empty.
  Scene(const Destination& destination, const std::string& base_url, std::filesystem::path folder,
        const std::filesystem::path& base = {});
  ~Scene();
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  /// `bulkload run config.yml -c diff.yml`, that reads the rows before kMiddle.
  test_support::CommandResult load_old_rows() const;

  /// The run that is killed, and its continuations.
  test_support::Command command() const;
  test_support::CommandResult run(const Strike& strike) const;
  /// Killed by the clock; run to its end when it is faster.
  test_support::CommandResult run_for(std::chrono::milliseconds time) const;

  /// What is wrong with what others see while the run is unfinished; empty: nothing.
  std::string fault_seen_by_others(const Expected& expected) const;

  /// What is wrong after the end, the rows apart: left-over files, a damaged destination, diff.yml.
  std::string fault_left_behind() const;

  /// After the end.
  Rows rows() const { return rows_in(load_folder()); }

  std::filesystem::path load_folder() const { return folder_ / "load"; }
  std::filesystem::path aside() const { return folder_ / "aside"; }

 private:
  Rows rows_in(const std::filesystem::path& folder) const;
  test_support::Command command(const std::map<std::string, std::string>& in) const;
  bool is_right_diff(const std::string& text) const;

  const Destination& destination_;
  const std::string base_url_;
  const std::filesystem::path folder_;
  const int64_t begun_us_;
};

/// A file's content; empty when it is none.
std::string read_if_there(const std::filesystem::path& path);

}  // namespace crash
