#include "klaviyo/catalogue.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "klaviyo/catalogue/account.h"
#include "klaviyo/catalogue/audiences.h"
#include "klaviyo/catalogue/beta.h"
#include "klaviyo/catalogue/events.h"
#include "klaviyo/catalogue/messaging.h"
#include "klaviyo/catalogue/nested_account.h"
#include "klaviyo/catalogue/nested_audiences.h"
#include "klaviyo/catalogue/nested_messaging.h"
#include "klaviyo/catalogue/nested_products.h"
#include "klaviyo/catalogue/nested_profiles.h"
#include "klaviyo/catalogue/products.h"
#include "klaviyo/catalogue/profiles.h"
#include "klaviyo/catalogue/reports.h"

namespace klaviyo {

namespace {

template <size_t... sizes>
consteval auto by_name(const Source (&... areas)[sizes]) {
  std::array<Source, (sizes + ...)> rows{};
  auto end = rows.begin();
  ((end = std::copy(std::begin(areas), std::end(areas), end)), ...);
  std::sort(rows.begin(), rows.end(), [](const Source& a, const Source& b) { return a.name < b.name; });
  return rows;
}

constexpr auto kSources =
    by_name(catalogue::kAccountRows, catalogue::kAudienceRows, catalogue::kBetaRows, catalogue::kEventRows,
            catalogue::kMessagingRows, catalogue::kProductRows, catalogue::kProfileRows, catalogue::kNestedAccountRows,
            catalogue::kNestedAudienceRows, catalogue::kNestedMessagingRows, catalogue::kNestedProductRows,
            catalogue::kNestedProfileRows, catalogue::kReportRows);

/// What a relationship was called in `include` before a revision.
struct Renaming {
  std::string_view source;
  std::string_view relationship;
  std::string_view since;
  std::string_view before;
};

constexpr Renaming kRenamings[] = {
    {.source = "events", .relationship = "metric", .since = "2023-07-15", .before = "metrics"},
    {.source = "events", .relationship = "profile", .since = "2023-07-15", .before = "profiles"},
    {.source = "profiles", .relationship = "conversations", .since = "2026-07-15", .before = "conversation"},
};

constexpr char folded(char c) {
  if (c == '-') return '_';
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return folded(x) == folded(y); });
}

bool is_called(const Source& row, std::string_view name) {
  if (name.empty()) return false;
  for (const std::string_view known : {row.name, row.alias}) {
    if (same_name(known, name) || same_name(singular_of(known), name)) return true;
  }
  return false;
}

template <typename Rows, typename Predicate>
auto* find_row(const Rows& rows, Predicate predicate) {
  const auto found = std::find_if(rows.begin(), rows.end(), predicate);
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace

std::string_view type_name(ColumnType type) {
  switch (type) {
    case ColumnType::utf8:
      return "string";
    case ColumnType::int64:
      return "long";
    case ColumnType::float64:
      return "double";
    case ColumnType::boolean:
      return "boolean";
    case ColumnType::timestamp:
      return "timestamp";
    case ColumnType::json:
      return "json";
  }
  return {};
}

const TimeField* Source::find_time_field(std::string_view key_or_name) const {
  return find_row(time_fields,
                  [&](const TimeField& field) { return field.key == key_or_name || field.name == key_or_name; });
}

const Relationship* Source::find_relationship(std::string_view relationship) const {
  return find_row(relationships, [&](const Relationship& row) { return same_name(row.name, relationship); });
}

const Grouping* Report::find_grouping(std::string_view column_or_name) const {
  return find_row(groupings,
                  [&](const Grouping& row) { return row.column == column_or_name || row.name == column_or_name; });
}

std::span<const std::string_view> named_timeframes() { return catalogue::kTimeframes; }

std::string singular_of(std::string_view name) {
  if (name.ends_with("ies")) return std::string(name.substr(0, name.size() - 3)) + "y";
  return std::string(name.ends_with('s') ? name.substr(0, name.size() - 1) : name);
}

std::span<const Source> sources() { return kSources; }

const Source* find_source(std::string_view name) {
  return find_row(kSources, [&](const Source& row) { return is_called(row, name); });
}

std::vector<const Source*> parents_of(const Source& source) {
  std::vector<const Source*> parents;
  for (const Source* row = &source; row->has_parent();) parents.push_back(row = find_source(row->parent.source));
  return parents;
}

std::string_view include_name(const Source& source, const Relationship& relationship, std::string_view revision) {
  const Renaming* renaming = find_row(std::span(kRenamings), [&](const Renaming& row) {
    return row.source == source.name && row.relationship == relationship.name && revision < row.since;
  });
  return renaming == nullptr ? relationship.name : renaming->before;
}

}  // namespace klaviyo
