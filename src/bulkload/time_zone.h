// Time zones by their IANA names, from the system's tz database.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/status.h"

namespace date {
class time_zone;
}

namespace bulkload {

/// A zone of the tz database (Asia/Tokyo, UTC), which lives as long as the process. Code::config for any other name, an
/// abbreviation such as PST included (it means several zones, and none of them in summer); the text goes behind a key.
base::Result<const date::time_zone*> find_time_zone(std::string_view name);

/// A stretch of time [begin_s, end_s), seconds since 1970-01-01 UTC, in which the zone's clocks show UTC + offset_s.
struct ZonePeriod {
  int64_t begin_s;
  int64_t end_s;
  int64_t offset_s;
};

/// The stretch that an instant is in.
ZonePeriod zone_period(const date::time_zone& zone, int64_t instant_s);

}  // namespace bulkload
