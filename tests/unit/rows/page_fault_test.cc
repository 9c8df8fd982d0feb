// Damaged pages are refused whole; what senders choose never loses one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cells.h"
#include "klaviyo/page_parser.h"

namespace klaviyo {
namespace {

using testing::HasSubstr;

Config events() { return config_of(event_source()); }

constexpr const char* kPage = R"({
  "data": [
    {
      "type": "event",
      "id": "864MJAsPLG3",
      "attributes": {
        "timestamp": 1780300800,
        "event_properties": {"$value": 12.5, "Items": ["Ocean Blue Shirt", "\u00e4\n"], "nested": {"qty": 1, "gift": false}},
        "datetime": "2026-06-01T08:00:00+00:00"
      },
      "relationships": {
        "profile": {"data": {"type": "profile", "id": "p1"}, "links": {"self": "https://a.klaviyo.com/x/"}},
        "metric": {"data": {"type": "metric", "id": "m1"}, "links": {"self": "https://a.klaviyo.com/y/"}}
      },
      "links": {"self": "https://a.klaviyo.com/api/events/864MJAsPLG3/"}
    }
  ],
  "included": [
    {"type": "metric", "id": "m1", "attributes": {"name": "Plac\u00e9d"}},
    {"type": "profile", "id": "p1", "attributes": {"email": "sarah@x", "age": null, "vip": true, "z": -1.5e3}}
  ],
  "links": {"self": "https://a.klaviyo.com/api/events/", "next": null}
})";

TEST(PageFault, CutAtEveryByteItIsRefused) {
  const std::string whole = kPage;
  ASSERT_EQ(parse_page(events(), whole).rows.size(), 1U);
  for (size_t size = 0; size < whole.size(); ++size) {
    const ParsedPage page = parse_page(events(), whole.substr(0, size));
    ASSERT_EQ(page.status.code(), base::Code::data) << size;
    ASSERT_TRUE(page.rows.empty()) << size;
  }
}

TEST(PageFault, CutAtEveryByteWithoutBlanksItIsRefused) {
  const std::string whole =
      R"({"links":{"next":"n"},"data":[{"id":"a","attributes":{"value":1.5e3,"name":"\u0041\\"}}],"meta":[tru3])";
  std::string valid = whole;
  valid.replace(valid.find("tru3"), 4, "true");
  valid += "}";
  ASSERT_TRUE(parse_page(events(), valid).status.ok());
  for (size_t size = 0; size < valid.size(); ++size) {
    ASSERT_EQ(parse_page(events(), valid.substr(0, size)).status.code(), base::Code::data) << size;
  }
  EXPECT_EQ(parse_page(events(), whole + "}").status.code(), base::Code::data) << "unwanted values are checked too";
}

TEST(PageFault, OneWrongByteAnywhereNeverCrashesOrHalfDelivers) {
  const std::string whole = kPage;
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const char c : {'\0', '"', '}', ',', '0', '\x80'}) {
      std::string body = whole;
      body[at] = c;
      const ParsedPage page = parse_page(events(), body);
      if (page.status.ok()) {
        ASSERT_EQ(static_cast<int64_t>(page.rows.size()), page.summary.records) << at;
      } else {
        ASSERT_EQ(page.status.code(), base::Code::data);
        ASSERT_TRUE(page.rows.empty());
      }
    }
  }
}

TEST(PageFault, WhatFollowsTheDocumentIsRefused) {
  for (const char* tail : {"x", "{}", "]", ",", "\"", "null", "\xEF\xBB\xBF"}) {
    EXPECT_EQ(parse_page(events(), std::string(kPage) + tail).status.code(), base::Code::data) << tail;
  }
  EXPECT_EQ(parse_page(events(), std::string(kPage) + std::string(1, '\0')).status.code(), base::Code::data);
  EXPECT_TRUE(parse_page(events(), std::string(kPage) + " \r\n\t").status.ok());
}

