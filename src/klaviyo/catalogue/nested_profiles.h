// Rows: below profiles and the jobs that import them.
#pragma once

#include "klaviyo/catalogue/audiences.h"
#include "klaviyo/catalogue/nested_audiences.h"
#include "klaviyo/catalogue/profiles.h"
#include "klaviyo/catalogue/vocabulary.h"

namespace klaviyo::catalogue {

inline constexpr Parent kBelowProfile{.source = "profiles", .column = "profile_id"};
inline constexpr Parent kBelowImportJob{.source = "profile_bulk_import_jobs", .column = "profile_bulk_import_job_id"};

inline constexpr auto kNestedAudienceRelationships = not_included(kAudienceRelationships);
inline constexpr Source kProfileLists{.name = "profile_lists",
                                      .path = "/api/profiles/{id}/lists",
                                      .type = "list",
                                      .scope = "lists:read profiles:read",
                                      .rate = kRateS,
                                      .attributes = kListAttributes,
                                      .relationships = kNestedAudienceRelationships,
                                      .parent = kBelowProfile};
inline constexpr Source kProfileSegments{.name = "profile_segments",
                                         .path = "/api/profiles/{id}/segments",
                                         .type = "segment",
                                         .scope = "profiles:read segments:read",
                                         .rate = kRateS,
                                         .attributes = kSegmentAttributes,
                                         .relationships = kNestedAudienceRelationships,
                                         .parent = kBelowProfile};

inline constexpr auto kNestedPushTokenRelationships = not_included(kPushTokenRelationships);
inline constexpr Source kProfilePushTokens{.name = "profile_push_tokens",
                                           .path = "/api/profiles/{id}/push-tokens",
                                           .type = "push-token",
                                           .scope = "profiles:read",
                                           .rate = kRateM,
                                           .attributes = kPushTokenAttributes,
                                           .relationships = kNestedPushTokenRelationships,
                                           .time_fields = kPushTokenTimes,
                                           .parent = kBelowProfile};

inline constexpr Attribute kConversationAttributes[] = {text<"channel">};
inline constexpr Relationship kConversationRelationships[] = {
    {.name = "profile", .type = "profile", .cardinality = Cardinality::one},
};
inline constexpr Source kProfileConversations{.name = "profile_conversations",
                                              .path = "/api/profiles/{id}/conversations",
                                              .type = "conversation",
                                              .scope = "conversations:read profiles:read",
                                              .rate = kRateS,
                                              .attributes = kConversationAttributes,
                                              .relationships = kConversationRelationships,
                                              .parent = kBelowProfile,
                                              .alias = "conversations"};

inline constexpr Source kImportJobLists{.name = "profile_bulk_import_job_lists",
                                        .path = "/api/profile-bulk-import-jobs/{id}/lists",
                                        .type = "list",
                                        .scope = "lists:read",
                                        .rate = kRateM,
                                        .attributes = kListAttributes,
                                        .relationships = kNestedAudienceRelationships,
                                        .parent = kBelowImportJob};
inline constexpr Source kImportJobProfiles{.name = "profile_bulk_import_job_profiles",
                                           .path = "/api/profile-bulk-import-jobs/{id}/profiles",
                                           .type = "profile",
                                           .scope = "profiles:read",
                                           .paging = Paging::cursor_and_size,
                                           .default_page_size = 20,
                                           .max_page_size = 100,
                                           .rate = kRateM,
                                           .attributes = kProfileAttributes,
                                           .relationships = kMemberRelationships,
                                           .parent = kBelowImportJob};

inline constexpr Attribute kImportErrorAttributes[] = {
    text<"code">, text<"title">, text<"detail">, text<"source.pointer">, json<"original_payload">,
};

inline constexpr Source kNestedProfileRows[] = {
    kProfileLists,
    ids_of(kProfileLists, "profile_list_ids", "/api/profiles/{id}/relationships/lists"),
    kProfileSegments,
    ids_of(kProfileSegments, "profile_segment_ids", "/api/profiles/{id}/relationships/segments"),
    kProfilePushTokens,
    ids_of(kProfilePushTokens, "profile_push_token_ids", "/api/profiles/{id}/relationships/push-tokens"),
    kProfileConversations,
    ids_of(kProfileConversations, "profile_conversation_ids", "/api/profiles/{id}/relationships/conversations"),
    kImportJobLists,
    ids_of(kImportJobLists, "profile_bulk_import_job_list_ids",
           "/api/profile-bulk-import-jobs/{id}/relationships/lists"),
    kImportJobProfiles,
    ids_of(kImportJobProfiles, "profile_bulk_import_job_profile_ids",
           "/api/profile-bulk-import-jobs/{id}/relationships/profiles"),
    {.name = "profile_bulk_import_job_errors",
     .path = "/api/profile-bulk-import-jobs/{id}/import-errors",
     .type = "import-error",
     .scope = "profiles:read",
     .paging = Paging::cursor_and_size,
     .default_page_size = 20,
     .max_page_size = 100,
     .rate = kRateM,
     .attributes = kImportErrorAttributes,
     .parent = kBelowImportJob,
     .alias = "import_errors"},
};

}  // namespace klaviyo::catalogue
