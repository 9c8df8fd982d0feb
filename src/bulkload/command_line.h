// The arguments of `bulkload`, as its commands get them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bulkload/console.h"
#include "bulkload/run_request.h"
#include "bulkload/text_table.h"

namespace bulkload {

/// Arguments of sessions and jobs. Optional ones change nothing in `session update` when they are missing.
struct SessionArguments {
  std::string state_path;  // --state
  std::string name;        // NAME
  std::optional<std::string> new_name;
  std::optional<std::string> cron;
  std::optional<std::string> timezone;
  std::optional<int64_t> delay_sec;
  std::optional<std::string> database;
  std::optional<std::string> table;
  std::optional<std::string> time_column;
  std::optional<std::string> config;       // CONFIG, in `session create` and `update`
  std::optional<std::string> config_diff;  // --config-diff FILE
  std::string time;                        // TIME of `session run`
  bool wait = false;                       // -w
  int64_t job_id = 0;                      // ID
  int lock_descriptor = -1;                // of a job in the background, from the process that started it
};

struct SchedulerArguments {
  bool once = false;   // --once
  std::string listen;  // --listen
};

struct ReconcileArguments {
  std::string from;  // --from
  std::string to;    // --to
  bool apply = false;
};

struct CommandLine : RunRequest {
  std::string output_path;      // -o
  std::string folder;           // example DIR
  std::string source;           // sources NAME
  std::string type;             // sources --type
  std::optional<int64_t> rows;  // preview --rows
  int64_t max_tasks = 1;
  bool vertical = false;
  TableFormat format = TableFormat::table;
  std::string log_path;
  LogFormat log_format = LogFormat::text;
  std::string auth_name;        // auth add NAME
  std::vector<std::string> in;  // auth test --in KEY=VALUE
  SessionArguments session;
  SchedulerArguments scheduler;
  ReconcileArguments reconcile;
};

}  // namespace bulkload
