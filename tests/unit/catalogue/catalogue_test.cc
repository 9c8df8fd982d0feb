// What holds for every row of the source catalogue, whatever its facts are.
#include "klaviyo/catalogue.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace klaviyo {
namespace {

using ::testing::ElementsAre;
using ::testing::IsSupersetOf;
using ::testing::StartsWith;

std::string replaced(std::string_view text, char from, char to) {
  std::string result(text);
  std::replace(result.begin(), result.end(), from, to);
  return result;
}

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

const Source& row(std::string_view name) {
  const Source* source = find_source(name);
  if (source == nullptr) ADD_FAILURE() << "no source " << name;
  return source == nullptr ? sources().front() : *source;
}

// Whether an attribute is a value out of a JSON one.
bool is_taken_out(const Source& source, const Attribute& attribute) {
  return std::any_of(source.attributes.begin(), source.attributes.end(), [&](const Attribute& holder) {
    return holder.type == ColumnType::json && attribute.path.starts_with(std::string(holder.path) + ".");
  });
}

std::vector<std::string> paths_of(const Source& source) {
  std::vector<std::string> paths;
  for (const Attribute& attribute : source.attributes) {
    if (!is_taken_out(source, attribute)) paths.emplace_back(attribute.path);
  }
  return paths;
}

bool is_nested(const Source& source) { return source.path.find("{id}") != std::string_view::npos; }

// Every column that a source can have under any configuration.
std::vector<std::string> columns_of(const Source& source) {
  std::vector<std::string> names{"id", "additional_attributes", "time"};
  if (is_nested(source)) names = {"id", "additional_attributes", std::string(source.parent.column)};
  for (const Attribute& attribute : source.attributes) names.emplace_back(attribute.name);
  for (const JoinedAttribute& joined : source.joined) names.emplace_back(joined.name);
  for (const Relationship& relationship : source.relationships) {
    const std::string name = replaced(relationship.name, '-', '_');
    if (is_nested(source) && name + "_id" == source.parent.column) continue;
    names.push_back(name + (relationship.cardinality == Cardinality::one ? "_id" : "_ids"));
    if (relationship.cardinality == Cardinality::many) names.push_back(name);
  }
  if (!source.label_column.empty()) names.emplace_back(source.label_column);
  return names;
}

// A source of its own of some of another one's rows.
bool is_selection(const Source& source) {
  return std::any_of(source.time_fields.begin(), source.time_fields.end(),
                     [](const TimeField& field) { return field.filter_only; });
}

TEST(Catalogue, HasARowForEveryCollection) {
  std::map<std::string_view, int> rows;
  for (const Source& source : sources()) {
    ++rows[source.report != nullptr ? "reports"
           : source.beta            ? "beta"
           : is_selection(source)   ? "selections"
           : is_nested(source)      ? "nested"
                                    : "collections"];
  }
  EXPECT_EQ(rows, (std::map<std::string_view, int>{
                      {"collections", 42}, {"nested", 67 + 1}, {"selections", 1}, {"beta", 25}, {"reports", 8}}));
}

TEST(Catalogue, BetaRowsHoldTheirAttributesWhole) {
  for (const Source& source : sources()) {
    const bool whole = !source.attributes.empty() && source.attributes.front().path.empty();
    EXPECT_EQ(whole, source.beta && source.path.find("/relationships/") == std::string_view::npos) << source.name;
  }
}

TEST(Catalogue, IsInOrderOfNames) {
  EXPECT_TRUE(std::is_sorted(sources().begin(), sources().end(),
                             [](const Source& a, const Source& b) { return a.name < b.name; }));
}

TEST(Catalogue, EverySourceIsFoundInAllSpellings) {
  for (const Source& source : sources()) {
    SCOPED_TRACE(source.name);
    EXPECT_EQ(find_source(source.name), &source);
    EXPECT_EQ(find_source(replaced(source.name, '_', '-')), &source);
    EXPECT_EQ(find_source(upper(source.name)), &source);
    if (!source.alias.empty()) {
      EXPECT_EQ(find_source(source.alias), &source);
    }
    if (source.beta || is_nested(source) || is_selection(source)) continue;
    EXPECT_EQ(find_source(source.type), &source);
    EXPECT_EQ(find_source(replaced(source.type, '-', '_')), &source);
    EXPECT_EQ(find_source(upper(source.type)), &source);
  }
}

TEST(Catalogue, NestedSourcesAreFoundInTheSingularToo) {
  EXPECT_EQ(find_source("list-profile"), &row("list_profiles"));
  EXPECT_EQ(find_source("catalog_item_category"), &row("catalog_item_categories"));
  EXPECT_EQ(find_source("Metric-Property"), &row("metric_properties"));
  EXPECT_EQ(find_source("flow_message"), &row("flow_action_messages"));
}

TEST(Catalogue, UnknownNamesAreNotFound) {
  for (const char* name : {"", "event ", "eventss", "_", "catalog", "catalog-items-", "profiles\n"}) {
    EXPECT_EQ(find_source(name), nullptr) << name;
  }
}

TEST(Catalogue, NamesFollowPathsAndNothingIsTwice) {
  std::set<std::string_view> names;
  std::set<std::string_view> types;
  for (const Source& source : sources()) {
    SCOPED_TRACE(source.name);
    EXPECT_TRUE(names.insert(source.name).second);
    if (!source.alias.empty()) {
      EXPECT_TRUE(names.insert(source.alias).second);
    }
    if (source.beta || is_nested(source) || is_selection(source)) continue;
    const std::string plural = source.name.ends_with("_report") ? "s" : "";
    EXPECT_EQ(std::string(source.path), "/api/" + replaced(source.name, '_', '-') + plural);
    EXPECT_TRUE(types.insert(source.type).second);
    EXPECT_THAT(std::string(source.scope), ::testing::EndsWith(":read"));
  }
}

TEST(Catalogue, NoSourceHasAColumnTwice) {
  for (const Source& source : sources()) {
    std::set<std::string> seen;
    for (const std::string& name : columns_of(source)) {
      EXPECT_TRUE(seen.insert(name).second) << source.name << ": " << name;
    }
  }
}

TEST(Catalogue, ColumnNamesArePathsWithUnderscores) {
  for (const Source& source : sources()) {
    if (source.report != nullptr) continue;  // groupings have blanks and capitals
    for (const Attribute& attribute : source.attributes) {
      if (source.beta) continue;
      EXPECT_FALSE(attribute.path.empty()) << source.name;
      if (is_taken_out(source, attribute)) continue;
      EXPECT_EQ(attribute.name, replaced(attribute.path, '.', '_')) << source.name;
    }
  }
}

// A value is either one column or is taken apart; a column below another column would never be filled.
TEST(Catalogue, NoColumnLiesBelowAnother) {
  for (const Source& source : sources()) {
    const std::vector<std::string> paths = paths_of(source);
    if (source.beta) continue;
    for (const std::string& outer : paths) {
      for (const std::string& inner : paths) {
        EXPECT_FALSE(inner.starts_with(outer + ".")) << source.name << ": " << inner;
      }
    }
  }
}

TEST(Catalogue, AttributesOnRequestAreAskedForByTheirFirstKey) {
  std::set<std::string> requested;
  for (const Source& source : sources()) {
    for (const Attribute& attribute : source.attributes) {
      if (attribute.additional.empty()) continue;
      requested.insert(std::string(source.name) + "." + std::string(attribute.additional));
      EXPECT_EQ(attribute.additional, attribute.path.substr(0, attribute.path.find('.')));
    }
  }
  EXPECT_THAT(requested,
              ElementsAre("global_exclusions.predictive_analytics", "global_exclusions.subscriptions",
                          "list_profiles.predictive_analytics", "list_profiles.subscriptions",
                          "metric_properties.sample_values", "profile_bulk_import_job_profiles.predictive_analytics",
                          "profile_bulk_import_job_profiles.subscriptions", "profiles.predictive_analytics",
                          "profiles.subscriptions", "segment_profiles.predictive_analytics",
                          "segment_profiles.subscriptions", "templates.definition"));
}

TEST(Catalogue, PageSizesFitThePaging) {
  for (const Source& source : sources()) {
    SCOPED_TRACE(source.name);
    EXPECT_EQ(source.max_page_size > 0, source.paging == Paging::cursor_and_size);
    if (source.paging == Paging::none) {
      EXPECT_EQ(source.default_page_size, 0);
    }
    if (source.max_page_size > 0) {
      EXPECT_LE(source.default_page_size, source.max_page_size);
    }
    if (!source.page_size_since.empty()) {
      EXPECT_GT(source.max_page_size, 0);
    }
  }
}

TEST(Catalogue, EverySourceHasARate) {
  for (const Source& source : sources()) {
    EXPECT_GT(source.rate.per_second, 0) << source.name;
    EXPECT_GE(source.rate.per_minute, source.rate.per_second) << source.name;
    for (const RateVariant& variant : source.rate_variants) {
      EXPECT_LE(variant.rate.per_minute, source.rate.per_minute) << source.name;
    }
  }
}

TEST(TimeFields, AreTimestampColumnsOfTheSource) {
  for (const Source& source : sources()) {
    std::set<std::string_view> keys;
    for (const TimeField& field : source.time_fields) {
      SCOPED_TRACE(std::string(source.name) + "." + std::string(field.name));
      EXPECT_TRUE(keys.insert(field.key).second);
      EXPECT_TRUE(source.beta || field.filter_only ||
                  std::any_of(source.attributes.begin(), source.attributes.end(), [&](const Attribute& attribute) {
                    return attribute.path == field.name && attribute.type == ColumnType::timestamp &&
                           attribute.additional.empty();
                  }));
      EXPECT_EQ(source.find_time_field(field.key), &field);
      EXPECT_EQ(source.find_time_field(field.name), &field);
    }
    EXPECT_EQ(source.find_time_field("modified"), nullptr);
  }
}

TEST(TimeFields, DefaultIsUpdatedWhereThereIsOne) {
  for (const Source& source : sources()) {
    if (source.find_time_field("updated") != nullptr) {
      EXPECT_EQ(source.time_fields.front().key, "updated") << source.name;
    }
  }
  EXPECT_EQ(row("events").time_fields.front().key, "datetime");
  EXPECT_EQ(row("push_tokens").time_fields.front().key, "created");
}

TEST(TimeFields, OnlyTimesOfCreationEventsAndJoiningNeverMove) {
  const std::set<std::string_view> immutable = {"created", "datetime", "joined_group_at", "timestamp"};
  for (const Source& source : sources()) {
    for (const TimeField& field : source.time_fields) {
      EXPECT_EQ(field.immutable, immutable.contains(field.key)) << source.name << " " << field.key;
    }
  }
}

TEST(TimeFields, SortOnlySinceTheRevisionThatBroughtIt) {
  const std::map<std::string_view, std::string_view> since = {{"lists", "2024-05-15"},
                                                              {"segments", "2024-05-15"},
                                                              {"list_profiles", "2023-09-15"},
                                                              {"segment_profiles", "2023-09-15"},
                                                              {"global_exclusions", "2023-10-15"}};
  for (const Source& source : sources()) {
    for (const TimeField& field : source.time_fields) {
      EXPECT_EQ(field.sort_since, since.contains(source.name) ? since.at(source.name) : "") << source.name;
    }
  }
}

TEST(TimeFields, SuppressionJobsSortUnderAnotherName) {
  const TimeField& created = row("profile_suppression_bulk_create_jobs").time_fields.front();
  EXPECT_EQ(created.name, "created_at");
  EXPECT_EQ(created.sort, "created");
}

TEST(TimeFields, ExpiryOfCouponCodesIsNone) { EXPECT_TRUE(row("coupon_codes").time_fields.empty()); }

TEST(Relationships, AreFoundInBothSpellings) {
  const Source& campaigns = row("campaigns");
  const Relationship* messages = campaigns.find_relationship("campaign-messages");
  ASSERT_NE(messages, nullptr);
  EXPECT_EQ(campaigns.find_relationship("campaign_messages"), messages);
  EXPECT_EQ(campaigns.find_relationship("campaign-message"), nullptr);
}

TEST(Relationships, AlwaysLinkedAreThoseThatTheServiceFills) {
  std::set<std::string> linked;
  for (const Source& source : sources()) {
    for (const Relationship& relationship : source.relationships) {
      if (relationship.always_linked) linked.insert(std::string(source.type) + "." + std::string(relationship.name));
    }
  }
  EXPECT_THAT(linked, ElementsAre("campaign.campaign-messages", "event.metric", "event.profile", "form.form-versions"));
}

TEST(Relationships, IncludedByDefaultAreToOneAndIncludable) {
  for (const Source& source : sources()) {
    for (const Relationship& relationship : source.relationships) {
      if (!relationship.included_by_default) continue;
      EXPECT_TRUE(relationship.includable) << source.name;
      EXPECT_EQ(relationship.cardinality, Cardinality::one) << source.name;
    }
  }
}

TEST(Relationships, IncludeNamesFollowTheRevision) {
  const Source& events = row("events");
  const Relationship& metric = *events.find_relationship("metric");
  const Relationship& profile = *events.find_relationship("profile");
  EXPECT_EQ(include_name(events, metric, "2023-06-15"), "metrics");
  EXPECT_EQ(include_name(events, profile, "2022-10-17"), "profiles");
  EXPECT_EQ(include_name(events, metric, "2023-07-15"), "metric");
  EXPECT_EQ(include_name(events, profile, "2026-07-15.pre"), "profile");
  EXPECT_EQ(include_name(events, *events.find_relationship("attributions"), "2022-10-17"), "attributions");

  const Source& profiles = row("profiles");
  const Relationship& conversations = *profiles.find_relationship("conversations");
  EXPECT_EQ(include_name(profiles, conversations, "2026-04-15"), "conversation");
  EXPECT_EQ(include_name(profiles, conversations, "2026-07-15"), "conversations");
}

TEST(Joined, ComesFromRelationshipsThatAreIncludedByDefault) {
  for (const Source& source : sources()) {
    for (const JoinedAttribute& joined : source.joined) {
      SCOPED_TRACE(joined.name);
      const Relationship* relationship = source.find_relationship(joined.relationship);
      ASSERT_NE(relationship, nullptr);
      EXPECT_TRUE(relationship->included_by_default);
      EXPECT_THAT(std::string(joined.name), StartsWith(std::string(joined.relationship)));
      if (joined.path.empty()) {
        EXPECT_EQ(joined.name, joined.relationship);
        EXPECT_EQ(joined.type, ColumnType::json);
      }
    }
  }
}

TEST(Joined, EventsHaveEveryAttributeOfTheirMetricAndProfile) {
  std::map<std::string, ColumnType> expected;
  for (const char* relationship : {"metric", "profile"}) {
    expected[relationship] = ColumnType::json;
    for (const Attribute& attribute : row(relationship).attributes) {
      if (!attribute.additional.empty()) continue;
      expected[std::string(relationship) + "_" + std::string(attribute.name)] = attribute.type;
    }
  }
  std::map<std::string, ColumnType> actual;
  for (const JoinedAttribute& joined : row("events").joined) actual[std::string(joined.name)] = joined.type;
  EXPECT_EQ(actual, expected);
}

TEST(Joined, PathsStartBelowTheRelatedResource) {
  std::map<std::string_view, std::string_view> paths;
  for (const JoinedAttribute& joined : row("events").joined) paths[joined.name] = joined.path;
  EXPECT_EQ(paths.at("metric_name"), "name");
  EXPECT_EQ(paths.at("profile_location_city"), "location.city");
  EXPECT_EQ(paths.at("profile"), "");
}

TEST(Passes, OfCampaignsCoverEveryChannelLiveAndArchived) {
  const Source& campaigns = row("campaigns");
  EXPECT_EQ(campaigns.label_column, "channel");
  std::set<std::string_view> filters;
  std::map<std::string_view, std::set<std::string_view>> older_by_label;
  for (const Pass& pass : campaigns.passes) {
    filters.insert(pass.filter);
    older_by_label[pass.label].insert(pass.older_filter);
    EXPECT_EQ(std::string(pass.filter),
              "equals(messages.channel,'" + std::string(pass.label) + "')," + std::string(pass.older_filter));
  }
  EXPECT_EQ(filters.size(), 6U);
  const std::set<std::string_view> live_and_archived{"equals(archived,false)", "equals(archived,true)"};
  EXPECT_EQ(older_by_label,
            (std::map<std::string_view, std::set<std::string_view>>{
                {"email", live_and_archived}, {"sms", live_and_archived}, {"mobile_push", live_and_archived}}));
  EXPECT_EQ(campaigns.passes.front().label, "email");  // the only channel of the revisions that need the older filter
}

TEST(Passes, OfFlowsReadTheArchivedOnesToo) {
  std::vector<std::string> filters;
  for (const Pass& pass : row("flows").passes) {
    filters.emplace_back(pass.filter);
    EXPECT_TRUE(pass.older_filter.empty());
  }
  EXPECT_THAT(filters, ElementsAre("equals(archived,false)", "equals(archived,true)"));
}

TEST(Parents, AreSourcesAndNestedPathsLieBelowTheirs) {
  for (const Source& source : sources()) {
    SCOPED_TRACE(source.name);
    EXPECT_EQ(source.has_parent(), is_nested(source) || source.name == "coupon_codes");
    if (!is_nested(source)) continue;
    const std::vector<const Source*> parents = parents_of(source);
    ASSERT_FALSE(parents.empty());
    ASSERT_NE(parents.front(), nullptr) << source.parent.source;
    EXPECT_FALSE(parents.back()->has_parent());
    EXPECT_TRUE(source.passes.empty());
    EXPECT_EQ(source.parent.batch, 1);
    if (source.is_about_parent()) continue;
    const std::string segment = replaced(parents.front()->type, '-', '_');
    EXPECT_EQ(std::string(source.parent.column), segment + "_id");
    const std::string_view name = source.name;
    EXPECT_TRUE(name.starts_with(segment + "_")) << "<parent>_<children>";
  }
}

TEST(Parents, OfFlowMessagesAreActionsAndFlows) {
  EXPECT_THAT(parents_of(row("flow_messages")), ElementsAre(&row("flow_actions"), &row("flows")));
  EXPECT_THAT(parents_of(row("events")), ElementsAre());
}

TEST(Parents, OfCouponCodesAreAskedForInBatches) {
  const Parent& parent = row("coupon_codes").parent;
  EXPECT_EQ(find_source(parent.source), &row("coupons"));
  EXPECT_EQ(parent.filter_field, "coupon.id");
  EXPECT_GT(parent.batch, 1);
  EXPECT_EQ(parent.column, "") << "a code is in one coupon alone";
}

TEST(Parents, IdsAloneHaveTheirPathsBelowRelationshipsAndNoColumnsElse) {
  for (const Source& source : sources()) {
    if (source.path.find("/relationships/") == std::string_view::npos) continue;
    EXPECT_TRUE(source.attributes.empty() && source.relationships.empty() && source.time_fields.empty()) << source.name;
  }
}

TEST(Columns, KnownObjectsAreFlatAndFreeOnesStayJson) {
  EXPECT_THAT(paths_of(row("accounts")), IsSupersetOf({"contact_information.street_address.city", "timezone"}));
  EXPECT_THAT(paths_of(row("profiles")),
              IsSupersetOf({"location.city", "properties", "subscriptions.email.marketing.consent",
                            "predictive_analytics.ranked_channel_affinity"}));
  EXPECT_THAT(paths_of(row("campaigns")), IsSupersetOf({"audiences", "send_options", "send_strategy"}));
  EXPECT_THAT(paths_of(row("events")), ElementsAre("datetime", "timestamp", "uuid", "event_properties"));
  EXPECT_THAT(paths_of(row("lists")), ElementsAre("name", "created", "updated", "opt_in_process"));
}

TEST(Columns, TypesHaveTheNamesOfEmbulk) {
  EXPECT_EQ(type_name(ColumnType::utf8), "string");
  EXPECT_EQ(type_name(ColumnType::int64), "long");
  EXPECT_EQ(type_name(ColumnType::float64), "double");
  EXPECT_EQ(type_name(ColumnType::boolean), "boolean");
  EXPECT_EQ(type_name(ColumnType::timestamp), "timestamp");
  EXPECT_EQ(type_name(ColumnType::json), "json");
}

}  // namespace
}  // namespace klaviyo