TEST(PageFault, OtherDocumentsAreRefused) {
  for (const char* body : {"", " ", "<html><body>502 Bad Gateway</body></html>", "null", "OK", "\xFF\xFE{\0"}) {
    EXPECT_EQ(parse_page(events(), body).status.code(), base::Code::data) << body;
  }
}

TEST(PageFault, BrokenJsonInsideOfACopiedValueIsRefused) {
  for (const char* value : {R"({"a":tru})", "[1 2]", R"({"a" 1})", "[NaN]", "{\"a\":'x'}", "[01]", "[\"\\x\"]",
                            "[\"a\tb\"]", "{\"a\":1,}", "[\"\xC0\xAF\"]", "[\"\xED\xA0\x80\"]"}) {
    const ParsedPage page = parse_page(events(), page_of("{\"event_properties\":" + std::string(value) + "}"));
    EXPECT_EQ(page.status.code(), base::Code::data) << value;
  }
}

TEST(PageFault, PoisonValuesLoseNothing) {
  const std::string zeros(350, '0');
  for (const std::string& value :
       {std::string("18446744073709551616"), std::string("-9223372036854775809"), std::string("1e400"),
        std::string("-1e400"), std::string("1e-400"), std::string(400, '7'), "0." + zeros + "1", "[0." + zeros + "1]",
        std::string(R"("\ud800")"), std::string(R"({"\udc00":"\ud800\u0041"})"), std::string(R"("\u0000")"),
        std::string("-0"), std::string("9007199254740993.0"), std::string("[[],{},null]")}) {
    for (const char* key : {"event_properties", "unheard_of"}) {
      const ParsedPage page = parse_page(events(), page_of("{\"" + std::string(key) + "\":" + value + "}"));
      ASSERT_EQ(page.rows.size(), 1U) << page.status.message() << value;
      const bool known = std::string_view(key) == "event_properties";
      EXPECT_EQ(page.rows[0].at(known ? "event_properties" : "additional_attributes"),
                known ? value : "{\"unheard_of\":" + value + "}");
    }
    for (const char* key : {"timestamp", "value", "open", "datetime", "name", "location"}) {
      const ParsedPage page = parse_page(events(), page_of("{\"" + std::string(key) + "\":" + value + "}"));
      EXPECT_EQ(page.rows.size(), 1U) << key << ": " << value;
    }
  }
}

TEST(PageFault, DeepValuesBelowAttributesAreKeptAsTheyAre) {
  for (const size_t depth : {256U, 1000U, 100'000U}) {
    const std::string deep = std::string(depth, '[') + std::string(depth, ']');
    EXPECT_EQ(cell_of(events(), "{\"event_properties\":" + deep + "}", "event_properties"), deep);
    EXPECT_EQ(cell_of(events(), "{\"new\":" + deep + "}", "additional_attributes"), "{\"new\":" + deep + "}");
    const ParsedPage page = parse_page(
        events(), R"({"data":[{"id":"a"}],"included":[{"type":"metric","id":"m","attributes":{"x":)" + deep + "}}]}");
    EXPECT_TRUE(page.status.ok());
  }
}

TEST(PageFault, DeepNestingElsewhereIsRefused) {
  const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse_page(events(), R"({"data":[],"meta":)" + nested(255) + "}").status.ok());
  for (const size_t depth : {256U, 100'000U}) {
    for (const char* before :
         {R"({"data":[],"meta":)", R"({"links":{"self":)", R"({"data":[{"id":"a","relationships":{"x":)",
          R"({"data":[{"id":"a","links":)", R"({"data":)", ""}) {
      std::string body = before + nested(depth);
      const std::string open = before;
      for (size_t i = open.size(); i-- > 0;) {
        if (open[i] == '{') body += '}';
        if (open[i] == '[' && !open.substr(i).starts_with("[]")) body += ']';
      }
      EXPECT_EQ(parse_page(events(), body).status.code(), base::Code::data) << before << depth;
    }
  }
}

}  // namespace
}  // namespace klaviyo
