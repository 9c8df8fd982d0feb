#include "klaviyo/json_path.h"

#include <gtest/gtest.h>

#include "config_text.h"

namespace klaviyo {
namespace {

using test::accepted;
using test::refusal;

/// `column|step|step`, an index as [n]; or "malformed".
std::string parsed(const std::string& text) {
  const auto path = parse_json_path(text);
  if (!path) return "malformed";
  std::string shown = path->column;
  for (const JsonStep& step : path->steps) {
    shown += '|' + step.key + (step.index ? "[" + std::to_string(*step.index) + "]" : "");
  }
  return shown;
}

TEST(JsonPath, PartsAreSeparatedByDots) {
  EXPECT_EQ(parsed("event_properties.$value"), "event_properties|$value");
  EXPECT_EQ(parsed("profile.attributes.location.city"), "profile|attributes|location|city");
  EXPECT_EQ(parsed("event_properties.first name.日本"), "event_properties|first name|日本");
}

TEST(JsonPath, QuotesAndBackslashesKeepDotsInNames) {
  EXPECT_EQ(parsed(R"(p."a.b".c)"), "p|a.b|c");
  EXPECT_EQ(parsed(R"(p.a\.b.c)"), "p|a.b|c");
  EXPECT_EQ(parsed(R"(p."say \"hi\" \\ there")"), R"(p|say "hi" \ there)");
  EXPECT_EQ(parsed(R"(p."")"), "p|");
  EXPECT_EQ(parsed(R"(p.a"b)"), R"(p|a"b)");
}

TEST(JsonPath, DigitsAreAnIndexUnlessQuoted) {
  EXPECT_EQ(parsed("p.Items.0.name"), "p|Items|0[0]|name");
  EXPECT_EQ(parsed(R"(p.Items."0")"), "p|Items|0");
  EXPECT_EQ(parsed("p.-1.99999999999"), "p|-1|99999999999");
}

TEST(JsonPath, MalformedTextsAreRefused) {
  for (const std::string text :
       {"", "p", "p.", ".a", "p..a", R"(p."a)", R"(p."a"b)", "p.a\\", R"("".a)", "p.a.", R"(p."a\)"}) {
    EXPECT_EQ(parsed(text), "malformed") << text;
  }
}

TEST(JsonPath, BelowAParentIsEscapedAsInJson) {
  EXPECT_EQ(path_below("p", parse_json_path(R"(p."a.b"."say \"hi\"".0)")->steps), R"(p.a\\.b.say \"hi\".0)");
}

TEST(ColumnsOption, TakesValuesOutOfJsonColumns) {
  const Config config = accepted("events",
                                 "columns: [id, {name: order_value, from: event_properties.$value, type: double}, "
                                 "{name: sku, from: 'event_properties.\"Item.SKU\"'}]");
  ASSERT_EQ(config.columns.size(), 3U);
  EXPECT_EQ(config.columns[1].name, "order_value");
  EXPECT_EQ(config.columns[1].type, ColumnType::float64);
  EXPECT_EQ(config.columns[1].from->column, "event_properties");
  EXPECT_EQ(config.columns[2].from->steps[0].key, "Item.SKU");
  EXPECT_EQ(config.columns[2].type, std::nullopt);
}

TEST(ColumnsOption, ColumnToTakeFromMustBeJsonOfTheSource) {
  EXPECT_EQ(refusal("events",
                    "columns:\n"
                    "- {name: a, from: event_propertys.x}\n"
                    "- {name: b, from: uuid.x}\n"
                    "- {name: c, from: event_properties}\n"
                    "- {name: datetime, from: event_properties.x}\n"
                    "- {name: d, from: additional_attributes.x}\n"
                    "- {from: event_properties.x}\n"
                    "- {name: e, form: event_properties.x}\n"),
            "line 4: columns: 'event_propertys' is no column of events; did you mean 'event_properties'?\n"
            "line 5: columns: no values can be taken out of 'uuid', only out of: event_properties, metric_integration, "
            "metric, profile_location_latitude, profile_location_longitude, profile_properties, profile\n"
            "line 6: columns: from: 'event_properties' is no path into a column; write it as event_properties.$value, "
            "parts with a dot in double quotes\n"
            "line 7: columns: 'datetime' is a column of events already; choose another name\n"
            "line 8: columns: no values can be taken out of 'additional_attributes', only out of: event_properties, "
            "metric_integration, metric, profile_location_latitude, profile_location_longitude, profile_properties, "
            "profile\n"
            "line 9: columns: a column without name; give {name: ..., type: ...}\n"
            "line 10: columns: form is no key of a column; did you mean 'from'?\n"
            "line 10: columns: 'e' is no column of events; did you mean 'id'?");
}

TEST(ColumnsOption, ColumnToTakeFromMustCome) {
  EXPECT_EQ(refusal("events", "skip_related_objects: true\ncolumns: [{name: a, from: profile.id}]"),
            "line 4: columns: 'profile' is left out by skip_related_objects");
  EXPECT_EQ(refusal("events", "columns: [{name: a, from: profile.id}, {name: a, from: metric.id}]"),
            "line 3: columns: 'a' is named twice; leave one out");
}

TEST(ColumnsOption, PathIsPartOfTheFingerprint) {
  const std::string one = accepted("events", "columns: [{name: a, from: profile.id}]").fingerprint;
  EXPECT_EQ(accepted("events", "columns:\n- name: a\n  from: profile.id\n").fingerprint, one);
  EXPECT_NE(accepted("events", "columns: [{name: a, from: profile.type}]").fingerprint, one);
  EXPECT_NE(accepted("events", "columns: [{name: a, from: profile.id, type: json}]").fingerprint, one);
}

}  // namespace
}  // namespace klaviyo
