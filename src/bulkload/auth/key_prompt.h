// Reading a key from a person or a pipe. Never from the arguments: other users can see those.
#pragma once

#include <string>

#include "base/secret.h"
#include "base/status.h"

namespace bulkload {

/// The first line of standard input, without blanks around it. On a terminal `prompt` is shown on standard error and
/// what is typed is not. Code::config when there is no line; local_io.
base::Result<base::Secret> read_key(const std::string& prompt);

}  // namespace bulkload
