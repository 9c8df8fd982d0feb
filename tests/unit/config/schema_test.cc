#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "klaviyo/config.h"
#include "klaviyo/options.h"
#include "klaviyo/source_columns.h"

namespace klaviyo {
namespace {

using Json = nlohmann::json;

Json schema() { return Json::parse(config_schema_json()); }

TEST(Schema, IsAnObjectOfTheDraft) {
  const Json root = schema();
  EXPECT_EQ(root.at("$schema"), "https://json-schema.org/draft/2020-12/schema");
  EXPECT_EQ(root.at("type"), "object");
  EXPECT_EQ(root.at("required"), Json::parse(R"(["data_source"])"));
  EXPECT_EQ(root.at("oneOf"), Json::parse(R"([{"required": ["api_token"]}, {"required": ["api_token_file"]}])"));
  EXPECT_EQ(root.at("additionalProperties"), false);
}

TEST(Schema, HasEveryOptionInTheOrderOfTheTable) {
  const auto root = nlohmann::ordered_json::parse(config_schema_json());
  std::vector<std::string> keys, expected;
  for (const auto& [key, value] : root.at("properties").items()) keys.push_back(key);
  for (const Option& option : options()) expected.emplace_back(option.key);
  EXPECT_EQ(keys, expected);
}

TEST(Schema, OptionsHaveTypeDefaultBoundsTextAndAliases) {
  const Json properties = schema().at("properties");
  EXPECT_EQ(properties.at("retry_limit"), Json::parse(R"({"type": "integer", "minimum": 1, "maximum": 7, "default": 5,
    "description": "Retries per API call.", "x-aliases": ["maximum_retries"]})"));
  EXPECT_EQ(properties.at("rate_limit_share").at("minimum"), 0.01);
  EXPECT_EQ(properties.at("incremental").at("type"), "boolean");
  EXPECT_EQ(properties.at("incremental").at("default"), false);
  EXPECT_EQ(properties.at("type").at("const"), "klaviyo");
  EXPECT_EQ(properties.at("api_token").at("writeOnly"), true);
  EXPECT_EQ(properties.at("revision_time").at("default"), "2026-07-15");
  EXPECT_EQ(properties.at("filter").at("type"), Json::parse(R"(["string", "array"])"));
  EXPECT_EQ(properties.at("columns").at("items").at("anyOf").size(), 2U);
  EXPECT_EQ(properties.at("skip_related_objects").at("x-source"), "events");
  for (const auto& [key, property] : properties.items()) {
    EXPECT_TRUE(property.at("description").is_string()) << key;
    EXPECT_TRUE(property.contains("type") || property.contains("deprecated")) << key;
  }
}

TEST(Schema, TakesAliasesAsKeys) {
  const Json patterns = schema().at("patternProperties");
  ASSERT_EQ(patterns.size(), 1U);
  const std::string pattern = patterns.begin().key();
  for (const Option& option : options()) {
    for (const std::string_view alias : option.aliases) EXPECT_THAT(pattern, testing::HasSubstr(alias));
  }
}

TEST(Schema, HasEverySourceWithItsColumns) {
  const Json list = schema().at("x-sources");
  ASSERT_EQ(list.size(), sources().size());
  for (size_t i = 0; i < list.size(); ++i) {
    const Source& source = sources()[i];
    EXPECT_EQ(list[i].at("name"), source.name);
    EXPECT_EQ(list[i].at("path"), source.path);
    EXPECT_EQ(list[i].at("columns").size(), source_columns(source).size());
    EXPECT_EQ(list[i].at("columns").front(), Json::parse(R"({"name": "id", "type": "string"})"));
    EXPECT_EQ(list[i].at("columns").back().at("name"), "additional_attributes");
    EXPECT_EQ(list[i].at("time_fields").size(), source.time_fields.size());
    EXPECT_FALSE(list[i].at("scopes").empty()) << source.name;
  }
}

Json source(std::string_view name) {
  const Json root = schema();
  for (const Json& each : root.at("x-sources")) {
    if (each.at("name") == name) return each;
  }
  return {};
}

TEST(Schema, DescribesEvents) {
  const Json events = source("events");
  EXPECT_EQ(events.at("paging"), "cursor_and_size");
  EXPECT_EQ(events.at("max_page_size"), 1000);
  EXPECT_EQ(events.at("rate"), Json::parse(R"({"per_second": 350, "per_minute": 3500})"));
  const Json& time = events.at("time_fields").at(0);
  EXPECT_EQ(time.at("key"), "datetime");
  EXPECT_EQ(time.at("operators"), Json::parse(R"(["greater-than", "greater-or-equal", "less-than", "less-or-equal"])"));
}

TEST(Schema, SaysWhichNamesAreTheSameAndWhichSourcesAreBelowOthers) {
  EXPECT_EQ(source("catalog_categories").at("aliases"), Json::parse(R"(["catalog_category"])"));
  EXPECT_EQ(source("template_universal_content").at("aliases"), Json::array());
  EXPECT_EQ(source("list_profiles").at("parent"), "lists");
  EXPECT_FALSE(source("lists").contains("parent"));
}

TEST(Schema, MarksColumnsThatMustBeAskedFor) {
  int subscriptions = 0;
  const Json profiles = source("profiles");
  for (const Json& column : profiles.at("columns")) {
    if (column.value("additional_field", "") == "subscriptions") ++subscriptions;
  }
  EXPECT_GT(subscriptions, 0);
}

}  // namespace
}  // namespace klaviyo
