// The API's revisions: which one answers, and the facts as it has them.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "facts.h"
#include "refusal.h"

namespace emulator {

class Revisions {
 public:
  /// Reads the facts that are part of the binary. `literal` answers retired revisions as they were, instead of as the
  /// oldest one that is not retired.
  explicit Revisions(bool literal);

  /// The revision that answers a request at `now_us`: `header` rounded down to a known one, then, when that was retired
  /// (two years after its date), the oldest one alive. Refuses a header that is no date; with `opted_out`, a retired
  /// revision (410).
  Outcome<std::string> effective(std::string_view header, bool opted_out, int64_t now_us) const;

  /// The revisions there are, ascending.
  const std::vector<std::string>& known() const { return known_; }

  /// The facts of a known revision, put together when they are first asked for. They live as long as this object. Any
  /// thread. Throws std::exception when the embedded facts make no sense.
  const Facts& facts(const std::string& revision) const;

  /// The facts of the newest revision.
  const Facts& newest() const { return facts(known_.back()); }

 private:
  bool literal_;
  std::vector<std::string> known_;  // ascending
  Json newest_;                     // sources, types and meta of the newest revision
  Json patches_;                    // newest first: {"before": revision, "patch": …}
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::unique_ptr<Facts>> facts_;
};

/// RFC 7386, with one addition: {"add": […], "drop": […]} against an array edits its elements.
void apply_patch(Json& target, const Json& patch);

}  // namespace emulator
