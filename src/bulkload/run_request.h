// What a run is made of, whoever asks for it: a command line, or a session.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/status.h"

namespace bulkload {

struct RunRequest {
  std::string config;                      // CONFIG: a file, or the name of `config_text` in messages
  std::optional<std::string> config_text;  // read instead of the file
  std::string diff_path;                   // -c: laid over the configuration, and replaced after the run
  std::optional<std::string> diff_text;    // laid over it instead
  std::string resume_path;                 // -r
  std::string only_source;                 // --source: one of several that the configuration names; empty: all
  bool one_source = false;                 // the command works on one: several without only_source are a problem
  std::vector<std::string> plugins;        // --plugin
  std::string auth_path;                   // --auth-file
  std::vector<std::string> out;            // --out KEY=VALUE
  base::LogLevel log_level = base::LogLevel::info;

  /// How long to wait for a destination that another run holds; 0: the run ends at once.
  int64_t busy_wait_sec = 0;
  /// Makes the next configuration durable, the plugin's JSON object. Empty: `diff_path` is written, when there is one.
  std::function<base::Status(const std::string& diff)> store_next_config;
  /// What a person runs to give an unfinished run up. Empty: `bulkload cleanup CONFIG`.
  std::string cleanup;
};

}  // namespace bulkload
