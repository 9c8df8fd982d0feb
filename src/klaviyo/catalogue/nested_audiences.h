// Rows: below lists, segments, tags and tag groups.
#pragma once

#include "klaviyo/catalogue/audiences.h"
#include "klaviyo/catalogue/messaging.h"
#include "klaviyo/catalogue/profiles.h"
#include "klaviyo/catalogue/vocabulary.h"

namespace klaviyo::catalogue {

inline constexpr Parent kBelowList{.source = "lists", .column = "list_id"};
inline constexpr Parent kBelowSegment{.source = "segments", .column = "segment_id"};
inline constexpr Parent kBelowTag{.source = "tags", .column = "tag_id"};
inline constexpr Parent kBelowTagGroup{.source = "tag_groups", .column = "tag_group_id"};

// A profile has this time in each of its lists and segments.
inline constexpr Attribute kMembershipTime[] = {timestamp<"joined_group_at">};
inline constexpr auto kMemberAttributes = with(kProfileAttributes, kMembershipTime);
inline constexpr Relationship kMemberRelationships[] = {
    {.name = "lists", .type = "list", .cardinality = Cardinality::many},
    {.name = "segments", .type = "segment", .cardinality = Cardinality::many},
    {.name = "push-tokens", .type = "push-token", .cardinality = Cardinality::many},
};
inline constexpr TimeField kMemberTimes[] = {
    {.key = "joined_group_at",
     .name = "joined_group_at",
     .operators = kAnyBound,
     .sort = "joined_group_at",
     .sort_since = "2023-09-15",
     .immutable = true},
};

consteval Source members(Parent parent, std::string_view name, std::string_view path, std::string_view scope,
                         std::span<const RateVariant> rate_variants) {
  return {.name = name,
          .path = path,
          .type = "profile",
          .scope = scope,
          .paging = Paging::cursor_and_size,
          .default_page_size = 20,
          .max_page_size = 100,
          .rate = kRateL,
          .rate_variants = rate_variants,
          .attributes = kMemberAttributes,
          .relationships = kMemberRelationships,
          .time_fields = kMemberTimes,
          .parent = parent};
}
inline constexpr Source kListProfiles =
    members(kBelowList, "list_profiles", "/api/lists/{id}/profiles", "lists:read profiles:read", kProfileRateVariants);
inline constexpr Source kSegmentProfiles =
    members(kBelowSegment, "segment_profiles", "/api/segments/{id}/profiles", "profiles:read segments:read", {});

inline constexpr auto kNestedTagRelationships = not_included(kTagRelationships);
consteval Source tags_of(Parent parent, std::string_view name, std::string_view path, std::string_view scope) {
  return {.name = name,
          .path = path,
          .type = "tag",
          .scope = scope,
          .rate = kRateS,
          .attributes = kTagAttributes,
          .relationships = kNestedTagRelationships,
          .parent = parent};
}
inline constexpr Source kListTags = tags_of(kBelowList, "list_tags", "/api/lists/{id}/tags", "lists:read tags:read");
inline constexpr Source kSegmentTags =
    tags_of(kBelowSegment, "segment_tags", "/api/segments/{id}/tags", "segments:read tags:read");
inline constexpr Source kTagGroupTags =
    tags_of(kBelowTagGroup, "tag_group_tags", "/api/tag-groups/{id}/tags", "tags:read");

inline constexpr auto kTriggeredFlowRelationships = not_included(kFlowRelationships);
consteval Source flows_triggered_by(Parent parent, std::string_view name, std::string_view path, std::string_view scope,
                                    RateClass rate) {
  return {.name = name,
          .path = path,
          .type = "flow",
          .scope = scope,
          .rate = rate,
          .attributes = kFlowAttributes,
          .relationships = kTriggeredFlowRelationships,
          .parent = parent};
}
inline constexpr Source kListFlowTriggers = flows_triggered_by(
    kBelowList, "list_flow_triggers", "/api/lists/{id}/flow-triggers", "flows:read lists:read", kRateS);
inline constexpr Source kSegmentFlowTriggers = flows_triggered_by(
    kBelowSegment, "segment_flow_triggers", "/api/segments/{id}/flow-triggers", "flows:read segments:read", kRateS);

// What a tag is on is told by id alone.
consteval Source tagged(std::string_view name, std::string_view path, std::string_view type, std::string_view scope) {
  return {.name = name, .path = path, .type = type, .scope = scope, .rate = kRateS, .parent = kBelowTag};
}

inline constexpr Source kNestedAudienceRows[] = {
    kListProfiles,
    ids_of(kListProfiles, "list_profile_ids", "/api/lists/{id}/relationships/profiles", "joined_group_at"),
    kListTags,
    ids_of(kListTags, "list_tag_ids", "/api/lists/{id}/relationships/tags"),
    kListFlowTriggers,
    ids_of(kListFlowTriggers, "list_flow_trigger_ids", "/api/lists/{id}/relationships/flow-triggers"),
    kSegmentProfiles,
    ids_of(kSegmentProfiles, "segment_profile_ids", "/api/segments/{id}/relationships/profiles", "joined_group_at"),
    kSegmentTags,
    ids_of(kSegmentTags, "segment_tag_ids", "/api/segments/{id}/relationships/tags"),
    kSegmentFlowTriggers,
    ids_of(kSegmentFlowTriggers, "segment_flow_trigger_ids", "/api/segments/{id}/relationships/flow-triggers"),
    tagged("tag_campaigns", "/api/tags/{id}/relationships/campaigns", "campaign", "campaigns:read tags:read"),
    tagged("tag_flows", "/api/tags/{id}/relationships/flows", "flow", "flows:read tags:read"),
    tagged("tag_lists", "/api/tags/{id}/relationships/lists", "list", "lists:read tags:read"),
    tagged("tag_segments", "/api/tags/{id}/relationships/segments", "segment", "segments:read tags:read"),
    kTagGroupTags,
    ids_of(kTagGroupTags, "tag_group_tag_ids", "/api/tag-groups/{id}/relationships/tags"),
};

}  // namespace klaviyo::catalogue
