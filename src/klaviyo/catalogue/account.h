// Rows: the account itself and what is configured around it.
#pragma once

#include "klaviyo/catalogue/vocabulary.h"

namespace klaviyo::catalogue {

inline constexpr Attribute kAccountAttributes[] = {
    boolean<"test_account">,
    text<"contact_information.default_sender_name">,
    text<"contact_information.default_sender_email">,
    text<"contact_information.website_url">,
    text<"contact_information.organization_name">,
    text<"contact_information.street_address.address1">,
    text<"contact_information.street_address.address2">,
    text<"contact_information.street_address.city">,
    text<"contact_information.street_address.region">,
    text<"contact_information.street_address.country">,
    text<"contact_information.street_address.zip">,
    text<"industry">,
    text<"timezone">,
    text<"preferred_currency">,
    text<"public_api_key">,
    text<"locale">,
};

inline constexpr Attribute kDataSourceAttributes[] = {
    text<"title">,
    text<"visibility">,
    text<"description">,
    text<"namespace">,
};

inline constexpr Attribute kObjectTypeAttributes[] = {
    text<"title">,     text<"description">,     text<"status">,
    text<"namespace">, timestamp<"created_at">, timestamp<"updated_at">,
};
inline constexpr Relationship kObjectTypeRelationships[] = {
    {.name = "current-schema", .type = "object-schema", .cardinality = Cardinality::one, .includable = true},
    {.name = "draft-schema", .type = "object-schema", .cardinality = Cardinality::one, .includable = true},
    {.name = "schema-versions", .type = "object-schema", .cardinality = Cardinality::many},
    {.name = "object-types", .type = "object-type", .cardinality = Cardinality::many},
    {.name = "profile-object-types", .type = "profile-object-type", .cardinality = Cardinality::many},
};

// Each parameter is a union of a dynamic and a static setting.
inline constexpr Attribute kTrackingSettingAttributes[] = {
    boolean<"auto_add_parameters">, json<"utm_source.flow">,   json<"utm_source.campaign">,   json<"utm_medium.flow">,
    json<"utm_medium.campaign">,    json<"utm_campaign.flow">, json<"utm_campaign.campaign">, json<"utm_id.flow">,
    json<"utm_id.campaign">,        json<"utm_term.flow">,     json<"utm_term.campaign">,     json<"custom_parameters">,
};

inline constexpr Attribute kWebFeedAttributes[] = {
    text<"name">,   text<"url">,          text<"request_method">, text<"content_type">,
    text<"status">, timestamp<"created">, timestamp<"updated">,
};

inline constexpr Attribute kWebhookAttributes[] = {
    text<"name">,       text<"description">,     text<"endpoint_url">,
    boolean<"enabled">, timestamp<"created_at">, timestamp<"updated_at">,
};
inline constexpr Relationship kWebhookRelationships[] = {
    {.name = "webhook-topics", .type = "webhook-topic", .cardinality = Cardinality::many, .includable = true},
};

inline constexpr Source kAccountRows[] = {
    {.name = "accounts",
     .path = "/api/accounts",
     .type = "account",
     .scope = "accounts:read",
     .paging = Paging::none,
     .rate = kRateXs,
     .attributes = kAccountAttributes},
    {.name = "data_sources",
     .path = "/api/data-sources",
     .type = "data-source",
     .scope = "custom-objects:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 20,
     .max_page_size = 100,
     .rate = kRateS,
     .attributes = kDataSourceAttributes},
    {.name = "object_types",
     .path = "/api/object-types",
     .type = "object-type",
     .scope = "custom-objects:read",
     .paging = Paging::none,
     .rate = kRateS,
     .attributes = kObjectTypeAttributes,
     .relationships = kObjectTypeRelationships,
     .time_fields = kUnfilteredUpdatedAtCreatedAt},
    {.name = "tracking_settings",
     .path = "/api/tracking-settings",
     .type = "tracking-setting",
     .scope = "tracking-settings:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 1,
     .max_page_size = 1,
     .rate = kRateM,
     .attributes = kTrackingSettingAttributes},
    {.name = "web_feeds",
     .path = "/api/web-feeds",
     .type = "web-feed",
     .scope = "web-feeds:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 5,
     .max_page_size = 20,
     .rate = kRateXs,
     .attributes = kWebFeedAttributes,
     .time_fields = kUpdatedCreated},
    {.name = "webhooks",
     .path = "/api/webhooks",
     .type = "webhook",
     .scope = "webhooks:read",
     .paging = Paging::none,
     .rate = kRateXs,
     .attributes = kWebhookAttributes,
     .relationships = kWebhookRelationships,
     .time_fields = kUnfilteredUpdatedAtCreatedAt},
    {.name = "webhook_topics",
     .path = "/api/webhook-topics",
     .type = "webhook-topic",
     .scope = "webhooks:read",
     .paging = Paging::none,
     .rate = kRateXs},
};

}  // namespace klaviyo::catalogue
