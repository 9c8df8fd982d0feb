// What `included` adds to a record.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cells.h"
#include "klaviyo/page_parser.h"

namespace klaviyo {
namespace {

using testing::HasSubstr;

Config events() { return config_of(event_source()); }

std::string event(const std::string& id, const std::string& metric, const std::string& profile) {
  return R"({"type":"event","id":")" + id + R"(","relationships":{"metric":{"data":{"type":"metric","id":")" + metric +
         R"("}},"profile":{"data":{"type":"profile","id":")" + profile + R"("}}}})";
}

std::string page_with(const std::string& data, const std::string& included) {
  return "{\"data\":[" + data + "],\"included\":[" + included + "]}";
}

TEST(Related, EveryRecordGetsItsOwnResources) {
  const std::string metric = R"({"type":"metric","id":"m1","attributes":{"name":"One"},"links":{}})";
  const ParsedPage page = parse_page(
      events(), page_with(event("e1", "m1", "p1") + "," + event("e2", "m2", "p2") + "," + event("e3", "m1", "p1"),
                          metric + R"(,{"type":"profile","id":"p2","attributes":{"email":"2@x","vip":true,"age":4.0}},
                                       {"type":"profile","id":"p1","attributes":{"email":"1@x","created":"2026-01-02","location":{"city":"Bonn","zip":"5"}}},
                                       {"type":"metric","id":"m2","attributes":{"name":null}}, {"type":"tag","id":"m1"})"));
  ASSERT_EQ(page.rows.size(), 3U) << page.status.message();
  EXPECT_EQ(page.rows[0].at("metric_name"), "One");
  EXPECT_EQ(page.rows[0].at("metric"), metric) << "the whole resource, byte for byte";
  EXPECT_EQ(page.rows[0].at("profile_email"), "1@x");
  EXPECT_EQ(page.rows[0].at("profile_created"), "2026-01-02T00:00:00Z");
  EXPECT_EQ(page.rows[0].at("profile_location_city"), "Bonn");
  EXPECT_EQ(page.rows[0].at("profile_vip"), std::nullopt);
  EXPECT_EQ(page.rows[1].at("metric_name"), std::nullopt);
  EXPECT_EQ(page.rows[1].at("profile_vip"), "true");
  EXPECT_EQ(page.rows[1].at("profile_age"), "4");
  EXPECT_EQ(page.rows[2].at("metric_name"), "One");
  EXPECT_EQ(page.rows[2].at("additional_attributes"), std::nullopt) << "the resource's JSON has what is unknown";
  EXPECT_TRUE(page.warnings.empty());
}

TEST(Related, WithoutTheResourceItsColumnsAreNull) {
  for (const char* included :
       {"", ",\"included\":null", ",\"included\":[]", R"(,"included":[{"type":"profile","id":"m1"}])",
        R"(,"included":[{"type":"metric"},{"id":"m1"},{"type":4,"id":"m1"}])"}) {
    const ParsedPage page = parse_page(events(), "{\"data\":[" + event("e1", "m1", "p1") + "]" + included + "}");
    ASSERT_EQ(page.rows.size(), 1U) << included;
    EXPECT_EQ(page.rows[0].at("metric_id"), "m1");
    EXPECT_EQ(page.rows[0].at("metric"), std::nullopt);
    EXPECT_EQ(page.rows[0].at("profile_email"), std::nullopt);
  }
}

TEST(Related, OddValuesAreKeptWithEveryRecordThatHasThem) {
  const ParsedPage page = parse_page(
      events(), page_with(event("e1", "m1", "p1") + "," + event("e2", "m1", "p9") + "," + event("e3", "m1", "p1"),
                          R"({"type":"profile","id":"p1","attributes":{"age":"old","vip":1,"location":[2]}})"));
  ASSERT_EQ(page.rows.size(), 3U);
  const std::string kept = R"({"profile.age":"old","profile.vip":1,"profile.location":[2]})";
  EXPECT_EQ(page.rows[0].at("additional_attributes"), kept);
  EXPECT_EQ(page.rows[1].at("additional_attributes"), std::nullopt);
  EXPECT_EQ(page.rows[2].at("additional_attributes"), kept);
  EXPECT_EQ(page.odd_values, 6);
}

TEST(Related, JoinsOnlyTheRowsThatAreKept) {
  class NotFirst final : public RowGate {
    bool admit(std::string_view id, std::optional<int64_t>) override { return id != "e1"; }
  } gate;
  const ParsedPage page = parse_page(
      events(),
      page_with(
          event("e1", "m1", "p1") + "," + event("e2", "m2", "p1"),
          R"({"type":"metric","id":"m1","attributes":{"name":"One"}},{"type":"metric","id":"m2","attributes":{"name":"Two"}})"),
      gate);
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.rows[0].at("metric_name"), "Two");
}

TEST(Related, OfTwoResourcesWithOneIdTheFirstCounts) {
  const ParsedPage page = parse_page(
      events(),
      page_with(
          event("e1", "m1", "p1"),
          R"({"type":"metric","id":"m1","attributes":{"name":"One"}},{"type":"metric","id":"m1","attributes":{"name":"Two"}})"));
  EXPECT_EQ(page.rows.at(0).at("metric_name"), "One");
}

TEST(Related, SelectedColumnsMayBeJoinedOnesAlone) {
  Config config = events();
  config.columns = {{"profile_age", ColumnType::utf8}, {"metric_name", std::nullopt}};
  const ParsedPage page = parse_page(
      config,
      page_with(
          event("e1", "m1", "p1") + "," + event("e2", "m1", "p1"),
          R"({"type":"metric","id":"m1","attributes":{"name":"One"}},{"type":"profile","id":"p1","attributes":{"age":7}})"));
  ASSERT_EQ(page.rows.size(), 2U);
  EXPECT_EQ(page.rows[1].at("profile_age"), "7");
  EXPECT_EQ(page.rows[1].at("metric_name"), "One");
}

TEST(Related, ManyResourcesAreToldApart) {
  std::string data, included;
  for (int i = 0; i < 3000; ++i) {
    const std::string n = std::to_string(i);
    data += (i > 0 ? "," : "") + event("e" + n, "m1", "p" + std::to_string((i * 7) % 3000));
    included +=
        (i > 0 ? "," : "") + std::string(R"({"type":"profile","id":"p)") + n + R"(","attributes":{"age":)" + n + "}}";
  }
  const ParsedPage page = parse_page(events(), page_with(data, included));
  ASSERT_EQ(page.rows.size(), 3000U);
  for (size_t i = 0; i < 3000; ++i) ASSERT_EQ(page.rows[i].at("profile_age"), std::to_string((i * 7) % 3000));
}

TEST(Related, AResourceCannotBlowThePageUp) {
  std::string data;
  for (int i = 0; i < 300; ++i) data += (i > 0 ? "," : "") + event("e" + std::to_string(i), "m1", "p1");
  const std::string huge = R"({"type":"metric","id":"m1","attributes":{"name":")" + std::string(1 << 20, 'x') + "\"}}";
  const ParsedPage page = parse_page(events(), page_with(data, huge));
  EXPECT_EQ(page.status.code(), base::Code::data);
  EXPECT_THAT(page.status.message(), HasSubstr("256 MiB"));
  EXPECT_TRUE(page.rows.empty());
}

}  // namespace
}  // namespace klaviyo
