// The options of each command, and where their values go.
#pragma once

#include <cstdint>
#include <string>

#include "bulkload/command_line.h"

namespace CLI {
class App;
}

namespace bulkload {

/// What the parser fills, before it is a CommandLine.
struct Arguments {
  CommandLine line;
  std::string format = "table";
  std::string level = "info";
  std::string log_format = "text";
  int64_t rows = 0;
};

using Options = void (*)(CLI::App& command, Arguments& arguments);

void no_options(CLI::App& command, Arguments& arguments);
void run_options(CLI::App& command, Arguments& arguments);
void preview_options(CLI::App& command, Arguments& arguments);
void options_options(CLI::App& command, Arguments& arguments);
void sources_options(CLI::App& command, Arguments& arguments);
void schema_options(CLI::App& command, Arguments& arguments);
void plan_options(CLI::App& command, Arguments& arguments);
void guess_options(CLI::App& command, Arguments& arguments);
void cleanup_options(CLI::App& command, Arguments& arguments);
void example_options(CLI::App& command, Arguments& arguments);

void session_create_options(CLI::App& command, Arguments& arguments);
void session_update_options(CLI::App& command, Arguments& arguments);
void session_name_options(CLI::App& command, Arguments& arguments);
void session_history_options(CLI::App& command, Arguments& arguments);
void session_run_options(CLI::App& command, Arguments& arguments);
void list_options(CLI::App& command, Arguments& arguments);
void issue_options(CLI::App& command, Arguments& arguments);
void job_show_options(CLI::App& command, Arguments& arguments);
void job_run_options(CLI::App& command, Arguments& arguments);

void scheduler_options(CLI::App& command, Arguments& arguments);
void reconcile_options(CLI::App& command, Arguments& arguments);
void auth_name_options(CLI::App& command, Arguments& arguments);
void auth_list_options(CLI::App& command, Arguments& arguments);
void auth_test_options(CLI::App& command, Arguments& arguments);

}  // namespace bulkload
