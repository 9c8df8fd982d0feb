// The words that the catalogue's rows are written in: columns, times, rates.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "klaviyo/catalogue.h"

namespace klaviyo::catalogue {

/// A string literal as a template argument, so that a column's name can be made from its path at compile time.
template <size_t N>
struct Literal {
  char text[N];

  // Implicit, so that the argument is written as a plain literal.
  consteval Literal(const char (&source)[N]) { std::copy_n(source, N, text); }
  constexpr std::string_view view() const { return {text, N - 1}; }
};

template <Literal path>
consteval auto underscored() {
  Literal name = path;
  std::replace(name.text, name.text + sizeof(name.text), '.', '_');
  return name;
}

/// `location_city` for `location.city`.
template <Literal path>
inline constexpr auto kColumnName = underscored<path>();

// Columns by type: `text<"location.city">` is the column `location_city`.
template <Literal path, ColumnType type>
inline constexpr Attribute kAttribute{.name = kColumnName<path>.view(), .path = path.view(), .type = type};
template <Literal path>
inline constexpr Attribute text = kAttribute<path, ColumnType::utf8>;
template <Literal path>
inline constexpr Attribute integer = kAttribute<path, ColumnType::int64>;
template <Literal path>
inline constexpr Attribute number = kAttribute<path, ColumnType::float64>;
template <Literal path>
inline constexpr Attribute boolean = kAttribute<path, ColumnType::boolean>;
template <Literal path>
inline constexpr Attribute timestamp = kAttribute<path, ColumnType::timestamp>;
template <Literal path>
inline constexpr Attribute json = kAttribute<path, ColumnType::json>;

// Counted by hand: under -fsanitize=undefined string_view::find is no constant expression here (GCC 12).
consteval size_t first_key_length(std::string_view path) {
  size_t length = 0;
  while (length < path.size() && path[length] != '.') ++length;
  return length;
}

consteval std::string_view first_key(std::string_view path) { return path.substr(0, first_key_length(path)); }

consteval std::string_view below_first_key(std::string_view path) {
  return path.substr(std::min(first_key_length(path) + 1, path.size()));
}

/// An attribute that is only sent when `additional-fields` names the first key of its path.
consteval Attribute on_request(Attribute attribute) {
  attribute.additional = first_key(attribute.path);
  return attribute;
}

/// A column from a related resource: `joined<"profile.location.city", …>` is the profile's `location.city` as
/// `profile_location_city`; `joined<"profile", ColumnType::json>` is the whole profile.
template <Literal path, ColumnType type>
inline constexpr JoinedAttribute joined{.name = kColumnName<path>.view(),
                                        .relationship = first_key(path.view()),
                                        .path = below_first_key(path.view()),
                                        .type = type};

/// The attributes of a resource, and those that it has in one collection only.
template <size_t size, size_t more>
consteval auto with(const Attribute (&attributes)[size], const Attribute (&added)[more]) {
  std::array<Attribute, size + more> all{};
  std::copy_n(added, more, std::copy_n(attributes, size, all.begin()));
  return all;
}

// Klaviyo's rate limit tiers.
inline constexpr RateClass kRateXs{.per_second = 1, .per_minute = 15, .per_day = 0};
inline constexpr RateClass kRateS{.per_second = 3, .per_minute = 60, .per_day = 0};
inline constexpr RateClass kRateM{.per_second = 10, .per_minute = 150, .per_day = 0};
inline constexpr RateClass kRateL{.per_second = 75, .per_minute = 750, .per_day = 0};
inline constexpr RateClass kRateXl{.per_second = 350, .per_minute = 3500, .per_day = 0};

/// The revision whose description first shows `page[size]` for the sources whose pages are at their maximum anyway.
/// Older ones may refuse it, and lose nothing without it.
inline constexpr std::string_view kPageSizeShown = "2026-04-15";

inline constexpr uint8_t kUnfiltered = 0;
inline constexpr uint8_t kAnyBound = kGreaterThan | kGreaterOrEqual | kLessThan | kLessOrEqual;

// Times that several sources share.
inline constexpr TimeField kUpdatedCreated[] = {
    {.key = "updated", .name = "updated", .operators = kAnyBound, .sort = "updated"},
    {.key = "created", .name = "created", .operators = kAnyBound, .sort = "created", .immutable = true},
};
inline constexpr TimeField kUnfilteredUpdatedCreated[] = {
    {.key = "updated", .name = "updated", .operators = kUnfiltered, .sort = {}},
    {.key = "created", .name = "created", .operators = kUnfiltered, .sort = {}, .immutable = true},
};
inline constexpr TimeField kUnfilteredUpdatedAtCreatedAt[] = {
    {.key = "updated", .name = "updated_at", .operators = kUnfiltered, .sort = {}},
    {.key = "created", .name = "created_at", .operators = kUnfiltered, .sort = {}, .immutable = true},
};
inline constexpr TimeField kUnfilteredCreatedAt[] = {
    {.key = "created", .name = "created_at", .operators = kUnfiltered, .sort = {}, .immutable = true},
};

/// Attributes with some more before them.
template <size_t size, size_t more>
consteval auto with_first(const Attribute (&attributes)[size], const std::array<Attribute, more>& first) {
  std::array<Attribute, size + more> all{};
  std::copy(std::begin(attributes), std::end(attributes), std::copy(first.begin(), first.end(), all.begin()));
  return all;
}

/// The same relationships where none of them can be included.
template <size_t size>
consteval auto not_included(const Relationship (&relationships)[size]) {
  std::array<Relationship, size> all{};
  std::copy_n(relationships, size, all.begin());
  for (Relationship& relationship : all) relationship.includable = relationship.included_by_default = false;
  return all;
}

/// The ids alone of a nested collection, from its `relationships` endpoint: a narrow table of pairs. Their times are
/// not shown, so that no run can be limited to them.
consteval Source ids_of(Source row, std::string_view name, std::string_view path, std::string_view sort = {}) {
  row.name = name;
  row.path = path;
  row.alias = {};
  row.stable_sort = sort;
  row.attributes = {};
  row.relationships = {};
  row.time_fields = {};
  row.rate_variants = {};
  return row;
}

/// Catalogue and coupon code bulk jobs alike.
inline constexpr Attribute kBulkJobAttributes[] = {
    text<"status">,          timestamp<"created_at">,   integer<"total_count">, integer<"completed_count">,
    integer<"failed_count">, timestamp<"completed_at">, json<"errors">,         timestamp<"expires_at">,
};

}  // namespace klaviyo::catalogue
