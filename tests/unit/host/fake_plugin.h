// A plugin for the host's tests: rows that it makes up, and failures on demand. Linked into a test, or built as a
// library for the program.
//
// Its configuration, one JSON object of strings:
//   rows          how many there are (required)
//   batch_rows    rows of a batch; default 10
//   token         tasks of another one are refused
//   order         "none": the source has no order
//   fail_at       the stream fails before that row …
//   fail_code     … with this code (default 4, REMOTE_TRANSIENT) …
//   fail_always   … "true": also when a checkpoint is gone on from, which otherwise gets past it
//   begin_anew    "true": a checkpoint can be begun, but then asks to begin anew; "always": so does the task itself
//   hang_at       the stream waits before that row until it is cancelled
//   stubborn      "true": cancel does nothing
#pragma once

#include "bulk_input/bulk_input.h"

namespace bulkload {

const bulk_input_plugin& fake_plugin();

}  // namespace bulkload
