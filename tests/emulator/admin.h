// What is not Klaviyo's: /_emulator/… shows and changes what the emulator holds.
#pragma once

#include "answer.h"
#include "api.h"

namespace emulator {

/// Answers GET stats and rows, POST reset, grow, touch, delete and faults; README.md has the bodies. 404 for other
/// paths, 400 with one line of text for what is not understood.
Answer administer(Api& api, const Request& request);

}  // namespace emulator
