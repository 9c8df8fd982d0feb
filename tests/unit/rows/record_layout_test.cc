#include "klaviyo/record_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cells.h"

namespace klaviyo {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

std::vector<std::string> names_of(const std::vector<Column>& columns) {
  std::vector<std::string> names;
  for (const Column& column : columns) names.push_back(column.name);
  return names;
}

std::vector<std::string> names_of(const Config& config) { return names_of(make_layout(config).columns); }

TEST(RecordLayout, OrdersColumns) {
  EXPECT_THAT(
      names_of(config_of(event_source())),
      ElementsAre("id", "datetime", "timestamp", "value", "open", "name", "event_properties", "location_city",
                  "location_geo_lat", "metric_id", "profile_id", "metric_name", "metric", "profile_email",
                  "profile_age", "profile_created", "profile_vip", "profile_location_city", "additional_attributes"));
}

TEST(RecordLayout, LeavesJoinedColumnsOutWithoutRelatedObjects) {
  Config config = config_of(event_source());
  config.skip_related_objects = true;
  EXPECT_FALSE(make_layout(config).joins());
  EXPECT_THAT(names_of(config), Not(Contains("metric_name")));
  EXPECT_THAT(names_of(config), Contains("metric_id"));
}

TEST(RecordLayout, HasWhatIsAskedForBesides) {
  Config config = config_of(event_source());
  config.additional_fields = {"forecast"};
  config.include = {"campaign-messages"};
  const RecordLayout layout = make_layout(config);
  EXPECT_THAT(names_of(layout.columns), Contains("forecast"));
  const int column = layout.relationships[2].id_column;
  ASSERT_GE(column, 0);
  EXPECT_EQ(layout.columns[static_cast<size_t>(column)].type, ColumnType::json);
  EXPECT_EQ(layout.columns[static_cast<size_t>(column)].origin, Origin::linked_ids);
}

TEST(RecordLayout, AllColumnsAreThoseOfALayoutWithoutSelection) {
  EXPECT_EQ(names_of(all_columns(event_source(), false, {}, {})), names_of(config_of(event_source())));
  Config config = config_of(event_source());
  config.skip_related_objects = true;
  config.additional_fields = {"forecast"};
  config.include = {"campaign-messages"};
  EXPECT_EQ(names_of(all_columns(event_source(), true, {"forecast"}, {"campaign-messages"})), names_of(config));
}

TEST(RecordLayout, EveryColumnOfTheCatalogueHasAPlaceOfItsOwn) {
  for (const Source& source : sources()) {
    if (source.report != nullptr) continue;  // their columns are chosen by options
    std::vector<std::string> everything;
    for (const Attribute& attribute : source.attributes) everything.emplace_back(attribute.additional);
    std::vector<std::string> include;
    for (const Relationship& relationship : source.relationships) include.emplace_back(relationship.name);
    std::vector<std::string> names = names_of(all_columns(source, false, everything, include));
    std::ranges::sort(names);
    EXPECT_EQ(std::ranges::adjacent_find(names), names.end()) << source.name;
    const size_t parts = 2 + source.attributes.size() + source.joined.size() + !source.label_column.empty();
    EXPECT_GE(names.size(), parts) << source.name << ": two parts have the same name";
  }
}

TEST(RecordLayout, SelectionGivesOrderAndTypes) {
  Config config = config_of(event_source());
  config.columns = {{"name", std::nullopt}, {"timestamp", ColumnType::utf8}, {"id", std::nullopt}};
  const RecordLayout layout = make_layout(config);
  EXPECT_THAT(names_of(layout.columns), ElementsAre("name", "timestamp", "id"));
  EXPECT_EQ(layout.columns[1].type, ColumnType::utf8);
  EXPECT_EQ(layout.columns[1].natural, ColumnType::int64);
  EXPECT_EQ(layout.id_column, 2);
  EXPECT_EQ(layout.additional_column, -1);
  EXPECT_FALSE(layout.joins()) << "nothing that is joined was selected";
}

TEST(RecordLayout, AdditionalAttributesStayText) {
  Config config = config_of(event_source());
  config.columns = {{"id", std::nullopt}, {"additional_attributes", ColumnType::int64}};
  EXPECT_EQ(make_layout(config).columns[1].type, ColumnType::json);
  config.columns[1].type = ColumnType::utf8;
  EXPECT_EQ(make_layout(config).columns[1].type, ColumnType::utf8);
}

TEST(RecordLayout, KnowsWhatIsNotSelected) {
  Config config = config_of(event_source());
  config.columns = {{"id", std::nullopt}};
  const RecordLayout layout = make_layout(config);
  size_t hint = 0;
  const FieldNode* name = layout.attributes.find("name", hint);
  ASSERT_NE(name, nullptr);
  EXPECT_EQ(name->column, -1);
  const FieldNode* time = layout.attributes.find("datetime", hint);
  ASSERT_NE(time, nullptr);
  EXPECT_TRUE(time->is_time);
}

TEST(RecordLayout, FindsKeysFromAnyHint) {
  const RecordLayout layout = make_layout(config_of(event_source()));
  for (size_t start = 0; start < 20; ++start) {
    for (const FieldNode& child : layout.attributes.children) {
      size_t hint = start;
      EXPECT_EQ(layout.attributes.find(child.key, hint), &child);
    }
    size_t hint = start;
    EXPECT_EQ(layout.attributes.find("nothing", hint), nullptr);
    EXPECT_EQ(layout.find_relationship("nothing", hint), -1);
    EXPECT_EQ(layout.find_relationship("profiles", hint), 1);
  }
}

TEST(RecordLayout, KnowsRelationshipsByAllTheirSpellings) {
  Config config = config_of(event_source());
  config.include = {"campaign-messages"};
  const RecordLayout layout = make_layout(config);
  EXPECT_THAT(layout.relationships[0].names, ElementsAre("metric", "metrics"));
  EXPECT_THAT(layout.relationships[2].names, ElementsAre("campaign-messages", "campaign_messages"));
}

TEST(RecordLayout, APluralThatIsAnotherRelationshipIsNotTaken) {
  static constexpr Relationship kBoth[] = {
      {.name = "tag", .type = "tag", .cardinality = Cardinality::one, .always_linked = true},
      {.name = "tags", .type = "tag", .cardinality = Cardinality::many, .always_linked = true}};
  const Source source{.name = "s", .path = "/s", .type = "s", .scope = "", .relationships = kBoth};
  const RecordLayout layout = make_layout(config_of(source));
  EXPECT_THAT(layout.relationships[0].names, ElementsAre("tag"));
}

}  // namespace
}  // namespace klaviyo
