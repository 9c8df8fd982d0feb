// Rows: below campaigns, flows, their actions, and forms.
#pragma once

#include "klaviyo/catalogue/messaging.h"
#include "klaviyo/catalogue/nested_audiences.h"
#include "klaviyo/catalogue/vocabulary.h"

namespace klaviyo::catalogue {

inline constexpr Parent kBelowCampaign{.source = "campaigns", .column = "campaign_id"};
inline constexpr Parent kBelowFlow{.source = "flows", .column = "flow_id"};
inline constexpr Parent kBelowFlowAction{.source = "flow_actions", .column = "flow_action_id"};
inline constexpr Parent kBelowForm{.source = "forms", .column = "form_id"};

// A definition is a union of the channels' shapes.
inline constexpr Attribute kCampaignMessageAttributes[] = {
    json<"definition">,
    json<"send_times">,
    timestamp<"created_at">,
    timestamp<"updated_at">,
};
inline constexpr Relationship kCampaignMessageRelationships[] = {
    {.name = "campaign", .type = "campaign", .cardinality = Cardinality::one, .includable = true},
    {.name = "template", .type = "template", .cardinality = Cardinality::one, .includable = true},
    {.name = "image", .type = "image", .cardinality = Cardinality::one, .includable = true},
};
inline constexpr Source kCampaignMessages{.name = "campaign_messages",
                                          .path = "/api/campaigns/{id}/campaign-messages",
                                          .type = "campaign-message",
                                          .scope = "campaigns:read",
                                          .rate = kRateM,
                                          .attributes = kCampaignMessageAttributes,
                                          .relationships = kCampaignMessageRelationships,
                                          .time_fields = kUnfilteredUpdatedAtCreatedAt,
                                          .parent = kBelowCampaign};
inline constexpr Source kCampaignTags =
    tags_of(kBelowCampaign, "campaign_tags", "/api/campaigns/{id}/tags", "campaigns:read tags:read");

// One for each campaign whose recipients have been estimated.
inline constexpr Attribute kRecipientEstimationAttributes[] = {integer<"estimated_recipient_count">};
inline constexpr Source kRecipientEstimations{.name = "campaign_recipient_estimations",
                                              .path = "/api/campaign-recipient-estimations/{id}",
                                              .type = "campaign-recipient-estimation",
                                              .scope = "campaigns:read",
                                              .rate = kRateM,
                                              .attributes = kRecipientEstimationAttributes,
                                              .parent = kBelowCampaign,
                                              .alias = "recipient_estimations"};

// A definition is a union of the actions' shapes.
inline constexpr Attribute kFlowActionAttributes[] = {
    timestamp<"created">,
    timestamp<"updated">,
    json<"definition">,
};
inline constexpr Relationship kFlowActionRelationships[] = {
    {.name = "flow", .type = "flow", .cardinality = Cardinality::one},
    {.name = "flow-messages", .type = "flow-message", .cardinality = Cardinality::many},
};
inline constexpr Source kFlowActions{.name = "flow_actions",
                                     .path = "/api/flows/{id}/flow-actions",
                                     .type = "flow-action",
                                     .scope = "flows:read",
                                     .paging = Paging::cursor_and_size,
                                     .default_page_size = 50,
                                     .max_page_size = 50,
                                     .page_size_since = kPageSizeShown,
                                     .rate = kRateS,
                                     .attributes = kFlowActionAttributes,
                                     .relationships = kFlowActionRelationships,
                                     .time_fields = kUpdatedCreated,
                                     .parent = kBelowFlow};
inline constexpr Source kFlowTags = tags_of(kBelowFlow, "flow_tags", "/api/flows/{id}/tags", "flows:read tags:read");

inline constexpr Attribute kFlowMessageAttributes[] = {
    text<"channel">,
    timestamp<"created">,
    timestamp<"updated">,
    json<"definition">,
};
inline constexpr Relationship kFlowMessageRelationships[] = {
    {.name = "flow-action", .type = "flow-action", .cardinality = Cardinality::one},
    {.name = "template", .type = "template", .cardinality = Cardinality::one},
};
inline constexpr Source kFlowActionMessages{.name = "flow_action_messages",
                                            .path = "/api/flow-actions/{id}/flow-messages",
                                            .type = "flow-message",
                                            .scope = "flows:read",
                                            .paging = Paging::cursor_and_size,
                                            .default_page_size = 50,
                                            .max_page_size = 50,
                                            .page_size_since = kPageSizeShown,
                                            .rate = kRateS,
                                            .attributes = kFlowMessageAttributes,
                                            .relationships = kFlowMessageRelationships,
                                            .time_fields = kUpdatedCreated,
                                            .parent = kBelowFlowAction,
                                            .alias = "flow_messages"};

inline constexpr Attribute kFormVersionAttributes[] = {
    text<"form_type">, text<"variation_name">,  text<"ab_test.variation_name">,
    text<"status">,    timestamp<"created_at">, timestamp<"updated_at">,
};
inline constexpr Relationship kFormVersionRelationships[] = {
    {.name = "form", .type = "form", .cardinality = Cardinality::one},
};
inline constexpr Source kFormVersions{.name = "form_versions",
                                      .path = "/api/forms/{id}/form-versions",
                                      .type = "form-version",
                                      .scope = "forms:read",
                                      .paging = Paging::cursor_and_size,
                                      .default_page_size = 20,
                                      .max_page_size = 100,
                                      .rate = kRateS,
                                      .attributes = kFormVersionAttributes,
                                      .relationships = kFormVersionRelationships,
                                      .time_fields = kFormTimes,
                                      .parent = kBelowForm};

inline constexpr Source kNestedMessagingRows[] = {
    kCampaignMessages,
    ids_of(kCampaignMessages, "campaign_message_ids", "/api/campaigns/{id}/relationships/campaign-messages"),
    kCampaignTags,
    ids_of(kCampaignTags, "campaign_tag_ids", "/api/campaigns/{id}/relationships/tags"),
    kRecipientEstimations,
    kFlowActions,
    ids_of(kFlowActions, "flow_action_ids", "/api/flows/{id}/relationships/flow-actions", "id"),
    kFlowTags,
    ids_of(kFlowTags, "flow_tag_ids", "/api/flows/{id}/relationships/tags"),
    kFlowActionMessages,
    ids_of(kFlowActionMessages, "flow_action_message_ids", "/api/flow-actions/{id}/relationships/flow-messages", "id"),
    kFormVersions,
    ids_of(kFormVersions, "form_version_ids", "/api/forms/{id}/relationships/form-versions", "created_at"),
};

}  // namespace klaviyo::catalogue
