// Points at which the test process is killed, or the disk fails: each write, sync, truncate, rename and unlink of the
// process, SQLite's included. The test program's own functions of those names stand before the C library's.
#pragma once

namespace bulkload::testing {

enum class Fault {
  kill,        // SIGKILL at the point; a write is half done
  fail_once,   // the point fails
  fail_after,  // the point and all that follow fail
};

/// Arms the fault for the `point`th call from now (1 is the next), with an error number for failures.
void arm_fault(Fault fault, int point, int error_number = 0);

/// Disarms it. True when the point was reached.
bool disarm_fault();

}  // namespace bulkload::testing
