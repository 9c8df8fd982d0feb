#include "bulkload/time_zone.h"

#include <date/tz.h>

#include <exception>
#include <string>

namespace bulkload {

namespace {

// In the tz database for the sake of old programs: fixed offsets and abbreviations that look like places' zones.
constexpr std::string_view kAbbreviations[] = {"EST", "MST",     "HST", "EST5EDT", "CST6CDT", "MST7MDT",
                                               "WET", "PST8PDT", "CET", "MET",     "EET"};

bool is_abbreviation(std::string_view name) {
  for (const std::string_view abbreviation : kAbbreviations) {
    if (name == abbreviation) return true;
  }
  return false;
}

}  // namespace

base::Result<const date::time_zone*> find_time_zone(std::string_view name) {
  const base::Status unknown(base::Code::config, "'" + std::string(name) +
                                                     "' is no zone: use an IANA name such as America/Los_Angeles, "
                                                     "Asia/Tokyo or UTC, not an abbreviation");
  if (is_abbreviation(name)) return unknown;
  try {
    return date::locate_zone(std::string(name));
  } catch (const std::exception&) {
    return unknown;
  }
}

}  // namespace bulkload
