// Finding one value inside of another.
#pragma once

#include <optional>
#include <vector>

#include "klaviyo/json_index.h"
#include "klaviyo/json_path.h"

namespace klaviyo {

/// The value that the steps lead to from `value` on. Nothing when one of them leads nowhere. Of equal keys the first
/// one counts. Takes a step for each member and element that is passed, however large they are.
std::optional<JsonIndex::Token> find_value(const JsonIndex& json, JsonIndex::Token value,
                                           const std::vector<JsonStep>& steps);

}  // namespace klaviyo
