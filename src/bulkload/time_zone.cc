#include "bulkload/time_zone.h"

#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <string>

#include "base/edit_distance.h"

namespace bulkload {

namespace {

struct Abbreviation {
  std::string_view name;
  std::string_view place;
};

constexpr Abbreviation kAbbreviations[] = {{"PST", "America/Los_Angeles"},
                                           {"PDT", "America/Los_Angeles"},
                                           {"MST", "America/Denver"},
                                           {"MDT", "America/Denver"},
                                           {"CST", "America/Chicago"},
                                           {"CDT", "America/Chicago"},
                                           {"EST", "America/New_York"},
                                           {"EDT", "America/New_York"},
                                           {"AKST", "America/Anchorage"},
                                           {"HST", "Pacific/Honolulu"},
                                           {"BRT", "America/Sao_Paulo"},
                                           {"GMT", "UTC"},
                                           {"Z", "UTC"},
                                           {"BST", "Europe/London"},
                                           {"WET", "Europe/Lisbon"},
                                           {"CET", "Europe/Berlin"},
                                           {"CEST", "Europe/Berlin"},
                                           {"MET", "Europe/Berlin"},
                                           {"EET", "Europe/Athens"},
                                           {"MSK", "Europe/Moscow"},
                                           {"IST", "Asia/Kolkata"},
                                           {"SGT", "Asia/Singapore"},
                                           {"HKT", "Asia/Hong_Kong"},
                                           {"JST", "Asia/Tokyo"},
                                           {"KST", "Asia/Seoul"},
                                           {"AEST", "Australia/Sydney"},
                                           {"NZST", "Pacific/Auckland"}};

/// EST, EST5EDT, GB: the database has some such names for the sake of old programs.
bool is_abbreviation(std::string_view name) {
  return !name.empty() && name != "UTC" &&
         std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

std::string_view place_of(std::string_view abbreviation) {
  for (const Abbreviation& known : kAbbreviations) {
    if (abbreviation.starts_with(known.name)) return known.place;
  }
  return "America/Los_Angeles, Asia/Tokyo or UTC";
}

/// The name that was most likely meant; some names otherwise.
std::string nearest(std::string_view name) {
  constexpr size_t kFarthest = 3;
  const auto distance = [&](const date::time_zone& zone) { return base::edit_distance(name, zone.name()); };
  const auto& zones = date::get_tzdb().zones;
  const auto found = std::min_element(zones.begin(), zones.end(),
                                      [&](const auto& a, const auto& b) { return distance(a) < distance(b); });
  if (found == zones.end() || distance(*found) > kFarthest) return std::string(place_of(""));
  return found->name();
}

}  // namespace

base::Result<const date::time_zone*> find_time_zone(std::string_view name) {
  const auto refuse = [&](std::string_view what, const std::string& instead) {
    return base::Status(base::Code::config, "'" + std::string(name) + "' is " + std::string(what) +
                                                ": use an IANA name such as " + instead);
  };
  if (is_abbreviation(name)) return refuse("an abbreviation and no zone", std::string(place_of(name)));
  try {
    return date::locate_zone(std::string(name));
  } catch (const std::exception&) {
    // Unknown, or there is no database at all, which the search for a near name finds out.
  }
  try {
    return refuse("no zone", nearest(name));
  } catch (const std::exception&) {
    return base::Status(base::Code::config, "the system has no zone database: install the package tzdata");
  }
}

ZonePeriod zone_period(const date::time_zone& zone, int64_t instant_s) {
  const date::sys_info info = zone.get_info(date::sys_seconds(std::chrono::seconds(instant_s)));
  return {info.begin.time_since_epoch().count(), info.end.time_since_epoch().count(), info.offset.count()};
}

}  // namespace bulkload
