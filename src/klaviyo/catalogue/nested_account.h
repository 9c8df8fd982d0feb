// Rows: below metrics and custom metrics, and the account's own object types.
#pragma once

#include "klaviyo/catalogue/account.h"
#include "klaviyo/catalogue/events.h"
#include "klaviyo/catalogue/nested_audiences.h"
#include "klaviyo/catalogue/vocabulary.h"

namespace klaviyo::catalogue {

inline constexpr Parent kBelowMetric{.source = "metrics", .column = "metric_id"};
inline constexpr Parent kBelowCustomMetric{.source = "custom_metrics", .column = "custom_metric_id"};
inline constexpr Parent kBelowObjectType{.source = "object_types", .column = "object_type_id"};
inline constexpr Parent kBelowObjectSchema{.source = "object_type_schema_versions", .column = "object_schema_id"};

inline constexpr Source kMetricFlowTriggers = flows_triggered_by(
    kBelowMetric, "metric_flow_triggers", "/api/metrics/{id}/flow-triggers", "flows:read metrics:read", kRateM);

inline constexpr Attribute kMetricPropertyAttributes[] = {
    text<"label">,
    text<"property">,
    text<"inferred_type">,
    on_request(json<"sample_values">),
};
inline constexpr Relationship kMetricPropertyRelationships[] = {
    {.name = "metric", .type = "metric", .cardinality = Cardinality::one},
};
inline constexpr Source kMetricProperties{.name = "metric_properties",
                                          .path = "/api/metrics/{id}/metric-properties",
                                          .type = "metric-property",
                                          .scope = "metrics:read",
                                          .rate = kRateXs,
                                          .attributes = kMetricPropertyAttributes,
                                          .relationships = kMetricPropertyRelationships,
                                          .parent = kBelowMetric};

inline constexpr auto kCountedMetricRelationships = not_included(kMetricRelationships);
inline constexpr Source kCustomMetricMetrics{.name = "custom_metric_metrics",
                                             .path = "/api/custom-metrics/{id}/metrics",
                                             .type = "metric",
                                             .scope = "metrics:read",
                                             .rate = kRateS,
                                             .attributes = kMetricAttributes,
                                             .relationships = kCountedMetricRelationships,
                                             .parent = kBelowCustomMetric};

inline constexpr Attribute kObjectRecordAttributes[] = {json<"record_properties">};
inline constexpr Source kObjectTypeRecords{.name = "object_type_records",
                                           .path = "/api/object-types/{id}/object-records",
                                           .type = "object-record",
                                           .scope = "custom-objects:read",
                                           .paging = Paging::cursor_and_size,
                                           .default_page_size = 20,
                                           .max_page_size = 100,
                                           .rate = kRateS,
                                           .attributes = kObjectRecordAttributes,
                                           .parent = kBelowObjectType,
                                           .alias = "object_records"};

inline constexpr Attribute kIngestionLogAttributes[] = {
    text<"status">, text<"event_type">, timestamp<"timestamp">, text<"summary">, json<"errors">,
};
inline constexpr Relationship kIngestionLogRelationships[] = {
    {.name = "object-type", .type = "object-type", .cardinality = Cardinality::one, .includable = true},
    {.name = "object-record", .type = "object-record", .cardinality = Cardinality::one, .includable = true},
};
inline constexpr TimeField kIngestionLogTimes[] = {
    {.key = "timestamp", .name = "timestamp", .operators = kGreaterOrEqual | kLessThan, .sort = {}, .immutable = true},
};
inline constexpr Source kObjectTypeIngestionLogs{.name = "object_type_ingestion_logs",
                                                 .path = "/api/object-types/{id}/object-ingestion-logs",
                                                 .type = "object-ingestion-log",
                                                 .scope = "custom-objects:read",
                                                 .paging = Paging::cursor,
                                                 .default_page_size = 50,
                                                 .rate = kRateXs,
                                                 .attributes = kIngestionLogAttributes,
                                                 .relationships = kIngestionLogRelationships,
                                                 .time_fields = kIngestionLogTimes,
                                                 .parent = kBelowObjectType,
                                                 .alias = "object_ingestion_logs"};

inline constexpr Attribute kObjectSchemaAttributes[] = {
    text<"title">,    text<"description">,       text<"status">,     json<"properties">,
    json<"required">, timestamp<"published_at">, text<"visibility">,
};
inline constexpr Relationship kObjectSchemaRelationships[] = {
    {.name = "source-mapping", .type = "source-mapping", .cardinality = Cardinality::one},
    {.name = "object-schemas", .type = "object-schema", .cardinality = Cardinality::many},
    {.name = "profile-object-schemas", .type = "profile-object-schema", .cardinality = Cardinality::many},
};
inline constexpr Source kObjectTypeSchemaVersions{.name = "object_type_schema_versions",
                                                  .path = "/api/object-types/{id}/schema-versions",
                                                  .type = "object-schema",
                                                  .scope = "custom-objects:read",
                                                  .rate = kRateS,
                                                  .attributes = kObjectSchemaAttributes,
                                                  .relationships = kObjectSchemaRelationships,
                                                  .parent = kBelowObjectType,
                                                  .alias = "object_schemas"};

// Which object types and schemas go together is told by id alone.
consteval Source object_ids(Parent parent, std::string_view name, std::string_view path, std::string_view type) {
  return {.name = name, .path = path, .type = type, .scope = "custom-objects:read", .rate = kRateS, .parent = parent};
}

inline constexpr Source kNestedAccountRows[] = {
    kMetricFlowTriggers,
    ids_of(kMetricFlowTriggers, "metric_flow_trigger_ids", "/api/metrics/{id}/relationships/flow-triggers"),
    kMetricProperties,
    ids_of(kMetricProperties, "metric_property_ids", "/api/metrics/{id}/relationships/metric-properties"),
    kCustomMetricMetrics,
    ids_of(kCustomMetricMetrics, "custom_metric_metric_ids", "/api/custom-metrics/{id}/relationships/metrics"),
    kObjectTypeRecords,
    ids_of(kObjectTypeRecords, "object_type_record_ids", "/api/object-types/{id}/relationships/object-records"),
    kObjectTypeIngestionLogs,
    ids_of(kObjectTypeIngestionLogs, "object_type_ingestion_log_ids",
           "/api/object-types/{id}/relationships/object-ingestion-logs"),
    kObjectTypeSchemaVersions,
    ids_of(kObjectTypeSchemaVersions, "object_type_schema_version_ids",
           "/api/object-types/{id}/relationships/schema-versions"),
    object_ids(kBelowObjectType, "object_type_object_types", "/api/object-types/{id}/relationships/object-types",
               "object-type"),
    object_ids(kBelowObjectType, "object_type_profile_object_types",
               "/api/object-types/{id}/relationships/profile-object-types", "profile-object-type"),
    object_ids(kBelowObjectSchema, "object_schema_object_schemas",
               "/api/object-schemas/{id}/relationships/object-schemas", "object-schema"),
    object_ids(kBelowObjectSchema, "object_schema_profile_object_schemas",
               "/api/object-schemas/{id}/relationships/profile-object-schemas", "profile-object-schema"),
};

}  // namespace klaviyo::catalogue
