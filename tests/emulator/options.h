// The command line.
#pragma once

#include <optional>

#include "server.h"

namespace emulator {

/// What main should do: serve, or end with an exit code (after --help, or after a complaint on stderr).
struct CommandLine {
  ServerOptions server;
  std::optional<int> exit_code;
};

CommandLine parse_command_line(int argc, char** argv);

}  // namespace emulator
