// Whatever order and shape a revision gives a document, the rows are the same; other shapes are refused whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cells.h"
#include "klaviyo/page_parser.h"

namespace klaviyo {
namespace {

using testing::HasSubstr;

Config events() { return config_of(event_source()); }

std::string object_of(const std::vector<std::string>& members) {
  std::string text = "{";
  for (const std::string& member : members) text += (text.size() > 1 ? "," : "") + member;
  return text + "}";
}

// All orders of the members.
std::vector<std::string> permutations(std::vector<std::string> members) {
  std::ranges::sort(members);
  std::vector<std::string> texts;
  do {
    texts.push_back(object_of(members));
  } while (std::ranges::next_permutation(members).found);
  return texts;
}

constexpr const char* kRelationships =
    R"("relationships":{"metric":{"data":{"type":"metric","id":"m1"}},"profile":{"data":{"id":"p1","type":"profile"}}})";
constexpr const char* kIncluded = R"("included":[{"attributes":{"name":"Placed Order"},"id":"m1","type":"metric"},)"
                                  R"({"type":"profile","id":"p1","attributes":{"email":"a@b.c"}}])";

TEST(PageShape, TheOrderOfKeysInARecordDoesNotMatter) {
  const std::vector<std::string> records =
      permutations({R"("type":"event")", R"("id":"e1")", R"("attributes":{"name":"n","unknown":1})", kRelationships,
                    R"("links":{"self":"s"})"});
  ASSERT_EQ(records.size(), 120U);
  std::vector<Row> expected;
  for (const std::string& record : records) {
    const ParsedPage page = parse_page(events(), "{\"data\":[" + record + "]," + kIncluded + "}");
    ASSERT_TRUE(page.status.ok()) << record;
    if (expected.empty()) expected = page.rows;
    EXPECT_EQ(page.rows, expected) << record;
  }
  ASSERT_EQ(expected.size(), 1U);
  EXPECT_EQ(expected[0].at("metric_name"), "Placed Order");
  EXPECT_EQ(expected[0].at("profile_email"), "a@b.c");
  EXPECT_EQ(expected[0].at("metric_id"), "m1");
}

TEST(PageShape, TheOrderOfKeysInThePageDoesNotMatter) {
  const std::string data = std::string(R"("data":[{"type":"event","id":"e1",)") + kRelationships + "}]";
  const auto pages = permutations({data, kIncluded, R"("links":{"next":"n"})", R"("meta":{"data":[{}]})"});
  ASSERT_EQ(pages.size(), 24U);
  for (const std::string& body : pages) {
    const ParsedPage page = parse_page(events(), body);
    ASSERT_TRUE(page.status.ok()) << body;
    EXPECT_EQ(page.summary.next, "n");
    ASSERT_EQ(page.rows.size(), 1U);
    EXPECT_EQ(page.rows[0].at("metric_name"), "Placed Order");
    EXPECT_EQ(page.rows[0].at("profile_email"), "a@b.c");
  }
}

TEST(PageShape, TheOrderOfAttributesDoesNotMatter) {
  std::vector<Row> expected;
  for (const std::string& attributes : permutations({R"("datetime":"2026-06-01")", R"("timestamp":1)", R"("name":"n")",
                                                     R"("location":{"city":"c"})", R"("open":true)"})) {
    const ParsedPage page = parse_page(events(), page_of(attributes));
    if (expected.empty()) expected = page.rows;
    EXPECT_EQ(page.rows, expected) << attributes;
  }
  ASSERT_EQ(expected.size(), 1U);
  EXPECT_EQ(expected[0].at("location_city"), "c");
}

TEST(PageShape, OldRevisionsGiveArraysForToOneRelationships) {
  const ParsedPage page = parse_page(events(), R"({"data":[{"type":"event","id":"e1",
      "attributes":{"metric_id":"m1","profile_id":"p1","timestamp":"1780300800"},
      "relationships":{"metrics":{"data":[{"type":"metric","id":"m1"}]},"profiles":{"data":[{"type":"profile","id":"p1"}]}}}],)" +
                                                   std::string(kIncluded) + "}");
  ASSERT_EQ(page.rows.size(), 1U) << page.status.message();
  EXPECT_EQ(page.rows[0].at("metric_id"), "m1");
  EXPECT_EQ(page.rows[0].at("profile_id"), "p1");
  EXPECT_EQ(page.rows[0].at("timestamp"), "1780300800");
  EXPECT_EQ(page.rows[0].at("metric_name"), "Placed Order");
  EXPECT_EQ(page.rows[0].at("additional_attributes"), std::nullopt);
  EXPECT_EQ(page.odd_values, 0);
}

