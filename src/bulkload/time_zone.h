// Time zones by their IANA names, from the system's tz database.
#pragma once

#include <string_view>

#include "base/status.h"

namespace date {
class time_zone;
}

namespace bulkload {

/// A zone of the tz database (Asia/Tokyo, UTC), which lives as long as the process. Code::config for any other name, an
/// abbreviation such as PST included (it means several zones, and none of them in summer); the text goes behind a key.
base::Result<const date::time_zone*> find_time_zone(std::string_view name);

}  // namespace bulkload
