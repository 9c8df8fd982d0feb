// The commands of `bulkload`. Each gives the exit code: 0 done, 1 failed, 2 wrong configuration or usage, 3 stopped,
// but another run goes on. Rows and tables go to standard output, everything else to the console.
#pragma once

#include "base/status.h"
#include "bulkload/command_line.h"
#include "bulkload/console.h"
#include "bulkload/plugin_library.h"

namespace bulkload {

int run_command(const CommandLine& line, Console& console);
int preview_command(const CommandLine& line, Console& console);
int schema_command(const CommandLine& line, Console& console);
int plan_command(const CommandLine& line, Console& console);
int cleanup_command(const CommandLine& line, Console& console);
int guess_command(const CommandLine& line, Console& console);
int sources_command(const CommandLine& line, Console& console);
int options_command(const CommandLine& line, Console& console);
int example_command(const CommandLine& line, Console& console);
int reconcile_command(const CommandLine& line, Console& console);
int version_command(const CommandLine& line, Console& console);

/// Drops what an unfinished run of the request has left: its state with the destination, and its file of -r.
int cleanup_run(const RunRequest& request, Console& console);

/// The plugin that --type names, or the only one that is installed.
base::Result<PluginLibrary> choose_plugin(const CommandLine& line);

/// Says why a command failed: problems of the configuration as they are, everything else as an error line. Gives the
/// exit code of a command that leaves nothing to go on from: 1 or 2.
int report_failure(const base::Status& status, Console& console);

/// Standard output, to its end. 0, or 1 when it cannot be written.
int print_rows(const std::string& text, Console& console);

}  // namespace bulkload
