// Arguments in, exit code out.
#pragma once

namespace bulkload {

/// The whole program. Exit codes: 0 done, 1 failed, 2 wrong configuration or usage, 3 stopped, but another run goes on.
int run_cli(int argc, char** argv);

}  // namespace bulkload
