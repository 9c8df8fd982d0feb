#include "klaviyo/revision.h"

#include <algorithm>
#include <iterator>

#include "base/text_time.h"

namespace klaviyo {

namespace {

constexpr std::string_view kKnownRevisions[] = {
    "2022-10-17", "2023-01-24", "2023-02-22", "2023-06-15", "2023-07-15", "2023-08-15", "2023-09-15",
    "2023-10-15", "2023-12-15", "2024-02-15", "2024-05-15", "2024-06-15", "2024-07-15", "2024-10-15",
    "2025-01-15", "2025-04-15", "2025-07-15", "2025-10-15", "2026-01-15", "2026-04-15", kNewestRevision,
};

constexpr int kYearsAlive = 2;
constexpr size_t kYearDigits = 4;
constexpr size_t kDateLength = 10;

/// The first day on which a revision is no longer alive. No known one is of a 29 February.
std::string retired_from(std::string_view revision) {
  const int year = std::stoi(std::string(revision.substr(0, kYearDigits))) + kYearsAlive;
  return std::to_string(year).append(revision.substr(kYearDigits));
}

std::string_view newest_at(std::string_view date) {
  const auto* after = std::upper_bound(std::begin(kKnownRevisions), std::end(kKnownRevisions), date);
  return after == std::begin(kKnownRevisions) ? *after : *std::prev(after);
}

std::string_view oldest_alive(std::string_view today) {
  const auto* alive = std::find_if(std::begin(kKnownRevisions), std::end(kKnownRevisions),
                                   [&](std::string_view revision) { return retired_from(revision) > today; });
  return alive == std::end(kKnownRevisions) ? kNewestRevision : *alive;
}

std::string warning_text(std::string_view configured, std::string_view literal, std::string_view effective,
                         std::string_view today) {
  const std::string_view date = configured.substr(0, kDateLength);
  const std::string retirement = retired_from(literal);
  std::string problem;
  if (date > kNewestRevision) {
    problem = " is newer than this plugin knows";
  } else if (date != literal) {
    problem = " is no known revision";
  }
  if (retirement <= today) {
    if (!problem.empty()) problem.append(" and stands for ").append(literal).append(", which");
    problem.append(" is retired since ").append(retirement);
  }
  if (problem.empty()) return {};
  return std::string("revision_time: ")
      .append(configured)
      .append(problem)
      .append("; it is treated as ")
      .append(effective)
      .append(" (newest known: ")
      .append(kNewestRevision)
      .append(")");
}

bool is_suffix(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return text.size() > 1 && text.front() == '.' && std::all_of(text.begin() + 1, text.end(), is_letter);
}

}  // namespace

std::span<const std::string_view> known_revisions() { return kKnownRevisions; }

bool is_revision(std::string_view text) {
  if (text.size() < kDateLength) return false;
  const std::string_view suffix = text.substr(kDateLength);
  return base::parse_time(text.substr(0, kDateLength)).has_value() && (suffix.empty() || is_suffix(suffix));
}

std::string beta_revision(std::string_view revision) {
  return std::string(revision) + (revision.size() == kDateLength ? ".pre" : "");
}

EffectiveRevision effective_revision(std::string_view configured, int64_t now_us) {
  const std::string today = base::format_rfc3339(now_us).substr(0, kDateLength);
  const std::string_view literal = newest_at(configured.substr(0, kDateLength));
  const std::string_view effective = std::max(literal, oldest_alive(today));
  return {.revision = std::string(effective),
          .literal = std::string(literal),
          .warning = warning_text(configured, literal, effective, today)};
}

}  // namespace klaviyo
