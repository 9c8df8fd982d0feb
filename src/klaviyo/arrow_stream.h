// Batches as an ArrowArrayStream.
#pragma once

#include <memory>

#include "bulk_input/arrow_c_data.h"
#include "klaviyo/reader.h"

namespace klaviyo {

/// What a reader's handle and its stream share.
struct ReaderState {
  std::shared_ptr<Services> services;
  std::shared_ptr<BatchSource> batches;
  int32_t process;      // that made it: no other may use it
  base::Status status;  // why the stream failed
};

/// A stream that shares `state`. The whole error is in state->status.
void export_stream(std::shared_ptr<ReaderState> state, ArrowArrayStream* out);

/// The columns of an input, with `source`, `revision`, `order` (`time` or `none`), `key` and `whole` as metadata.
/// `order` says whether a checkpoint can be gone on from exactly, or the run may have to begin anew; `key` which
/// columns tell rows apart: `id`, or `list_id,id`; `whole` whether the run reads every row of the source: `true`, or
/// the keys that leave some out, such as `incremental,start_time`.
/// `clock`: see export_schema().
void export_schema_of(const Services& services, ArrowSchema* out, const std::string& clock = {});

}  // namespace klaviyo
