// The destinations that the crash tests load into: one row each.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "store.h"

namespace crash {

/// Rows older than this are there before the run that is killed, where the destination has old rows.
inline const std::string kMiddle = "2025-06-01T00:00:00Z";
/// No row is later.
inline const std::string kEnd = "2026-11-02T00:00:00Z";

/// What the run that is killed reads, and what its next configuration says.
enum class Reads {
  first_increment,  // from kMiddle to kEnd, into nothing
  next_increment,   // from the first run's next configuration (kMiddle) to now
  span              // from kMiddle to kEnd, every time again
};

/// What a reader may find while a run is unfinished.
enum class Shows {
  old_or_all,     // the rows before the run, or those after it; never anything between
  rows_as_saved,  // the old rows and some of the new, each once
  old_first       // a file that begins with what it was before
};

struct Destination {
  std::string name;
  const Store& (*store)();
  std::map<std::string, std::string> out;  // its keys, without the place
  Reads reads;
  Shows shows;
  bool is_sampled = true;  // by ctest; the others are much like one that is
  std::map<std::string, std::string> in = {};

  bool has_old_rows() const { return reads != Reads::first_increment; }
  /// Whether the rows before the run are there after it too.
  bool keeps_old_rows() const { return out.at("mode") == "append" || out.at("mode") == "merge"; }
};

const std::vector<Destination>& destinations();

}  // namespace crash
