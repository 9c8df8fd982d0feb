// Rows: lists, segments, and the tags that group them and more.
#pragma once

#include "klaviyo/catalogue/vocabulary.h"

namespace klaviyo::catalogue {

inline constexpr Attribute kListAttributes[] = {
    text<"name">,
    timestamp<"created">,
    timestamp<"updated">,
    text<"opt_in_process">,
};

inline constexpr Attribute kSegmentAttributes[] = {
    text<"name">,         json<"definition">,       timestamp<"created">,  timestamp<"updated">,
    boolean<"is_active">, boolean<"is_processing">, boolean<"is_starred">,
};

inline constexpr Relationship kAudienceRelationships[] = {
    {.name = "profiles", .type = "profile", .cardinality = Cardinality::many},
    {.name = "tags", .type = "tag", .cardinality = Cardinality::many, .includable = true},
    {.name = "flow-triggers", .type = "flow", .cardinality = Cardinality::many, .includable = true},
};
// No upper bound, in any revision.
inline constexpr TimeField kAudienceTimes[] = {
    {.key = "updated", .name = "updated", .operators = kGreaterThan, .sort = "updated", .sort_since = "2024-05-15"},
    {.key = "created",
     .name = "created",
     .operators = kGreaterThan,
     .sort = "created",
     .sort_since = "2024-05-15",
     .immutable = true},
};

inline constexpr Attribute kTagAttributes[] = {text<"name">};
// The group's id comes only with the group.
inline constexpr Relationship kTagRelationships[] = {
    {.name = "tag-group",
     .type = "tag-group",
     .cardinality = Cardinality::one,
     .includable = true,
     .included_by_default = true},
    {.name = "lists", .type = "list", .cardinality = Cardinality::many},
    {.name = "segments", .type = "segment", .cardinality = Cardinality::many},
    {.name = "campaigns", .type = "campaign", .cardinality = Cardinality::many},
    {.name = "flows", .type = "flow", .cardinality = Cardinality::many},
};

inline constexpr Attribute kTagGroupAttributes[] = {
    text<"name">,
    boolean<"exclusive">,
    boolean<"default">,
};
inline constexpr Relationship kTagGroupRelationships[] = {
    {.name = "tags", .type = "tag", .cardinality = Cardinality::many},
};

inline constexpr Source kAudienceRows[] = {
    {.name = "lists",
     .path = "/api/lists",
     .type = "list",
     .scope = "lists:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 10,
     .max_page_size = 10,
     .page_size_since = kPageSizeShown,
     .rate = kRateL,
     .attributes = kListAttributes,
     .relationships = kAudienceRelationships,
     .time_fields = kAudienceTimes},
    {.name = "segments",
     .path = "/api/segments",
     .type = "segment",
     .scope = "segments:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 10,
     .max_page_size = 10,
     .page_size_since = kPageSizeShown,
     .rate = kRateL,
     .attributes = kSegmentAttributes,
     .relationships = kAudienceRelationships,
     .time_fields = kAudienceTimes},
    {.name = "tags",
     .path = "/api/tags",
     .type = "tag",
     .scope = "tags:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 50,
     .max_page_size = 50,
     .page_size_since = kPageSizeShown,
     .rate = kRateS,
     .stable_sort = "id",
     .attributes = kTagAttributes,
     .relationships = kTagRelationships},
    {.name = "tag_groups",
     .path = "/api/tag-groups",
     .type = "tag-group",
     .scope = "tags:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 25,
     .max_page_size = 25,
     .page_size_since = kPageSizeShown,
     .rate = kRateS,
     .stable_sort = "id",
     .attributes = kTagGroupAttributes,
     .relationships = kTagGroupRelationships},
};

}  // namespace klaviyo::catalogue
