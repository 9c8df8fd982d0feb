// A JSON document that is a file of its own, private, replaced at once, and recognised when it is not what was written.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/status.h"

namespace bulkload {

/// The document of a file, an object with `v`. Nothing when there is no such file. Code::config when it is damaged, of
/// a newer version, or could have been written by somebody else: never taken for "nothing".
base::Result<std::optional<nlohmann::json>> load_sealed(const std::string& path, int version);

/// Writes an object, with `v` and a checksum `crc` added. Durable on return.
base::Status store_sealed(const std::string& path, int version, nlohmann::json document);

/// What is said of a file whose content makes no sense.
base::Status damaged_state(const std::string& path);

}  // namespace bulkload
