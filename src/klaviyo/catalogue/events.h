// Rows: events and the metrics that they are counted under.
#pragma once

#include "klaviyo/catalogue/vocabulary.h"

namespace klaviyo::catalogue {

inline constexpr Attribute kEventAttributes[] = {
    timestamp<"datetime">,
    integer<"timestamp">,
    text<"uuid">,
    json<"event_properties">,
};
inline constexpr Relationship kEventRelationships[] = {
    {.name = "metric",
     .type = "metric",
     .cardinality = Cardinality::one,
     .includable = true,
     .always_linked = true,
     .included_by_default = true},
    {.name = "profile",
     .type = "profile",
     .cardinality = Cardinality::one,
     .includable = true,
     .always_linked = true,
     .included_by_default = true},
    {.name = "attributions", .type = "attribution", .cardinality = Cardinality::many, .includable = true},
};
inline constexpr JoinedAttribute kEventJoined[] = {
    joined<"metric.name", ColumnType::utf8>,
    joined<"metric.integration", ColumnType::json>,
    joined<"metric.created", ColumnType::timestamp>,
    joined<"metric.updated", ColumnType::timestamp>,
    joined<"metric", ColumnType::json>,
    joined<"profile.email", ColumnType::utf8>,
    joined<"profile.phone_number", ColumnType::utf8>,
    joined<"profile.external_id", ColumnType::utf8>,
    joined<"profile.first_name", ColumnType::utf8>,
    joined<"profile.last_name", ColumnType::utf8>,
    joined<"profile.organization", ColumnType::utf8>,
    joined<"profile.locale", ColumnType::utf8>,
    joined<"profile.title", ColumnType::utf8>,
    joined<"profile.image", ColumnType::utf8>,
    joined<"profile.created", ColumnType::timestamp>,
    joined<"profile.updated", ColumnType::timestamp>,
    joined<"profile.last_event_date", ColumnType::timestamp>,
    joined<"profile.location.address1", ColumnType::utf8>,
    joined<"profile.location.address2", ColumnType::utf8>,
    joined<"profile.location.city", ColumnType::utf8>,
    joined<"profile.location.country", ColumnType::utf8>,
    joined<"profile.location.latitude", ColumnType::json>,
    joined<"profile.location.longitude", ColumnType::json>,
    joined<"profile.location.region", ColumnType::utf8>,
    joined<"profile.location.zip", ColumnType::utf8>,
    joined<"profile.location.timezone", ColumnType::utf8>,
    joined<"profile.location.ip", ColumnType::utf8>,
    joined<"profile.properties", ColumnType::json>,
    joined<"profile", ColumnType::json>,
};
inline constexpr TimeField kEventTimes[] = {
    {.key = "datetime", .name = "datetime", .operators = kAnyBound, .sort = "datetime", .immutable = true},
};

// The schema gives the times of metrics as plain strings.
inline constexpr Attribute kMetricAttributes[] = {
    text<"name">,
    timestamp<"created">,
    timestamp<"updated">,
    json<"integration">,
};
inline constexpr Relationship kMetricRelationships[] = {
    {.name = "flow-triggers", .type = "flow", .cardinality = Cardinality::many, .includable = true},
};

inline constexpr Attribute kCustomMetricAttributes[] = {
    text<"name">,
    timestamp<"created">,
    timestamp<"updated">,
    json<"definition">,
};
inline constexpr Relationship kCustomMetricRelationships[] = {
    {.name = "metrics", .type = "metric", .cardinality = Cardinality::many, .includable = true},
};

inline constexpr Attribute kMappedMetricAttributes[] = {
    timestamp<"updated">,
};
// What a mapping says is its relationships, and their ids come only with the resources.
inline constexpr Relationship kMappedMetricRelationships[] = {
    {.name = "metric",
     .type = "metric",
     .cardinality = Cardinality::one,
     .includable = true,
     .included_by_default = true},
    {.name = "custom-metric",
     .type = "custom-metric",
     .cardinality = Cardinality::one,
     .includable = true,
     .included_by_default = true},
};
inline constexpr TimeField kMappedMetricTimes[] = {
    {.key = "updated", .name = "updated", .operators = kUnfiltered, .sort = {}},
};

inline constexpr Source kEventRows[] = {
    {.name = "events",
     .path = "/api/events",
     .type = "event",
     .scope = "events:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 200,
     .max_page_size = 1000,
     .page_size_since = "2026-01-15",
     .rate = kRateXl,
     .attributes = kEventAttributes,
     .relationships = kEventRelationships,
     .joined = kEventJoined,
     .time_fields = kEventTimes},
    {.name = "metrics",
     .path = "/api/metrics",
     .type = "metric",
     .scope = "metrics:read",
     .paging = Paging::cursor,
     .default_page_size = 200,
     .rate = kRateM,
     .attributes = kMetricAttributes,
     .relationships = kMetricRelationships,
     .time_fields = kUnfilteredUpdatedCreated},
    {.name = "custom_metrics",
     .path = "/api/custom-metrics",
     .type = "custom-metric",
     .scope = "metrics:read",
     .paging = Paging::none,
     .rate = kRateS,
     .attributes = kCustomMetricAttributes,
     .relationships = kCustomMetricRelationships,
     .time_fields = kUnfilteredUpdatedCreated},
    {.name = "mapped_metrics",
     .path = "/api/mapped-metrics",
     .type = "mapped-metric",
     .scope = "metrics:read",
     .paging = Paging::none,
     .rate = kRateS,
     .attributes = kMappedMetricAttributes,
     .relationships = kMappedMetricRelationships,
     .time_fields = kMappedMetricTimes},
};

}  // namespace klaviyo::catalogue
