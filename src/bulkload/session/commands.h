// The commands on sessions and jobs, as those of bulkload/commands.h.
#pragma once

#include "bulkload/command_line.h"
#include "bulkload/console.h"

namespace bulkload {

int session_create_command(const CommandLine& line, Console& console);
int session_list_command(const CommandLine& line, Console& console);
int session_show_command(const CommandLine& line, Console& console);
int session_update_command(const CommandLine& line, Console& console);
int session_delete_command(const CommandLine& line, Console& console);
int session_history_command(const CommandLine& line, Console& console);
int session_cleanup_command(const CommandLine& line, Console& console);

int session_run_command(const CommandLine& line, Console& console);
int issue_command(const CommandLine& line, Console& console);
int job_show_command(const CommandLine& line, Console& console);
int job_list_command(const CommandLine& line, Console& console);
/// A queued job in this process: what the others start in the background.
int job_run_command(const CommandLine& line, Console& console);

/// Runs the sessions when they are due, until a signal comes or, with --once, what is due now.
int scheduler_command(const CommandLine& line, Console& console);

}  // namespace bulkload
