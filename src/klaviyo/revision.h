// API revisions: what a configured one really means.
//
// Klaviyo rounds a date that is no revision down to one, and answers a retired revision as the oldest one that is
// still alive ("fall-forward"); a revision retires two years after its date. No answer says which revision it is of.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace klaviyo {

/// The revision that this plugin was written for, and the default.
inline constexpr std::string_view kNewestRevision = "2026-07-15";

/// Every stable revision up to kNewestRevision, ascending.
std::span<const std::string_view> known_revisions();

/// Whether a text is `YYYY-MM-DD`, a date that exists, with an optional suffix `.letters`.
bool is_revision(std::string_view text);

/// The beta of a revision: `2026-07-15.pre`. A revision that has a suffix stays as it is.
std::string beta_revision(std::string_view revision);

struct EffectiveRevision {
  std::string revision;  // YYYY-MM-DD whose request shape applies
  std::string literal;   // the known revision at or before the configured one, retired or not
  std::string warning;   // one line when the configured one is unknown or retired, else empty
};

/// `configured` as is_revision allows; `now_us` decides what is retired. A suffix plays no part. A date before the
/// first known revision counts as the first; when all known ones are retired, the newest applies.
EffectiveRevision effective_revision(std::string_view configured, int64_t now_us);

}  // namespace klaviyo
