// Columns of values that are taken out of JSON columns.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cells.h"

namespace klaviyo {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

ColumnSelection value_of(const std::string& name, const std::string& path, std::optional<ColumnType> type = {}) {
  return {name, type, parse_json_path(path)};
}

Config with_columns(std::vector<ColumnSelection> columns) {
  Config config = config_of(event_source());
  config.columns = std::move(columns);
  return config;
}

/// The value at a path of event_properties, as a column of a type.
Cell value_at(const std::string& properties, const std::string& path, std::optional<ColumnType> type = {}) {
  const Config config = with_columns({value_of("it", "event_properties." + path, type)});
  return cell_of(config, R"({"event_properties":)" + properties + "}", "it");
}

std::vector<std::string> names_of(const Config& config) {
  std::vector<std::string> names;
  for (const Column& column : make_layout(config).columns) names.push_back(column.name);
  return names;
}

TEST(Extraction, TakesMembersAndElementsAtAnyDepth) {
  const std::string properties =
      R"({"$value":19.9,"Items":[{"name":"cup"},{"name":"mug"}],"a.b":{"":[true]},"0":"zero"})";
  EXPECT_EQ(value_at(properties, "$value"), "19.9");
  EXPECT_EQ(value_at(properties, "Items.1.name"), "mug");
  EXPECT_EQ(value_at(properties, R"("a.b"."".0)"), "true");
  EXPECT_EQ(value_at(properties, "0"), "zero");
  EXPECT_EQ(value_at(properties, "Items.0"), R"({"name":"cup"})");
}

TEST(Extraction, WhatIsNotThereIsNull) {
  const std::string properties = R"({"Items":[1,2],"text":"x","none":null})";
  for (const std::string path : {"missing", "Items.2", "Items.name", R"(Items."0")", "text.length", "none", "none.x"}) {
    EXPECT_EQ(value_at(properties, path), std::nullopt) << path;
  }
  for (const std::string properties_of_no_use : {"null", "5", "[]", "{}"}) {
    EXPECT_EQ(value_at(properties_of_no_use, "a"), std::nullopt) << properties_of_no_use;
  }
  EXPECT_EQ(cell_of(with_columns({value_of("it", "event_properties.a")}), "{}", "it"), std::nullopt);
}

TEST(Extraction, KeysAreComparedAsTheyAreMeant) {
  EXPECT_EQ(value_at(R"({"caf\u00e9":1})", "café"), "1");
  EXPECT_EQ(value_at(R"({"quoted \"name\"":1})", R"("quoted \"name\"")"), "1");
  EXPECT_EQ(value_at(R"({"Case":1,"case":2})", "case"), "2");
  EXPECT_EQ(value_at(R"({"twice":1,"twice":2})", "twice"), "1");
}

TEST(Extraction, ValuesHaveTheTypeThatIsAskedFor) {
  EXPECT_EQ(value_at(R"({"v":"a \u00e9"})", "v", ColumnType::utf8), "a é");
  EXPECT_EQ(value_at(R"({"v":"x"})", "v", ColumnType::json), R"("x")");
  EXPECT_EQ(value_at(R"({"v":[1, 2]})", "v", ColumnType::json), "[1, 2]");
  EXPECT_EQ(value_at(R"({"v":"5"})", "v", ColumnType::int64), "5");
  EXPECT_EQ(value_at(R"({"v":1e2})", "v", ColumnType::int64), "100");
  EXPECT_EQ(value_at(R"({"v":"0.5"})", "v", ColumnType::float64), "0.5");
  EXPECT_EQ(value_at(R"({"v":true})", "v", ColumnType::boolean), "true");
  EXPECT_EQ(value_at(R"({"v":"2026-02-10 07:31:05"})", "v", ColumnType::timestamp), "2026-02-10T07:31:05Z");
}

TEST(Extraction, ValueOfAnyTypeIsAStringWithoutBeingOdd) {
  const ParsedPage page = parse_page(with_columns({value_of("it", "event_properties.v")}),
                                     R"({"data":[{"type":"event","id":"1","attributes":{"event_properties":{"v":5}}},)"
                                     R"({"type":"event","id":"2","attributes":{"event_properties":{"v":{"a":1}}}}]})");
  EXPECT_EQ(page.rows[0].at("it"), "5");
  EXPECT_EQ(page.rows[1].at("it"), R"({"a":1})");
  EXPECT_EQ(page.odd_values, 0);
  EXPECT_THAT(page.warnings, IsEmpty());
}

TEST(Extraction, ValueThatDoesNotFitIsNullCountedAndKept) {
  const ParsedPage page =
      parse_page(with_columns({value_of("price", "event_properties.\"a.b\".v", ColumnType::float64)}),
                 page_of(R"({"event_properties":{"a.b":{"v":"cheap"}}})"));
  EXPECT_EQ(page.rows[0].at("price"), std::nullopt);
  EXPECT_EQ(page.rows[0].at("event_properties"), R"({"a.b":{"v":"cheap"}})");
  EXPECT_EQ(page.rows[0].at("additional_attributes"), R"({"event_properties.a\\.b.v":"cheap"})");
  EXPECT_EQ(page.odd_values, 1);
  EXPECT_THAT(page.warnings, ElementsAre(HasSubstr("has a value that does not fit")));
}

TEST(Extraction, ColumnsComeBesideAllOthersWhenNothingElseIsSelected) {
  Config all = config_of(event_source());
  std::vector<std::string> expected = names_of(all);
  expected.insert(expected.end() - 1, {"order_value", "sku"});
  EXPECT_EQ(names_of(with_columns(
                {value_of("order_value", "event_properties.$value"), value_of("sku", "event_properties.sku")})),
            expected);
}

TEST(Extraction, ColumnsStandWhereASelectionHasThem) {
  const Config config = with_columns({value_of("value", "event_properties.$value", ColumnType::int64), {"id", {}}});
  EXPECT_THAT(names_of(config), ElementsAre("value", "id"));
  EXPECT_EQ(cell_of(config, R"({"event_properties":{"$value":7}})", "value"), "7");
}

TEST(Extraction, TakesValuesOfRelatedResourcesToo) {
  const Config config =
      with_columns({{"id", {}}, value_of("city", "metric.attributes.place.city"), value_of("kind", "metric.type")});
  const ParsedPage page = parse_page(
      config, R"({"data":[{"type":"event","id":"1","relationships":{"metric":{"data":{"type":"metric","id":"m"}}}},)"
              R"({"type":"event","id":"2"}],)"
              R"("included":[{"type":"metric","id":"m","attributes":{"place":{"city":"Oslo"}}}]})");
  ASSERT_TRUE(page.status.ok()) << page.status.message();
  EXPECT_EQ(page.rows[0].at("city"), "Oslo");
  EXPECT_EQ(page.rows[0].at("kind"), "metric");
  EXPECT_EQ(page.rows[1].at("city"), std::nullopt);
  EXPECT_TRUE(make_layout(config).joins());
}

TEST(Extraction, AttributeThatComesTwiceGivesItsFirstValue) {
  const ParsedPage page = parse_page(with_columns({value_of("v", "event_properties.v"), {"additional_attributes", {}}}),
                                     page_of(R"({"event_properties":{"w":0},"event_properties":{"v":1}})"));
  EXPECT_EQ(page.rows[0].at("v"), std::nullopt);
  EXPECT_EQ(page.rows[0].at("additional_attributes"), R"({"event_properties.v":1})");
  EXPECT_EQ(page.odd_values, 1);
}

TEST(Extraction, RowThatIsNotWantedLeavesNothing) {
  class Odd : public RowGate {
   public:
    bool admit(std::string_view, std::optional<int64_t>) override { return ++count_ % 2 == 1; }

   private:
    int count_ = 0;
  } gate;
  const ParsedPage page = parse_page(with_columns({value_of("v", "event_properties.v")}),
                                     R"({"data":[{"type":"event","id":"1","attributes":{"event_properties":{"v":1}}},)"
                                     R"({"type":"event","id":"2","attributes":{"event_properties":{"v":2}}},)"
                                     R"({"type":"event","id":"3","attributes":{"event_properties":{"v":3}}}]})",
                                     gate);
  ASSERT_EQ(page.rows.size(), 2U);
  EXPECT_EQ(page.rows[1].at("v"), "3");
}

TEST(Extraction, LayoutWithoutItHasNone) {
  const RecordLayout layout = make_layout(config_of(event_source()));
  for (const FieldNode& node : layout.attributes.children) EXPECT_TRUE(node.extractions.empty()) << node.path;
  for (const RelationshipNode& node : layout.relationships) EXPECT_TRUE(node.resource_extractions.empty());
}

}  // namespace
}  // namespace klaviyo
