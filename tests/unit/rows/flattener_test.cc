#include "klaviyo/flattener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cells.h"

namespace klaviyo {
namespace {

using testing::HasSubstr;

Config events() { return config_of(event_source()); }

Config retyped(const char* column, ColumnType type) {
  Config config = events();
  config.columns = {{"id", std::nullopt}, {column, type}, {"additional_attributes", std::nullopt}};
  return config;
}

// One attribute's value into its cell and additional_attributes.
struct Flattened {
  Cell cell;
  Cell additional;
  int64_t odd_values;
};

Flattened flatten(const Config& config, const std::string& key, const std::string& value, const std::string& column) {
  const ParsedPage page = parse_page(config, page_of("{\"" + key + "\":" + value + "}"));
  EXPECT_TRUE(page.status.ok()) << page.status.message();
  EXPECT_EQ(page.rows.size(), 1U) << value;
  if (page.rows.empty()) return {};
  return {page.rows[0].at(column), page.rows[0].at("additional_attributes"), page.odd_values};
}

void expect_fits(const Config& config, const std::string& column, const std::string& value, const Cell& cell) {
  const Flattened result = flatten(config, column, value, column);
  EXPECT_EQ(result.cell, cell) << column << ": " << value;
  EXPECT_EQ(result.additional, std::nullopt) << column << ": " << value;
  EXPECT_EQ(result.odd_values, 0) << column << ": " << value;
}

void expect_odd(const Config& config, const std::string& column, const std::string& value) {
  const Flattened result = flatten(config, column, value, column);
  EXPECT_EQ(result.cell, std::nullopt) << column << ": " << value;
  EXPECT_EQ(result.additional, "{\"" + column + "\":" + value + "}");
  EXPECT_EQ(result.odd_values, 1) << column << ": " << value;
}

TEST(Flattener, IntegersMayBeWrittenInManyWays) {
  for (const char* value : {"4", "4.0", "4e0", "\"4\"", "\"4.0\"", "\"\\u0034\""})
    expect_fits(events(), "timestamp", value, "4");
  expect_fits(events(), "timestamp", "-9223372036854775808", "-9223372036854775808");
}

TEST(Flattener, WhatIsNoIntegerIsKeptExactly) {
  for (const char* value : {"9223372036854775808", "18446744073709551616", "4.5", "1e400", "\"four\"", "\"\"", "\" 4\"",
                            "true", "[]", "{}", "[4]", "{\"a\":4}"}) {
    expect_odd(events(), "timestamp", value);
  }
  expect_odd(events(), "timestamp", std::string(400, '7'));
  expect_odd(events(), "timestamp", "0." + std::string(350, '0') + "1");
}

TEST(Flattener, NumbersBecomeDoublesUnlessSomethingIsLost) {
  expect_fits(events(), "value", "12.34", "12.34");
  expect_fits(events(), "value", "\"12.5\"", "12.5");
  expect_fits(events(), "value", "4", "4");
  for (const char* value : {"1e400", "1e-400", "9007199254740993", "\"abc\"", "false", "[1.5]"}) {
    expect_odd(events(), "value", value);
  }
}

TEST(Flattener, BooleansAreTrueAndFalseAlone) {
  expect_fits(events(), "open", "true", "true");
  expect_fits(events(), "open", "false", "false");
  expect_fits(events(), "open", "\"true\"", "true");
  for (const char* value : {"1", "0", "\"True\"", "\"\"", "{}"}) expect_odd(events(), "open", value);
}

TEST(Flattener, TimesAreReadInEverySpelling) {
  for (const char* value : {"\"2023-08-14T15:50:46+00:00\"", "\"2023-08-14 15:50:46+00:00\"", "\"2023-08-14T15:50:46\"",
                            "\"2023-08-14T17:50:46.000+02:00\""}) {
    expect_fits(events(), "datetime", value, "2023-08-14T15:50:46Z");
  }
  for (const char* value : {"\"yesterday\"", "\"\"", "1691999446", "[]", "\"2023-02-30\""}) {
    expect_odd(events(), "datetime", value);
  }
}

TEST(Flattener, DigitsBeyondTheMicrosecondAreCutAndTheTextKept) {
  const Flattened result = flatten(events(), "datetime", "\"2023-08-14T15:50:46.123456789Z\"", "datetime");
  EXPECT_EQ(result.cell, "2023-08-14T15:50:46.123456Z");
  EXPECT_EQ(result.additional, R"({"datetime":"2023-08-14T15:50:46.123456789Z"})");
  EXPECT_EQ(result.odd_values, 1);
}

TEST(Flattener, TextIsDecoded) {
  expect_fits(events(), "name", R"("a\n\"\u00e4\ud83d\ude00")", "a\n\"\xC3\xA4\xF0\x9F\x98\x80");
  expect_fits(events(), "name", R"("")", "");
  expect_fits(events(), "name", R"("a\u0000b")", std::string("a\0b", 3));
}

TEST(Flattener, ALoneSurrogateIsReplacedAndCounted) {
  const Flattened result = flatten(events(), "name", R"("a\ud800b")", "name");
  EXPECT_EQ(result.cell,
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(result.odd_values, 1);
}

TEST(Flattener, OtherValuesOfATextColumnAreTheirJsonTextAndCounted) {
  for (const char* value : {"4", "4.50", "true", "[1, 2]", "{\"a\" : 1}", "1e400"}) {
    const Flattened result = flatten(events(), "name", value, "name");
    EXPECT_EQ(result.cell, value);
    EXPECT_EQ(result.additional, std::nullopt);
    EXPECT_EQ(result.odd_values, 1);
  }
}

TEST(Flattener, JsonIsKeptByteForByte) {
  for (const char* value : {"{\"$value\" : 1.50,\n\t\"a\":[ 1e400 , \"\\ud800\" ] , \"a\":null}", "[]", "\"x\\u0041\"",
                            "1e400", "18446744073709551616", "false"}) {
    expect_fits(events(), "event_properties", value, value);
  }
  expect_fits(events(), "event_properties", "  {} \n", "{}");
}

TEST(Flattener, NullIsNullInEveryType) {
  for (const char* column : {"timestamp", "value", "open", "datetime", "name", "event_properties"}) {
    expect_fits(events(), column, "null", std::nullopt);
  }
}

TEST(Flattener, RetypedToStringPrintsTheValue) {
  expect_fits(retyped("timestamp", ColumnType::utf8), "timestamp", "4.0", "4.0");
  expect_fits(retyped("timestamp", ColumnType::utf8), "timestamp", "\"4\"", "4");
  expect_fits(retyped("value", ColumnType::utf8), "value", "12.50", "12.50");
  expect_fits(retyped("open", ColumnType::utf8), "open", "true", "true");
  expect_fits(retyped("event_properties", ColumnType::utf8), "event_properties", "{\"a\": 1}", "{\"a\": 1}");
  expect_fits(retyped("event_properties", ColumnType::utf8), "event_properties", "\"a\"", "\"a\"");
  expect_fits(retyped("datetime", ColumnType::utf8), "datetime", "\"2021-08-30T07:35:46+02:00\"",
              "2021-08-30 05:35:46 UTC");
  expect_fits(retyped("datetime", ColumnType::utf8), "datetime", "null", std::nullopt);
}

TEST(Flattener, AnUnreadableTimeAsStringStaysAsItIs) {
  const Flattened result = flatten(retyped("datetime", ColumnType::utf8), "datetime", "\"soon\\n\"", "datetime");
  EXPECT_EQ(result.cell, "soon\n");
  EXPECT_EQ(result.odd_values, 1);
}

TEST(Flattener, RetypedStringsAreParsedExactly) {
  expect_fits(retyped("name", ColumnType::int64), "name", "\"4\"", "4");
  expect_odd(retyped("name", ColumnType::int64), "name", "\"4.5\"");
  expect_fits(retyped("name", ColumnType::float64), "name", "\"4.5\"", "4.5");
  expect_odd(retyped("name", ColumnType::float64), "name", "\"1e400\"");
  expect_fits(retyped("name", ColumnType::boolean), "name", "\"false\"", "false");
  expect_odd(retyped("name", ColumnType::boolean), "name", "\"no\"");
  expect_fits(retyped("name", ColumnType::timestamp), "name", "\"2021-08-30\"", "2021-08-30T00:00:00Z");
  expect_odd(retyped("name", ColumnType::timestamp), "name", "\"30.8.2021\"");
  expect_fits(retyped("name", ColumnType::json), "name", R"(" {\"a\":[1,\"\\u00e4\"]} ")", R"({"a":[1,"\u00e4"]})");
  expect_odd(retyped("name", ColumnType::json), "name", R"("{\"a\":tru}")");
  expect_odd(retyped("name", ColumnType::json), "name", R"("")");
  expect_fits(retyped("name", ColumnType::json), "name", "[1]", "[1]");
}

TEST(Flattener, RetypedBetweenIntegerAndTimeCountsSeconds) {
  expect_fits(retyped("timestamp", ColumnType::timestamp), "timestamp", "1780300800", "2026-06-01T08:00:00Z");
  expect_fits(retyped("timestamp", ColumnType::timestamp), "timestamp", "\"1780300800\"", "2026-06-01T08:00:00Z");
  expect_odd(retyped("timestamp", ColumnType::timestamp), "timestamp", "1780300800.5");
  expect_odd(retyped("timestamp", ColumnType::timestamp), "timestamp", "999999999999999");
  expect_fits(retyped("datetime", ColumnType::int64), "datetime", "\"2026-06-01T08:00:00Z\"", "1780300800");
  expect_odd(retyped("datetime", ColumnType::int64), "datetime", "\"2026-06-01T08:00:00.5Z\"");
  expect_fits(retyped("value", ColumnType::int64), "value", "5.0", "5");
  expect_odd(retyped("value", ColumnType::int64), "value", "5.5");
}

TEST(Flattener, UnknownAttributesAreKeptInTheirOrderAndWarnedAboutOnce) {
  const std::string record = R"({"type":"event","id":"a","attributes":{"zeta":[1, 2],"name":"n","alpha":"x\n"}})";
  const ParsedPage page = parse_page(events(), "{\"data\":[" + record + "," + record + "]}");
  ASSERT_EQ(page.rows.size(), 2U);
  EXPECT_EQ(page.rows[1].at("additional_attributes"), R"({"zeta":[1, 2],"alpha":"x\n"})");
  EXPECT_EQ(page.odd_values, 0);
  ASSERT_EQ(page.warnings.size(), 2U);
  EXPECT_THAT(page.warnings[0], HasSubstr("'zeta'"));
}

TEST(Flattener, NestedValuesKeepTheirPath) {
  const ParsedPage page = parse_page(
      events(), page_of(R"({"location":{"city":"Bonn","zip":"53","geo":{"lat":"x","lon":7}},"location.zip":1})"));
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.rows[0].at("location_city"), "Bonn");
  EXPECT_EQ(page.rows[0].at("location_geo_lat"), std::nullopt);
  EXPECT_EQ(page.rows[0].at("additional_attributes"),
            R"({"location.zip":"53","location.geo.lat":"x","location.geo.lon":7,"location\\.zip":1})");
}

TEST(Flattener, AnotherKindOfValueInPlaceOfAnObjectIsKept) {
  for (const char* value : {"\"NY\"", "[]", "4"}) {
    const Flattened result = flatten(events(), "location", value, "location_city");
    EXPECT_EQ(result.cell, std::nullopt);
    EXPECT_EQ(result.additional, std::string("{\"location\":") + value + "}");
    EXPECT_EQ(result.odd_values, 1);
  }
  EXPECT_EQ(flatten(events(), "location", "null", "location_city").odd_values, 0);
}

TEST(Flattener, OfEqualKeysTheFirstHasTheCellAndTheOthersAreKept) {
  const ParsedPage page = parse_page(events(), page_of(R"({"name":"a","name":"b","name":null,"x":1,"x":2})"));
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.rows[0].at("name"), "a");
  EXPECT_EQ(page.rows[0].at("additional_attributes"), R"({"name":"b","name":null,"x":1,"x":2})");
  EXPECT_EQ(page.odd_values, 2);
}

TEST(Flattener, HostileKeysAreOnlyKeys) {
  const std::string long_key(10'000, 'k');
  const std::string attributes =
      R"({"__proto__":1,"a\"b":2,"n\u0061me":"N","Name":3,"$":4,"a\nb":5,"":6,")" + long_key + "\":7}";
  const ParsedPage page = parse_page(events(), page_of(attributes));
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.rows[0].at("name"), "N") << "an escaped key is the same key";
  EXPECT_EQ(page.rows[0].at("additional_attributes"),
            R"({"__proto__":1,"a\"b":2,"Name":3,"$":4,"a\nb":5,"":6,")" + long_key + "\":7}");
  for (const std::string& warning : page.warnings) EXPECT_LT(warning.size(), 400U);
}

TEST(Flattener, ManyUnknownKeysDoNotFloodTheLog) {
  std::string attributes = "{";
  for (int i = 0; i < 100'000; ++i) attributes += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":0";
  const ParsedPage page = parse_page(events(), page_of(attributes + "}"));
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_LE(page.warnings.size(), 100U);
  EXPECT_THAT(page.rows[0].at("additional_attributes").value(), HasSubstr("\"k99999\":0}"));
}

TEST(Flattener, WithoutAdditionalAttributesOddValuesAreStillCounted) {
  Config config = events();
  config.columns = {{"id", std::nullopt}, {"timestamp", std::nullopt}};
  const ParsedPage page = parse_page(config, page_of(R"({"timestamp":"x","unknown":1})"));
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.rows[0].at("timestamp"), std::nullopt);
  EXPECT_EQ(page.odd_values, 1);
  ASSERT_EQ(page.warnings.size(), 1U);
  EXPECT_THAT(page.warnings[0], HasSubstr("'timestamp'"));
}

TEST(Flattener, AttributesThatWereNotAskedForAreUnknown) {
  EXPECT_EQ(cell_of(events(), R"({"forecast":{"clv":1}})", "additional_attributes"), R"({"forecast":{"clv":1}})");
  Config config = events();
  config.additional_fields = {"forecast"};
  EXPECT_EQ(cell_of(config, R"({"forecast":{"clv":1}})", "forecast"), R"({"clv":1})");
}

TEST(Flattener, RefusedRowsTakeTheirOddValuesBack) {
  class Second final : public RowGate {
    bool admit(std::string_view id, std::optional<int64_t>) override { return id == "b"; }
  } gate;
  const ParsedPage page = parse_page(events(),
                                     R"({"data":[{"id":"a","attributes":{"timestamp":"x"}},
                                                 {"id":"b","attributes":{"timestamp":"y"}},
                                                 {"id":"c","attributes":{"timestamp":"z","name":"n"}}]})",
                                     gate);
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.rows[0].at("id"), "b");
  EXPECT_EQ(page.rows[0].at("additional_attributes"), R"({"timestamp":"y"})");
  EXPECT_EQ(page.odd_values, 1);
}

}  // namespace
}  // namespace klaviyo
