// Rows: what is sent (campaigns, flows, forms) and what it is made of (templates, images).
#pragma once

#include "klaviyo/catalogue/vocabulary.h"

namespace klaviyo::catalogue {

inline constexpr Attribute kCampaignAttributes[] = {
    text<"name">,
    text<"status">,
    boolean<"archived">,
    json<"audiences">,
    json<"send_options">,
    json<"tracking_options">,
    json<"send_strategy">,
    timestamp<"created_at">,
    timestamp<"scheduled_at">,
    timestamp<"updated_at">,
    timestamp<"send_time">,
};
inline constexpr Relationship kCampaignRelationships[] = {
    {.name = "campaign-messages",
     .type = "campaign-message",
     .cardinality = Cardinality::many,
     .includable = true,
     .always_linked = true},
    {.name = "tags", .type = "tag", .cardinality = Cardinality::many, .includable = true},
};
// Archived campaigns were seen to come unsorted.
inline constexpr TimeField kCampaignTimes[] = {
    {.key = "updated", .name = "updated_at", .operators = kAnyBound, .sort = "updated_at", .disordered = true},
    {.key = "created",
     .name = "created_at",
     .operators = kAnyBound,
     .sort = "created_at",
     .immutable = true,
     .disordered = true},
    {.key = "scheduled", .name = "scheduled_at", .operators = kAnyBound, .sort = "scheduled_at", .disordered = true},
};
// The channel must be given since 2023-07-15, and one request takes one channel; before, it was no known field.
inline constexpr Pass kCampaignPasses[] = {
    {.filter = "equals(messages.channel,'email'),equals(archived,false)",
     .older_filter = "equals(archived,false)",
     .label = "email"},
    {.filter = "equals(messages.channel,'email'),equals(archived,true)",
     .older_filter = "equals(archived,true)",
     .label = "email"},
    {.filter = "equals(messages.channel,'sms'),equals(archived,false)",
     .older_filter = "equals(archived,false)",
     .label = "sms"},
    {.filter = "equals(messages.channel,'sms'),equals(archived,true)",
     .older_filter = "equals(archived,true)",
     .label = "sms"},
    {.filter = "equals(messages.channel,'mobile_push'),equals(archived,false)",
     .older_filter = "equals(archived,false)",
     .label = "mobile_push"},
    {.filter = "equals(messages.channel,'mobile_push'),equals(archived,true)",
     .older_filter = "equals(archived,true)",
     .label = "mobile_push"},
};

inline constexpr Attribute kFlowAttributes[] = {
    text<"name">, text<"status">, boolean<"archived">, timestamp<"created">, timestamp<"updated">, text<"trigger_type">,
};
inline constexpr Relationship kFlowRelationships[] = {
    {.name = "flow-actions", .type = "flow-action", .cardinality = Cardinality::many, .includable = true},
    {.name = "tags", .type = "tag", .cardinality = Cardinality::many, .includable = true},
};
// Without the filter the archived ones are left out.
inline constexpr Pass kFlowPasses[] = {
    {.filter = "equals(archived,false)"},
    {.filter = "equals(archived,true)"},
};

inline constexpr Attribute kFormAttributes[] = {
    text<"name">, text<"status">, boolean<"ab_test">, timestamp<"created_at">, timestamp<"updated_at">,
};
inline constexpr Relationship kFormRelationships[] = {
    {.name = "form-versions", .type = "form-version", .cardinality = Cardinality::many, .always_linked = true},
};
inline constexpr TimeField kFormTimes[] = {
    {.key = "updated", .name = "updated_at", .operators = kAnyBound, .sort = "updated_at"},
    {.key = "created", .name = "created_at", .operators = kAnyBound, .sort = "created_at", .immutable = true},
};

inline constexpr Attribute kImageAttributes[] = {
    text<"name">, text<"image_url">, text<"format">, integer<"size">, boolean<"hidden">, timestamp<"updated_at">,
};
inline constexpr TimeField kImageTimes[] = {
    {.key = "updated", .name = "updated_at", .operators = kAnyBound, .sort = "updated_at"},
};

inline constexpr Attribute kTemplateAttributes[] = {
    text<"name">, text<"editor_type">,  text<"html">,         text<"text">,
    text<"amp">,  timestamp<"created">, timestamp<"updated">, on_request(json<"definition">),
};

inline constexpr Attribute kUniversalContentAttributes[] = {
    text<"name">,         json<"definition">,        timestamp<"created">,
    timestamp<"updated">, text<"screenshot_status">, text<"screenshot_url">,
};

inline constexpr Source kMessagingRows[] = {
    {.name = "campaigns",
     .path = "/api/campaigns",
     .type = "campaign",
     .scope = "campaigns:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 100,
     .max_page_size = 100,
     .page_size_since = kPageSizeShown,
     .rate = kRateM,
     .attributes = kCampaignAttributes,
     .relationships = kCampaignRelationships,
     .time_fields = kCampaignTimes,
     .passes = kCampaignPasses,
     .label_column = "channel"},
    {.name = "flows",
     .path = "/api/flows",
     .type = "flow",
     .scope = "flows:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 50,
     .max_page_size = 50,
     .page_size_since = "2023-02-22",
     .rate = kRateS,
     .attributes = kFlowAttributes,
     .relationships = kFlowRelationships,
     .time_fields = kUpdatedCreated,
     .passes = kFlowPasses},
    {.name = "forms",
     .path = "/api/forms",
     .type = "form",
     .scope = "forms:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 20,
     .max_page_size = 100,
     .rate = kRateS,
     .attributes = kFormAttributes,
     .relationships = kFormRelationships,
     .time_fields = kFormTimes},
    {.name = "images",
     .path = "/api/images",
     .type = "image",
     .scope = "images:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 20,
     .max_page_size = 100,
     .rate = kRateM,
     .stable_sort = "id",
     .attributes = kImageAttributes,
     .time_fields = kImageTimes},
    {.name = "templates",
     .path = "/api/templates",
     .type = "template",
     .scope = "templates:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 10,
     .max_page_size = 10,
     .page_size_since = kPageSizeShown,
     .rate = kRateL,
     .attributes = kTemplateAttributes,
     .time_fields = kUpdatedCreated},
    {.name = "template_universal_content",
     .path = "/api/template-universal-content",
     .type = "template-universal-content",
     .scope = "templates:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 20,
     .max_page_size = 100,
     .rate = kRateL,
     .attributes = kUniversalContentAttributes,
     .time_fields = kUpdatedCreated},
};

}  // namespace klaviyo::catalogue
