// `bulkload auth`: keys under names of their own. Exit codes as in commands.h.
#pragma once

#include "bulkload/command_line.h"
#include "bulkload/console.h"

namespace bulkload {

int auth_add_command(const CommandLine& line, Console& console);
int auth_list_command(const CommandLine& line, Console& console);
int auth_remove_command(const CommandLine& line, Console& console);

/// One small request, which shows whether the key is known, then one for each further scope that the plugin's sources
/// need: which of them the key has.
int auth_test_command(const CommandLine& line, Console& console);

}  // namespace bulkload
