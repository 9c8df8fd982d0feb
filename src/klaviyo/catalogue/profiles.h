// Rows: profiles, the jobs that change them, and their push tokens.
#pragma once

#include "klaviyo/catalogue/vocabulary.h"

namespace klaviyo::catalogue {

inline constexpr Attribute kProfileAttributes[] = {
    text<"email">,
    text<"phone_number">,
    text<"external_id">,
    text<"first_name">,
    text<"last_name">,
    text<"organization">,
    text<"locale">,
    text<"title">,
    text<"image">,
    timestamp<"created">,
    timestamp<"updated">,
    timestamp<"last_event_date">,
    text<"location.address1">,
    text<"location.address2">,
    text<"location.city">,
    text<"location.country">,
    json<"location.latitude">,
    json<"location.longitude">,
    text<"location.region">,
    text<"location.zip">,
    text<"location.timezone">,
    text<"location.ip">,
    json<"properties">,
    on_request(boolean<"subscriptions.email.marketing.can_receive_email_marketing">),
    on_request(text<"subscriptions.email.marketing.consent">),
    on_request(timestamp<"subscriptions.email.marketing.consent_timestamp">),
    on_request(timestamp<"subscriptions.email.marketing.last_updated">),
    on_request(text<"subscriptions.email.marketing.method">),
    on_request(text<"subscriptions.email.marketing.method_detail">),
    on_request(text<"subscriptions.email.marketing.custom_method_detail">),
    on_request(boolean<"subscriptions.email.marketing.double_optin">),
    on_request(json<"subscriptions.email.marketing.suppression">),
    on_request(json<"subscriptions.email.marketing.list_suppressions">),
    on_request(text<"subscriptions.email.open_tracking.consent">),
    on_request(timestamp<"subscriptions.email.open_tracking.consent_timestamp">),
    on_request(timestamp<"subscriptions.email.open_tracking.last_updated">),
    on_request(timestamp<"subscriptions.email.open_tracking.created_timestamp">),
    on_request(json<"subscriptions.email.open_tracking.metadata">),
    on_request(boolean<"subscriptions.email.open_tracking.can_receive">),
    on_request(timestamp<"subscriptions.email.open_tracking.valid_until">),
    on_request(boolean<"subscriptions.sms.marketing.can_receive_sms_marketing">),
    on_request(text<"subscriptions.sms.marketing.consent">),
    on_request(timestamp<"subscriptions.sms.marketing.consent_timestamp">),
    on_request(text<"subscriptions.sms.marketing.method">),
    on_request(text<"subscriptions.sms.marketing.method_detail">),
    on_request(timestamp<"subscriptions.sms.marketing.last_updated">),
    on_request(boolean<"subscriptions.sms.transactional.can_receive_sms_transactional">),
    on_request(text<"subscriptions.sms.transactional.consent">),
    on_request(timestamp<"subscriptions.sms.transactional.consent_timestamp">),
    on_request(text<"subscriptions.sms.transactional.method">),
    on_request(text<"subscriptions.sms.transactional.method_detail">),
    on_request(timestamp<"subscriptions.sms.transactional.last_updated">),
    on_request(boolean<"subscriptions.mobile_push.marketing.can_receive_push_marketing">),
    on_request(text<"subscriptions.mobile_push.marketing.consent">),
    on_request(timestamp<"subscriptions.mobile_push.marketing.consent_timestamp">),
    on_request(text<"subscriptions.whatsapp.marketing.consent">),
    on_request(timestamp<"subscriptions.whatsapp.marketing.consent_timestamp">),
    on_request(timestamp<"subscriptions.whatsapp.marketing.last_updated">),
    on_request(timestamp<"subscriptions.whatsapp.marketing.created_timestamp">),
    on_request(json<"subscriptions.whatsapp.marketing.metadata">),
    on_request(boolean<"subscriptions.whatsapp.marketing.can_receive">),
    on_request(timestamp<"subscriptions.whatsapp.marketing.valid_until">),
    on_request(text<"subscriptions.whatsapp.marketing.phone_number">),
    on_request(text<"subscriptions.whatsapp.transactional.consent">),
    on_request(timestamp<"subscriptions.whatsapp.transactional.consent_timestamp">),
    on_request(timestamp<"subscriptions.whatsapp.transactional.last_updated">),
    on_request(timestamp<"subscriptions.whatsapp.transactional.created_timestamp">),
    on_request(json<"subscriptions.whatsapp.transactional.metadata">),
    on_request(boolean<"subscriptions.whatsapp.transactional.can_receive">),
    on_request(timestamp<"subscriptions.whatsapp.transactional.valid_until">),
    on_request(text<"subscriptions.whatsapp.transactional.phone_number">),
    on_request(text<"subscriptions.whatsapp.conversational.consent">),
    on_request(timestamp<"subscriptions.whatsapp.conversational.consent_timestamp">),
    on_request(timestamp<"subscriptions.whatsapp.conversational.last_updated">),
    on_request(timestamp<"subscriptions.whatsapp.conversational.created_timestamp">),
    on_request(json<"subscriptions.whatsapp.conversational.metadata">),
    on_request(boolean<"subscriptions.whatsapp.conversational.can_receive">),
    on_request(timestamp<"subscriptions.whatsapp.conversational.valid_until">),
    on_request(text<"subscriptions.whatsapp.conversational.phone_number">),
    on_request(number<"predictive_analytics.historic_clv">),
    on_request(number<"predictive_analytics.predicted_clv">),
    on_request(number<"predictive_analytics.total_clv">),
    on_request(number<"predictive_analytics.historic_number_of_orders">),
    on_request(number<"predictive_analytics.predicted_number_of_orders">),
    on_request(number<"predictive_analytics.average_days_between_orders">),
    on_request(number<"predictive_analytics.average_order_value">),
    on_request(number<"predictive_analytics.churn_probability">),
    on_request(timestamp<"predictive_analytics.expected_date_of_next_order">),
    on_request(json<"predictive_analytics.ranked_channel_affinity">),
};
inline constexpr Relationship kProfileRelationships[] = {
    {.name = "lists", .type = "list", .cardinality = Cardinality::many},
    {.name = "segments", .type = "segment", .cardinality = Cardinality::many},
    {.name = "push-tokens", .type = "push-token", .cardinality = Cardinality::many, .includable = true},
    {.name = "conversations", .type = "conversation", .cardinality = Cardinality::many, .includable = true},
};
// Neither greater-or-equal nor less-or-equal, in any revision.
inline constexpr TimeField kProfileTimes[] = {
    {.key = "updated", .name = "updated", .operators = kGreaterThan | kLessThan, .sort = "updated"},
    {.key = "created", .name = "created", .operators = kGreaterThan | kLessThan, .sort = "created", .immutable = true},
};
// Who gets no e-mail any more, by a hard bounce, a complaint or by hand, and since when. The list holds one entry as a
// rule; the first one has columns of its own, and `subscriptions_email_marketing_suppression` has them all.
inline constexpr std::string_view kSuppressionTime = "subscriptions.email.marketing.suppression.timestamp";
inline constexpr auto kSuppressedProfileAttributes =
    with_first(kProfileAttributes, std::array{Attribute{.name = "suppression_reason",
                                                        .path = "subscriptions.email.marketing.suppression.0.reason",
                                                        .type = ColumnType::utf8,
                                                        .additional = "subscriptions"},
                                              Attribute{.name = "suppression_timestamp",
                                                        .path = "subscriptions.email.marketing.suppression.0.timestamp",
                                                        .type = ColumnType::timestamp,
                                                        .additional = "subscriptions"}});
inline constexpr TimeField kSuppressionTimes[] = {
    {.key = "suppression_timestamp",
     .name = kSuppressionTime,
     .operators = kAnyBound,
     .sort = kSuppressionTime,
     .sort_since = "2023-10-15",
     .filter_only = true},
};
inline constexpr RateVariant kProfileRateVariants[] = {
    {.additional = "predictive_analytics", .rate = kRateM},
};

inline constexpr Attribute kImportJobAttributes[] = {
    text<"status">,          timestamp<"created_at">,   integer<"total_count">,  integer<"completed_count">,
    integer<"failed_count">, timestamp<"completed_at">, timestamp<"expires_at">, timestamp<"started_at">,
};
inline constexpr Relationship kImportJobRelationships[] = {
    {.name = "lists", .type = "list", .cardinality = Cardinality::many},
    {.name = "profiles", .type = "profile", .cardinality = Cardinality::many},
    {.name = "import-errors", .type = "import-error", .cardinality = Cardinality::many},
};
inline constexpr TimeField kImportJobTimes[] = {
    {.key = "created", .name = "created_at", .operators = kUnfiltered, .sort = "created_at", .immutable = true},
};

inline constexpr Attribute kSuppressionJobAttributes[] = {
    text<"status">,
    timestamp<"created_at">,
    integer<"total_count">,
    integer<"completed_count">,
    timestamp<"completed_at">,
    integer<"skipped_count">,
};
inline constexpr Relationship kSuppressionJobRelationships[] = {
    {.name = "lists", .type = "list", .cardinality = Cardinality::many},
    {.name = "segments", .type = "segment", .cardinality = Cardinality::many},
};
// Sorted under another name than the attribute's.
inline constexpr TimeField kSuppressionJobTimes[] = {
    {.key = "created", .name = "created_at", .operators = kUnfiltered, .sort = "created", .immutable = true},
};

consteval Source suppression_job(std::string_view name, std::string_view path, std::string_view type) {
  return {.name = name,
          .path = path,
          .type = type,
          .scope = "subscriptions:read",
          .paging = Paging::cursor,
          .rate = kRateL,
          .attributes = kSuppressionJobAttributes,
          .relationships = kSuppressionJobRelationships,
          .time_fields = kSuppressionJobTimes};
}

inline constexpr Attribute kPushTokenAttributes[] = {
    timestamp<"created">,
    text<"token">,
    text<"enablement_status">,
    text<"platform">,
    text<"vendor">,
    text<"background">,
    text<"recorded_date">,
    text<"metadata.device_id">,
    text<"metadata.klaviyo_sdk">,
    text<"metadata.sdk_version">,
    text<"metadata.device_model">,
    text<"metadata.os_name">,
    text<"metadata.os_version">,
    text<"metadata.manufacturer">,
    text<"metadata.app_name">,
    text<"metadata.app_version">,
    text<"metadata.app_build">,
    text<"metadata.app_id">,
    text<"metadata.environment">,
};
// Whose token it is comes only with the profile.
inline constexpr Relationship kPushTokenRelationships[] = {
    {.name = "profile",
     .type = "profile",
     .cardinality = Cardinality::one,
     .includable = true,
     .included_by_default = true},
};
inline constexpr TimeField kPushTokenTimes[] = {
    {.key = "created", .name = "created", .operators = kUnfiltered, .sort = {}, .immutable = true},
};

inline constexpr Source kProfileRows[] = {
    {.name = "profiles",
     .path = "/api/profiles",
     .type = "profile",
     .scope = "profiles:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 20,
     .max_page_size = 100,
     .rate = kRateL,
     .rate_variants = kProfileRateVariants,
     .attributes = kProfileAttributes,
     .relationships = kProfileRelationships,
     .time_fields = kProfileTimes},
    {.name = "global_exclusions",
     .path = "/api/profiles",
     .type = "profile",
     .scope = "profiles:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 20,
     .max_page_size = 100,
     .rate = kRateL,
     .rate_variants = kProfileRateVariants,
     .attributes = kSuppressedProfileAttributes,
     .relationships = kProfileRelationships,
     .time_fields = kSuppressionTimes,
     .alias = "suppressions",
     .always_additional = "subscriptions"},
    {.name = "profile_bulk_import_jobs",
     .path = "/api/profile-bulk-import-jobs",
     .type = "profile-bulk-import-job",
     .scope = "lists:read profiles:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 20,
     .max_page_size = 100,
     .rate = kRateM,
     .attributes = kImportJobAttributes,
     .relationships = kImportJobRelationships,
     .time_fields = kImportJobTimes},
    suppression_job("profile_suppression_bulk_create_jobs", "/api/profile-suppression-bulk-create-jobs",
                    "profile-suppression-bulk-create-job"),
    suppression_job("profile_suppression_bulk_delete_jobs", "/api/profile-suppression-bulk-delete-jobs",
                    "profile-suppression-bulk-delete-job"),
    {.name = "push_tokens",
     .path = "/api/push-tokens",
     .type = "push-token",
     .scope = "profiles:read push-tokens:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 20,
     .max_page_size = 100,
     .rate = kRateM,
     .attributes = kPushTokenAttributes,
     .relationships = kPushTokenRelationships,
     .time_fields = kPushTokenTimes},
};

}  // namespace klaviyo::catalogue
