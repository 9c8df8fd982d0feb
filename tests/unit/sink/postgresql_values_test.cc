#include "bulkload/sink/postgresql_values.h"

#include <gtest/gtest.h>

namespace bulkload::postgresql {
namespace {

TEST(PostgresqlValues, WhatIsStorableStaysAsItIs) {
  for (const char* text : {"", "plain", "\xC3\xA9\xF0\x9F\x98\x80", "\x01\x7F\t"}) EXPECT_EQ(storable_text(text), text);
  for (const char* json :
       {R"({"a": [1, -2.5e+3, true, null, "\ud83d\ude00 \\u0000 \"\u00e9"]})", " 0 ", R"("1e999999")"}) {
    EXPECT_EQ(storable_json(json), json);
    EXPECT_EQ(storable_jsonb(json), json);
  }
}

TEST(PostgresqlValues, EachByteThatIsNoTextIsReplaced) {
  EXPECT_EQ(storable_text(std::string_view("a\0\xC3", 3)), "a\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(storable_text("\xC0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(PostgresqlValues, HalvesOfPairsAndNulsAreReplacedInKeysAndStrings) {
  EXPECT_EQ(storable_jsonb(R"({"\u0000": "\uD800\uDBFF\uDC00\uDC00"})"), R"({"\ufffd": "\ufffd\uDBFF\uDC00\ufffd"})");
  EXPECT_EQ(storable_jsonb(R"("\\\u0000\\u0000")"), R"("\\\ufffd\\u0000")");
  EXPECT_EQ(storable_json(R"("\u0000\ud800")"), R"("\u0000\ud800")");
}

TEST(PostgresqlValues, NumbersBeyondNumericBecomeTheirDigits) {
  EXPECT_EQ(storable_jsonb(R"([1e131071,-1E+131072,"1e131072",0.5e-16383])"),
            R"([1e131071,"-1E+131072","1e131072","0.5e-16383"])");
}

TEST(PostgresqlValues, WhatIsNoJsonBecomesAString) {
  EXPECT_EQ(storable_jsonb(R"({"a": 01})"), R"("{\"a\": 01}")");
  EXPECT_EQ(storable_json(""), R"("")");
}

TEST(PostgresqlValues, DepthCountsBracketsOutsideStrings) {
  const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_FALSE(is_beyond_json(nested(kDeepestJson)));
  EXPECT_TRUE(is_beyond_json(nested(kDeepestJson + 1)));
  EXPECT_FALSE(is_beyond_json("\"\\\"" + nested(5'000) + "\""));
  EXPECT_FALSE(is_beyond_json("[" + std::string(5'000, ' ') + "]"));
  std::string flat = "[{}";
  for (int i = 0; i < 5'000; ++i) flat += ",{}";
  EXPECT_FALSE(is_beyond_json(flat + "]"));
  EXPECT_TRUE(is_beyond_json("\"" + std::string(kLargestJson, 'x') + "\""));
}

}  // namespace
}  // namespace bulkload::postgresql
