#include "klaviyo/page_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text_time.h"
#include "cells.h"

namespace klaviyo {
namespace {

Config events() { return config_of(event_source()); }

TEST(PageParser, GivesRowsAndSummary) {
  OpenGate gate;
  const ParsedPage page = parse_page(events(), R"({
    "data": [
      {"type": "event", "id": "e1", "attributes": {"name": "one", "datetime": "2026-06-01T08:00:00+00:00"}},
      {"type": "event", "id": "e\u0032", "attributes": {"name": "two", "datetime": null}},
      {"type": "event", "id": "e3"}
    ],
    "links": {"self": "x", "next": "https:\/\/a.klaviyo.com\/api\/events?page%5Bcursor%5D=abc", "prev": null}
  })",
                                     gate);
  ASSERT_TRUE(page.status.ok()) << page.status.message();
  EXPECT_EQ(page.summary.records, 3);
  EXPECT_EQ(page.summary.kept, 3);
  EXPECT_EQ(page.summary.next, "https://a.klaviyo.com/api/events?page%5Bcursor%5D=abc");
  ASSERT_EQ(page.rows.size(), 3U);
  EXPECT_EQ(page.rows[0].at("datetime"), "2026-06-01T08:00:00Z");
  EXPECT_EQ(page.rows[1].at("id"), "e2");
  EXPECT_EQ(page.rows[2].at("name"), std::nullopt);
  ASSERT_EQ(gate.asked.size(), 3U);
  EXPECT_EQ(gate.asked[0].time_us, base::parse_time("2026-06-01T08:00:00Z")->us);
  EXPECT_EQ(gate.asked[1].id, "e2") << "ids are passed unescaped";
  EXPECT_EQ(gate.asked[1].time_us, std::nullopt);
  EXPECT_EQ(gate.asked[2].time_us, std::nullopt);
}

TEST(PageParser, AnEmptyPageMayHaveANextOne) {
  const ParsedPage page = parse_page(events(), R"({"data":[],"included":[],"links":{"next":"n"}})");
  ASSERT_TRUE(page.status.ok());
  EXPECT_EQ(page.summary.records, 0);
  EXPECT_EQ(page.summary.ids_hash, 0U);
  EXPECT_EQ(page.summary.next, "n");
  EXPECT_TRUE(page.rows.empty());
}

TEST(PageParser, ThereIsNoNextPageWithoutALink) {
  for (const char* links :
       {"", ",\"links\":null", ",\"links\":{}", ",\"links\":{\"next\":null}", ",\"links\":{\"next\":\"\"}"}) {
    const ParsedPage page = parse_page(events(), std::string("{\"data\":[]") + links + "}");
    ASSERT_TRUE(page.status.ok()) << links;
    EXPECT_EQ(page.summary.next, std::nullopt) << links;
  }
}

TEST(PageParser, IdsHashTellsPagesApart) {
  const auto hash = [](const char* ids) {
    return parse_page(events(), std::string("{\"data\":[") + ids + "]}").summary.ids_hash;
  };
  const uint64_t ab = hash(R"({"id":"a"},{"id":"b"})");
  EXPECT_EQ(ab, hash(R"({"id":"a","attributes":{"name":"x"}},{"id":"\u0062"})"));
  EXPECT_NE(ab, hash(R"({"id":"b"},{"id":"a"})"));
  EXPECT_NE(ab, hash(R"({"id":"ab"})"));
  EXPECT_NE(hash(R"({"id":"a"})"), 0U);
}

