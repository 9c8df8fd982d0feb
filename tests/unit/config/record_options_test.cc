// page_size, columns, include, additional_fields, filter, ids and skip_related_objects.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config_text.h"
#include "klaviyo/source_columns.h"

namespace klaviyo {
namespace {

using test::accepted;
using test::refusal;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(RecordOptions, PageSizeIsUpToTheSourcesMaximum) {
  EXPECT_EQ(accepted("profiles", "page_size: 100").page_size, 100);
  EXPECT_EQ(accepted("lists", "page_size: 1").page_size, 1);
  EXPECT_EQ(refusal("profiles", "page_size: 101"), "line 3: page_size: must be from 1 to 100 for profiles");
  EXPECT_EQ(refusal("lists", "page_size: 11"), "line 3: page_size: must be from 1 to 10 for lists");
  EXPECT_EQ(refusal("metrics", "page_size: 10"), "line 3: page_size: metrics has pages of a fixed size; leave it out");
}

TEST(RecordOptions, PageSizeThatTheRevisionDoesNotTakeIsAWarning) {
  EXPECT_THAT(accepted("events", "page_size: 500\nrevision_time: 2025-10-15").warnings,
              ElementsAre(HasSubstr("line 3: page_size: is not sent")));
}

TEST(RecordOptions, ColumnsAreNamesOrNamesWithTypes) {
  const Config config =
      accepted("lists", "columns: [name, {name: created, type: string}, {name: id}, {name: updated, type: }]");
  ASSERT_EQ(config.columns.size(), 4U);
  EXPECT_EQ(config.columns[0].name, "name");
  EXPECT_EQ(config.columns[0].type, std::nullopt);
  EXPECT_EQ(config.columns[1].name, "created");
  EXPECT_EQ(config.columns[1].type, ColumnType::utf8);
  EXPECT_EQ(config.columns[2].name, "id");
  EXPECT_EQ(config.columns[3].type, std::nullopt);
}

TEST(RecordOptions, ColumnTypesHaveEmbulksNames) {
  const Config config = accepted("profiles",
                                 "columns:\n- {name: id, type: string}\n- {name: email, type: long}\n"
                                 "- {name: phone_number, type: double}\n- {name: external_id, type: boolean}\n"
                                 "- {name: created, type: timestamp}\n- {name: properties, type: json}\n");
  ASSERT_EQ(config.columns.size(), 6U);
  const ColumnType types[] = {ColumnType::utf8,    ColumnType::int64,     ColumnType::float64,
                              ColumnType::boolean, ColumnType::timestamp, ColumnType::json};
  for (size_t i = 0; i < 6; ++i) EXPECT_EQ(config.columns[i].type, types[i]) << i;
}

TEST(RecordOptions, WrongColumnsAreNamedWithTheirLines) {
  EXPECT_EQ(refusal("lists",
                    "columns:\n"
                    "  - nme\n"
                    "  - {name: id, type: varchar}\n"
                    "  - {name: id2, typ: string}\n"
                    "  - {type: string}\n"
                    "  - [id]\n"
                    "  - ''\n"
                    "  - id\n"),
            "line 4: columns: 'nme' is no column of lists; did you mean 'name'?\n"
            "line 5: columns: 'varchar' is no type; the types are: string, long, double, boolean, timestamp, json\n"
            "line 6: columns: typ is no key of a column; did you mean 'type'?\n"
            "line 6: columns: 'id2' is no column of lists; did you mean 'id'?\n"
            "line 7: columns: a column without name; give {name: ..., type: ...}\n"
            "line 8: columns: a list where one value is needed\n"
            "line 9: columns: is empty; give a value or leave the key out\n"
            "line 10: columns: 'id' is named twice; leave one out");
  for (const std::string text : {"id", "[]", "{name: id}"}) {
    EXPECT_THAT(refusal("lists", "columns: " + text), HasSubstr("line 3: columns: must be a list")) << text;
  }
}

TEST(RecordOptions, EveryColumnOfEverySourceCanBeSelected) {
  for (const Source& source : sources()) {
    if (source.report != nullptr) continue;  // its groupings exclude one another
    std::string columns, include;
    for (const SourceColumn& column : source_columns(source)) {
      columns += "\n- " + column.name;
      if (!column.include.empty() && include.find(column.include) == std::string::npos) {
        include += "\n- " + std::string(column.include);
      }
    }
    std::string additional;
    for (const std::string_view name : additional_fields(source)) additional += "\n- " + std::string(name);
    accepted(source.name,
             "beta: true\ncolumns:" + columns + "\ninclude:" + include + "\nadditional_fields:" + additional);
  }
}

TEST(RecordOptions, ColumnsThatMustBeAskedForSaySo) {
  EXPECT_EQ(refusal("profiles", "columns: [id, predictive_analytics_historic_clv]"),
            "line 3: columns: 'predictive_analytics_historic_clv' comes only with additional_fields: "
            "[predictive_analytics]");
  EXPECT_EQ(refusal("events", "skip_related_objects: true\ncolumns: [id, metric_name]"),
            "line 4: columns: 'metric_name' is left out by skip_related_objects");
  EXPECT_EQ(refusal("events", "skip_related_objects: true\ncolumns: [id, metric_id, profile_id]"), "accepted");
  EXPECT_EQ(refusal("events", "columns: [id, metric_name, metric, profile_email]"), "accepted");
}

TEST(RecordOptions, IncludeTakesTheCataloguesNameOrTheRevisions) {
  EXPECT_THAT(accepted("campaigns", "include: [campaign-messages, tags]").include,
              ElementsAre("campaign-messages", "tags"));
  EXPECT_THAT(accepted("campaigns", "include: campaign_messages").include, ElementsAre("campaign-messages"));
  EXPECT_EQ(refusal("lists", "include:\n- tags\n- tag"),
            "line 5: include: 'tag' cannot be included with lists; did you mean 'tags'?");
  EXPECT_THAT(refusal("lists", "include: [tags, tags]"), HasSubstr("include: 'tags' is named twice"));
  EXPECT_THAT(refusal("forms", "include: tags"), HasSubstr("'tags' cannot be included with forms; nothing can"));
}

TEST(RecordOptions, AdditionalFieldsMustBeKnownToTheSource) {
  EXPECT_THAT(accepted("profiles", "additional_fields: [subscriptions, predictive_analytics]").additional_fields,
              ElementsAre("subscriptions", "predictive_analytics"));
  EXPECT_THAT(refusal("profiles", "additional_fields: subscription"),
              HasSubstr("line 3: additional_fields: 'subscription' is unknown to profiles; it has: "));
  EXPECT_THAT(refusal("lists", "additional_fields: subscriptions"), HasSubstr("is unknown to lists; it has: "));
}

TEST(RecordOptions, FiltersArePassedThrough) {
  EXPECT_THAT(accepted("profiles", "filter: \"equals(email,'a@b.example')\"").filters,
              ElementsAre("equals(email,'a@b.example')"));
  EXPECT_THAT(accepted("profiles", "filter:\n- equals(a,\"b\")\n- any(c,[\"d\",\"e\"])").filters,
              ElementsAre("equals(a,\"b\")", "any(c,[\"d\",\"e\"])"));
  EXPECT_THAT(refusal("profiles", "filter: \"a\\r\\nX: y\""), HasSubstr("line 3: filter: holds a line break"));
  EXPECT_THAT(refusal("profiles", "filter: |\n  equals(a,b)\n"), HasSubstr("line 3: filter: holds a line break"));
  EXPECT_THAT(refusal("profiles", "filter: {a: b}"), HasSubstr("line 3: filter: a map where one value is needed"));
}

TEST(RecordOptions, IdsAreForSourcesWithParents) {
  EXPECT_THAT(accepted("coupon_codes", "ids: [10OFF, 20OFF]").ids, ElementsAre("10OFF", "20OFF"));
  EXPECT_THAT(accepted("coupon_codes", "ids: 10OFF").ids, ElementsAre("10OFF"));
  EXPECT_THAT(accepted("list_profiles", "ids: Y6nRLr").ids, ElementsAre("Y6nRLr"));
  EXPECT_EQ(refusal("lists", "ids: [a]"),
            "line 3: ids: is for sources with a parent, such as list_profiles, only; leave it out for lists");
}

TEST(RecordOptions, SkipRelatedObjectsIsForEvents) {
  EXPECT_TRUE(accepted("events", "skip_related_objects: true").skip_related_objects);
  EXPECT_THAT(accepted("lists", "skip_related_objects: false").warnings, IsEmpty());
  EXPECT_THAT(accepted("lists", "skip_related_objects: true").warnings,
              ElementsAre("line 3: skip_related_objects: is for events only; it changes nothing here"));
}

}  // namespace
}  // namespace klaviyo
