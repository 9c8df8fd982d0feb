// How a run is made to die, by the library of kill_point.cc.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "support/child_process.h"

namespace crash {

/// Nothing set: the run lives, and is only watched.
struct Strike {
  int call = 0;           // dies at this one of the calls that change something, from 1 on; 0: at none
  std::string from = {};  // the call that is the first; empty: whatever is
  std::string done = {};  // of it, when it is a write or send: "" nothing, "half", "all"
  std::string lose = {};  // what is not synced then, or at the run's end: "" stays, "all" goes, a seed: some goes
};

/// "call 17, half of it done, what is not synced is lost"
std::string to_text(const Strike& strike);

/// The same command, struck. `watched` is the folder whose files count; in `aside`, a folder of its own on the same
/// file system, the calls are listed.
test_support::Command struck(test_support::Command command, const Strike& strike, const std::filesystem::path& watched,
                             const std::filesystem::path& aside);

/// The calls of the last struck run: "pwrite64 load.db-wal", "fsync " (the folder itself), "sendto
/// server" (a Unix socket). Of a run that was killed the
/// last one is where.
std::vector<std::string> struck_calls(const std::filesystem::path& aside);

}  // namespace crash