TEST(PageShape, OldRevisionsGiveIdsAmongTheAttributes) {
  for (const char* rest :
       {"", R"(,"relationships":null)", R"(,"relationships":{})", R"(,"relationships":{"metric":{"links":{}}})",
        R"(,"relationships":{"metric":null})", R"(,"relationships":{"metric":{"data":null}})",
        R"(,"relationships":{"metrics":{"data":[]}})"}) {
    const ParsedPage page = parse_page(events(), R"({"data":[{"id":"e1","attributes":{"metric_id":"m1"})" +
                                                     std::string(rest) + "}]," + kIncluded + "}");
    ASSERT_EQ(page.rows.size(), 1U) << rest;
    EXPECT_EQ(page.rows[0].at("metric_id"), "m1") << rest;
    EXPECT_EQ(page.rows[0].at("metric_name"), "Placed Order") << rest;
    EXPECT_EQ(page.rows[0].at("profile_id"), std::nullopt);
    EXPECT_EQ(page.rows[0].at("additional_attributes"), std::nullopt);
  }
}

TEST(PageShape, ASecondIdOfAToOneRelationshipIsKept) {
  const std::string data = R"([{"type":"metric","id":"m1"},{"type":"metric","id":"m2"}])";
  const ParsedPage page =
      parse_page(events(), R"({"data":[{"id":"e1","relationships":{"metrics":{"data":)" + data + "}}}]}");
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.rows[0].at("metric_id"), "m1");
  EXPECT_EQ(page.rows[0].at("additional_attributes"), "{\"relationships.metric\":" + data + "}");
}

TEST(PageShape, StrangeRelationshipsAreKept) {
  for (const char* data : {"\"m1\"", "4", R"({"type":"metric"})", R"({"id":4})", "[4]", R"([{}])"}) {
    const ParsedPage page =
        parse_page(events(), R"({"data":[{"id":"e1","relationships":{"metric":{"data":)" + std::string(data) + "}}}]}");
    ASSERT_EQ(page.rows.size(), 1U) << data;
    EXPECT_EQ(page.rows[0].at("metric_id"), std::nullopt);
    EXPECT_EQ(page.odd_values, 1) << data;
    EXPECT_THAT(page.rows[0].at("additional_attributes").value(), HasSubstr("\"relationships.metric\":"));
  }
  const ParsedPage page = parse_page(
      events(),
      R"({"data":[{"id":"e1","relationships":{"friends":{"data":[{"id":"f"}]},"foes":{"links":{}},"x":null}}]})");
  EXPECT_EQ(page.rows.at(0).at("additional_attributes"), R"({"relationships.friends":[{"id":"f"}]})");
}

TEST(PageShape, IdsThatWereNotAskedForAreKept) {
  const std::string body = R"({"data":[{"id":"e1","relationships":{"campaign-messages":{"data":[{"id":"c"}]}}}]})";
  const ParsedPage page = parse_page(events(), body);
  EXPECT_EQ(page.rows.at(0).at("additional_attributes"), R"({"relationships.campaign-messages":[{"id":"c"}]})");
  Config config = events();
  config.include = {"campaign-messages"};
  config.columns = {{"id", std::nullopt}, {"additional_attributes", std::nullopt}};
  EXPECT_EQ(parse_page(config, body).rows.at(0).at("additional_attributes"), std::nullopt) << "known and not wanted";
}

