// The configuration diff for the next run, by the incremental rule. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "klaviyo/task.h"

namespace klaviyo {

/// `{"start_time": "<the run's end>", "end_time": null}`, at zero rows too: the diff replaces the one before, and an
/// empty one would lose the watermark. The watermark is the window's end, never a time out of the rows. A run that is
/// not incremental gives back its own start_time and end_time, since it is to read the same again. Code::config when
/// there are no reports, when they are of different runs, or when one is not finished.
base::Result<std::string> next_config(const Config& config, const std::vector<Task>& reports);

}  // namespace klaviyo