TEST(PageParser, RefusedRecordsLeaveNoTrace) {
  class Odd final : public RowGate {
    bool admit(std::string_view id, std::optional<int64_t>) override { return id.back() % 2 != 0; }
  } gate;
  std::string data;
  for (int i = 0; i < 30; ++i) {
    data += (i > 0 ? "," : "") + std::string("{\"id\":\"") + std::to_string(i) +
            "\",\"attributes\":" + (i % 3 == 0 ? "{\"open\":true}" : "{\"name\":\"n\",\"unknown\":1}") + "}";
  }
  const ParsedPage page = parse_page(events(), "{\"data\":[" + data + "]}", gate);
  EXPECT_EQ(page.summary.records, 30);
  EXPECT_EQ(page.summary.kept, 15);
  ASSERT_EQ(page.rows.size(), 15U);
  for (size_t i = 0; i < 15; ++i) {
    EXPECT_EQ(page.rows[i].at("id"), std::to_string(2 * i + 1));
    const bool third = (2 * i + 1) % 3 == 0;
    EXPECT_EQ(page.rows[i].at("open"), third ? Cell("true") : std::nullopt);
    EXPECT_EQ(page.rows[i].at("additional_attributes"), third ? std::nullopt : Cell("{\"unknown\":1}"));
  }
}

TEST(PageParser, TheTimeDecidesWithoutAColumnToo) {
  Config config = events();
  config.columns = {{"id", std::nullopt}};
  OpenGate gate;
  const ParsedPage page = parse_page(config, page_of(R"({"datetime":"2026-06-01T08:00:00.5Z"})"), gate);
  ASSERT_EQ(gate.asked.size(), 1U);
  EXPECT_EQ(gate.asked[0].time_us, base::parse_time("2026-06-01T08:00:00.5Z")->us);
}

TEST(PageParser, TheLabelFillsItsColumn) {
  Source source = event_source();
  source.label_column = "channel";
  const std::string body = page_of("{}");
  EXPECT_EQ(parse_page(config_of(source), body, false, "email").rows.at(0).at("channel"), "email");
  EXPECT_EQ(parse_page(config_of(source), body).rows.at(0).at("channel"), std::nullopt);
  const Row own = parse_page(config_of(source), page_of(R"({"channel":"sms"})"), false, "email").rows.at(0);
  EXPECT_EQ(own.at("channel"), "sms") << "what the record says itself comes first";
  EXPECT_EQ(own.at("additional_attributes"), std::nullopt);
}

TEST(PageParser, ASingleObjectIsAPageWhereItIsExpected) {
  const std::string body = R"({"data":{"type":"event","id":"e1"}})";
  const ParsedPage page = parse_page(events(), body, true);
  ASSERT_TRUE(page.status.ok());
  EXPECT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(parse_page(events(), body, false).status.code(), base::Code::data);
  EXPECT_TRUE(parse_page(events(), R"({"data":[]})", true).status.ok());
}

TEST(PageParser, AppendsToTheRowsThatAreThere) {
  const RecordLayout layout = make_layout(events());
  const base::Log log;
  ColumnSet columns(layout);
  Flattener flattener(layout, columns, log);
  PageParser parser(layout);
  OpenGate gate;
  ASSERT_TRUE(parser.parse(page_of(R"({"name":"a"})"), {}, false, gate, columns, flattener).ok());
  ASSERT_TRUE(parser.parse(page_of(R"({"open":true})"), {}, false, gate, columns, flattener).ok());
  const int64_t bytes = columns.byte_size();
  ASSERT_FALSE(
      parser.parse(R"({"data":[{"id":"x","attributes":{"name":"b"}},{"id":4}]})", {}, false, gate, columns, flattener)
          .ok());
  EXPECT_EQ(columns.byte_size(), bytes) << "a page that fails in the middle leaves nothing behind";
  ASSERT_TRUE(parser.parse(page_of(R"({"name":"c"})"), {}, false, gate, columns, flattener).ok());
  const std::vector<Row> rows = take_rows(layout, columns);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].at("name"), "a");
  EXPECT_EQ(rows[1].at("name"), std::nullopt);
  EXPECT_EQ(rows[2].at("name"), "c");
}

TEST(PageParser, AByteOrderMarkIsAccepted) {
  EXPECT_EQ(parse_page(events(), "\xEF\xBB\xBF" + page_of("{}")).rows.size(), 1U);
}

}  // namespace
}  // namespace klaviyo