TEST(PageShape, IdsOfAToManyRelationshipAreAJsonArray) {
  Config config = events();
  config.include = {"campaign-messages"};
  const RecordLayout layout = make_layout(config);
  const std::string column = layout.columns[static_cast<size_t>(layout.relationships[2].id_column)].name;
  const auto ids = [&](const char* relationship) {
    const ParsedPage page = parse_page(
        config, R"({"data":[{"id":"e1","relationships":{"campaign-messages":)" + std::string(relationship) + "}}]}");
    EXPECT_EQ(page.rows.size(), 1U);
    return page.rows.at(0).at(column);
  };
  EXPECT_EQ(ids(R"({"data":[{"type":"x","id":"a"},{"id":"b\"c"}]})"), R"(["a","b\"c"])");
  EXPECT_EQ(ids(R"({"data":[]})"), "[]");
  EXPECT_EQ(ids(R"({"data":null})"), std::nullopt);
  EXPECT_EQ(ids(R"({"links":{}})"), std::nullopt);
  EXPECT_EQ(ids(R"({"data":[{"id":"a"},{"id":4}]})"), std::nullopt);
}

TEST(PageShape, OtherShapesAreRefusedWhole) {
  struct Case {
    const char* body;
    const char* message;
  };
  for (const Case& c : {
           Case{"[]", "no JSON object"},
           Case{"\"data\"", "no JSON object"},
           Case{"{}", "no 'data'"},
           Case{R"({"data":null})", "no 'data'"},
           Case{R"({"errors":[{"id":"x"}]})", "'errors'"},
           Case{R"({"data":"x"})", "'data' is no array"},
           Case{R"({"data":{"id":"x"}})", "'data' is no array"},
           Case{R"({"data":[],"data":[]})", "'data' twice"},
           Case{R"({"data":[],"d\u0061ta":[]})", "'data' twice"},
           Case{R"({"data":[1]})", "record 1 is no object"},
           Case{R"({"data":[{"id":"a"},null]})", "record 2 is no object"},
           Case{R"({"data":[{}]})", "record 1 has no id"},
           Case{R"({"data":[{"id":null}]})", "has no id"},
           Case{R"({"data":[{"id":4}]})", "has no id"},
           Case{R"({"data":[{"id":""}]})", "has no id"},
           Case{R"({"data":[{"id":"a","id":"b"}]})", "'id' twice"},
           Case{R"({"data":[{"id":"a","attributes":{},"attributes":{}}]})", "'attributes' twice"},
           Case{R"({"data":[{"id":"a","type":"profile"}]})", "\"profile\", not \"event\""},
           Case{R"({"data":[{"id":"a","type":4}]})", "is of type 4"},
           Case{R"({"data":[{"id":"a","attributes":[]}]})", "'attributes'"},
           Case{R"({"data":[{"id":"a","relationships":"x"}]})", "'relationships'"},
           Case{R"({"data":[],"included":{}})", "'included' is no array"},
           Case{R"({"data":[],"included":[1]})", "'included' is no object"},
           Case{R"({"data":[],"links":[]})", "'links' is no object"},
           Case{R"({"data":[],"links":{"next":4}})", "'links.next'"},
           Case{R"({"data":[],"links":{"next":{}}})", "'links.next'"},
           Case{R"({"data":[],"links":{"next":null,"next":"n"}})", "'next' twice"},
       }) {
    const ParsedPage page = parse_page(events(), c.body);
    EXPECT_EQ(page.status.code(), base::Code::data) << c.body;
    EXPECT_THAT(page.status.message(), HasSubstr(c.message)) << c.body;
    EXPECT_TRUE(page.rows.empty());
  }
}

TEST(PageShape, RecordsOfAnyTypeAreTakenWhenNoneIsAskedFor) {
  RecordLayout layout;
  layout.columns.push_back({"id", ColumnType::utf8, ColumnType::utf8, Origin::id});
  layout.id_column = 0;
  const base::Log log;
  ColumnSet columns(layout);
  Flattener flattener(layout, columns, log);
  OpenGate gate;
  const std::string body =
      R"({"data":[{"type":"a","id":"1","attributes":{"x":1},"relationships":{"r":{"data":[]}}},{"type":"b","id":"2"}]})";
  ASSERT_TRUE(PageParser(layout).parse(body, {}, false, gate, columns, flattener).ok());
  EXPECT_EQ(take_rows(layout, columns).size(), 2U);
}

}  // namespace
}  // namespace klaviyo
