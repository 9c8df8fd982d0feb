// Another witness of what a run does to files: strace.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "support/child_process.h"

namespace crash {

/// The command, watched by strace, which notes what it sees in the file `record`.
test_support::Command watched_by_strace(test_support::Command command, const std::filesystem::path& record);

/// The calls on files in `folder` that strace has noted, as struck_calls() names them. Calls that read are left out, by
/// name: a call that nobody has thought of is in.
std::vector<std::string> changing_calls(const std::filesystem::path& record, const std::filesystem::path& folder);

/// Why strace can watch nothing here; empty: it can.
std::string why_no_strace();

}  // namespace crash
