// Rows: what Klaviyo publishes as beta, under revisions that end in `.pre`. Shapes may change any day, so that a
// record's attributes come whole, as one JSON column, and values are taken out with `columns: [{name, from, type}]`.
#pragma once

#include "klaviyo/catalogue/vocabulary.h"

namespace klaviyo::catalogue {

inline constexpr Attribute kWholeAttributes[] = {{.name = "attributes", .path = "", .type = ColumnType::json}};

/// A collection in one answer.
consteval Source beta(std::string_view name, std::string_view path, std::string_view type, std::string_view scope,
                      RateClass rate, Parent parent = {}) {
  return {.name = name,
          .path = path,
          .type = type,
          .scope = scope,
          .rate = rate,
          .attributes = kWholeAttributes,
          .parent = parent,
          .beta = true};
}

/// A collection in pages.
consteval Source beta_pages(Source row, int default_page_size, int max_page_size, std::string_view stable_sort = {}) {
  row.paging = max_page_size > 0 ? Paging::cursor_and_size : Paging::cursor;
  row.default_page_size = default_page_size;
  row.max_page_size = max_page_size;
  row.stable_sort = stable_sort;
  return row;
}

consteval Source with_times(Source row, std::span<const TimeField> times) {
  row.time_fields = times;
  return row;
}

inline constexpr TimeField kBetaUpdatedAtCreatedAt[] = {
    {.key = "updated", .name = "updated_at", .operators = kAnyBound, .sort = "updated_at"},
    {.key = "created", .name = "created_at", .operators = kAnyBound, .sort = "created_at", .immutable = true},
};
inline constexpr TimeField kBetaUpdatedCreated[] = {
    {.key = "updated", .name = "updated", .operators = kAnyBound, .sort = "updated"},
    {.key = "created", .name = "created", .operators = kAnyBound, .sort = "created", .immutable = true},
};

inline constexpr Parent kBelowBetaCampaign{.source = "campaigns_beta", .column = "campaign_id"};
inline constexpr Parent kBelowBetaMessage{.source = "campaign_messages_beta", .column = "campaign_message_id"};
inline constexpr Parent kBelowCampaignAudience{.source = "campaign_audiences", .column = "campaign_audience_id"};

inline constexpr Source kCampaignAudiences = beta("campaign_audiences", "/api/campaigns/{id}/campaign-audiences",
                                                  "campaign-audience", "campaigns:read", kRateM, kBelowBetaCampaign);
inline constexpr Source kBetaCampaignMessages =
    beta_pages(beta("campaign_beta_messages", "/api/campaigns/{id}/campaign-messages", "campaign-message",
                    "campaigns:read", kRateM, kBelowBetaCampaign),
               0, 0);
inline constexpr Source kAudienceMessages =
    beta_pages(beta("campaign_audience_messages", "/api/campaign-audiences/{id}/campaign-messages", "campaign-message",
                    "campaigns:read", kRateM, kBelowCampaignAudience),
               0, 0);
inline constexpr Source kMessageVariations =
    beta("campaign_message_variations", "/api/campaign-messages/{id}/campaign-variations", "campaign-variation",
         "campaigns:read", kRateM, kBelowBetaMessage);
inline constexpr Source kCampaignMessageTags = beta("campaign_message_tags", "/api/campaign-messages/{id}/tags", "tag",
                                                    "campaigns:read tags:read", kRateS, kBelowBetaMessage);

inline constexpr Source kBetaRows[] = {
    beta("agent_secrets", "/api/agent-secrets", "agent-secret", "agents:read", kRateM),
    beta("agent_skills", "/api/agent-skills", "agent-skill", "agents:read", kRateM),
    beta("api_keys", "/api/api-keys", "api-key", "credentials:read", kRateXs),
    beta_pages(beta("applications", "/api/applications", "application", "applications:read", kRateS), 25, 100),
    beta("billing_usage", "/api/billing-usage", "billing-usage", "usage:read", kRateM),
    beta("brand_buttons", "/api/brand-buttons", "brand-button", "brands:read", kRateM),
    beta("brand_colors", "/api/brand-colors", "brand-color", "brands:read", kRateM),
    beta("brand_email_defaults", "/api/brand-email-defaults", "brand-email-default", "brands:read", kRateM),
    beta("brand_logos", "/api/brand-logos", "brand-logo", "brands:read", kRateM),
    beta("brand_social_groups", "/api/brand-social-groups", "brand-social-group", "brands:read", kRateM),
    with_times(beta_pages(beta("campaigns_beta", "/api/campaigns", "campaign", "campaigns:read", kRateM), 100, 100),
               kBetaUpdatedAtCreatedAt),
    with_times(beta_pages(beta("campaign_messages_beta", "/api/campaign-messages", "campaign-message", "campaigns:read",
                               kRateM),
                          20, 100),
               kBetaUpdatedCreated),
    beta_pages(beta("sending_domains", "/api/sending-domains", "sending-domain", "sender-config:read", kRateXs), 20,
               20),
    beta_pages(beta("text_messaging_senders", "/api/text-messaging-senders", "text-messaging-sender",
                    "sender-config:read", kRateM),
               10, 20, "created_at"),
    beta_pages(beta("translations", "/api/translations", "translation", "translations:read", kRateM), 20, 100, "id"),
    kCampaignAudiences,
    ids_of(kCampaignAudiences, "campaign_audience_ids", "/api/campaigns/{id}/relationships/campaign-audiences"),
    kBetaCampaignMessages,
    ids_of(kBetaCampaignMessages, "campaign_beta_message_ids", "/api/campaigns/{id}/relationships/campaign-messages"),
    kAudienceMessages,
    ids_of(kAudienceMessages, "campaign_audience_message_ids",
           "/api/campaign-audiences/{id}/relationships/campaign-messages"),
    kMessageVariations,
    ids_of(kMessageVariations, "campaign_message_variation_ids",
           "/api/campaign-messages/{id}/relationships/campaign-variations"),
    kCampaignMessageTags,
    ids_of(kCampaignMessageTags, "campaign_message_tag_ids", "/api/campaign-messages/{id}/relationships/tags"),
};

}  // namespace klaviyo::catalogue
