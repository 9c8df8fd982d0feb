// What a sink keeps for an unfinished run, and how often it is brought up to date.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace bulkload {

/// {"v": 1, "id": "…", "done": 0, "rows": 41200, "upload_time_us": 1770000000000000, "filters": "sha256:…",
/// "next_config": "{…}", "tasks": ["…"]}: each task as its last checkpoint, or as its report when it is done.
struct RunState {
  std::vector<std::string> tasks;
  size_t done = 0;               // tasks from the beginning that were read to their end
  int64_t rows = 0;              // written so far, over all processes that took part
  int64_t upload_time_us = 0;    // when the run began, since 1970 UTC; 0 in states of earlier releases
  std::string filters = {};      // FilterChain::digest() of all its rows; empty in states of earlier releases
  std::string next_config = {};  // the plugin's, from the commit on
  std::string id = {};           // of the run, over all processes that take part; empty in those as well
};

/// 16 random digits.
std::string new_run_id();

std::string to_text(const RunState& state);

/// Code::config when the text is damaged or of a newer version.
base::Result<RunState> parse_run_state(std::string_view text);

/// When to save: after the first batch, then so seldom that saving costs at most a twentieth of the time.
class SavePolicy {
 public:
  bool due(int64_t now_us) const { return last_end_us_ < 0 || now_us - last_end_us_ >= kFactor * last_cost_us_; }

  void saved(int64_t begin_us, int64_t end_us) {
    last_end_us_ = end_us;
    last_cost_us_ = end_us - begin_us;
  }

 private:
  static constexpr int64_t kFactor = 20;

  int64_t last_end_us_ = -1;  // nothing saved yet
  int64_t last_cost_us_ = 0;
};

}  // namespace bulkload
