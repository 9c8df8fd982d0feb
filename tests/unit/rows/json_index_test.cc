#include "klaviyo/json_index.h"

#include <gtest/gtest.h>

namespace klaviyo {
namespace {

bool is_json(const std::string& text) { return JsonIndex().build(text).ok(); }

TEST(JsonIndex, TakesWhatTheGrammarAllows) {
  for (const char* text : {"{}", "[]", " [ ] ", "0", "\"\"", "true", "false", "null", "-1.5e-3", R"({"":0})",
                           R"({"a" : [ 1 , {"b":[]} , "\u00e4\ud800\\\"" ] , "a":null})", "[[],[[]],{}]", "[1\n,\t2\r]",
                           "[1e400,123456789012345678901234567890,-0,1e-400]", "\xEF\xBB\xBF{}", "[\"\x7F\"]"}) {
    EXPECT_TRUE(is_json(text)) << text;
  }
}

TEST(JsonIndex, RefusesWhatTheGrammarForbids) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[",
                           "}",
                           "]",
                           "{]",
                           "[}",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "[1,,2]",
                           "{,}",
                           R"({"a"})",
                           R"({"a":})",
                           R"({"a":1,})",
                           R"({"a" 1})",
                           R"({"a"::1})",
                           R"({1:2})",
                           R"({"a":1 "b":2})",
                           "tru",
                           "truee",
                           "nul",
                           "True",
                           "[tru]",
                           "[falsey]",
                           "[true false]",
                           "[01]",
                           "[1.]",
                           "[.5]",
                           "[+1]",
                           "[1e]",
                           "[0x1]",
                           "[NaN]",
                           "[-Infinity]",
                           "[1a]",
                           "[1\"a\"]",
                           "[true\"a\"]",
                           "[\"a\"b]",
                           "[\"a\"\"b\"]",
                           "['a']",
                           "[\"a]",
                           "[\"\\x\"]",
                           "[\"\\u12\"]",
                           "[\"\\u12g4\"]",
                           "[\\]",
                           "\\\"a\"",
                           "[1]]",
                           "{} {}",
                           "{}x",
                           "[1]1",
                           "[\"a\nb\"]",
                           "[\"a\tb\"]",
                           "[\f1]",
                           "[1\v]",
                           "[\x1A]",
                           "/**/[]",
                           "[1]//",
                           "\xEF\xBB\xBF\xEF\xBB\xBF{}",
                           "\xEF\xBB\xBF",
                           "[\"\\",
                           "[\"\\\"",
                           "[\"\\u\"]",
                           "[\"\\ud8\"]"}) {
    EXPECT_FALSE(is_json(text)) << text;
  }
  EXPECT_FALSE(is_json(std::string("[1]\0", 4)));
  EXPECT_FALSE(is_json(std::string("[\"a\0b\"]", 7)));
  EXPECT_FALSE(is_json(std::string("\0", 1)));
}

TEST(JsonIndex, RefusesInvalidUtf8WithItsOffset) {
  struct Case {
    const char* text;
    const char* offset;
  };
  for (const Case& c : {Case{"[\"a\x80\"]", "(byte 3)"}, Case{"[\"\xC0\xAF\"]", "(byte 2)"},
                        Case{"[\"\xED\xA0\x80\"]", "(byte 2)"}, Case{"[\"\xC3\xA4\xE2\x82\"]", "(byte 4)"},
                        Case{"[\"\xF4\x90\x80\x80\"]", "(byte 2)"}, Case{"\xEF\xBB\xBF[\"\xFF\"]", "(byte 5)"}}) {
    const base::Status status = JsonIndex().build(c.text);
    EXPECT_EQ(status.code(), base::Code::data);
    EXPECT_NE(status.message().find("UTF-8"), std::string::npos) << status.message();
    EXPECT_NE(status.message().find(c.offset), std::string::npos) << status.message();
  }
}

TEST(JsonIndex, NamesTheOffsetOfAFault) {
  EXPECT_NE(JsonIndex().build("{\"a\": 1, 2}").message().find("(byte 9)"), std::string::npos);
  EXPECT_NE(JsonIndex().build("[\"ab\ncd\"]").message().find("(byte 4)"), std::string::npos);
  EXPECT_NE(JsonIndex().build("[\"ab\\qd\"]").message().find("(byte 4)"), std::string::npos);
  EXPECT_EQ(JsonIndex().build("{\"a\": [1, 2").message(), "the answer is cut short (byte 11)");
  EXPECT_EQ(JsonIndex().build("").message(), "the answer is empty (byte 0)");
}

TEST(JsonIndex, NestsWithoutRecursionOrLimit) {
  const std::string open(1'000'000, '[');
  EXPECT_TRUE(is_json(open + std::string(open.size(), ']')));
  EXPECT_FALSE(is_json(open));
  EXPECT_FALSE(is_json(open + std::string(open.size() - 1, ']') + "}"));
}

TEST(JsonIndex, CountsWhatIsNestedDeep) {
  const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  JsonIndex json;
  const std::string flat = nested(256), deep = nested(257);
  ASSERT_TRUE(json.build(flat).ok());
  EXPECT_EQ(json.deep(), 0U);
  ASSERT_TRUE(json.build(deep).ok());
  EXPECT_EQ(json.deep(), 1U);

  const std::string two = "[" + nested(256) + "," + nested(300) + "]";
  ASSERT_TRUE(json.build(two).ok());
  EXPECT_EQ(json.deep(), 2U);
  EXPECT_EQ(json.deep_within(JsonElements(json, 0).value()), 1U);
}

TEST(JsonIndex, WalksMembersAndElements) {
  const std::string text = R"( {"a" : [1 , "x" , {} ,[[2]]] , "b\n" :  -1.50  ,"c":null } )";
  JsonIndex json;
  ASSERT_TRUE(json.build(text).ok());
  JsonMembers member(json, JsonIndex::kRoot);
  ASSERT_TRUE(member);
  EXPECT_EQ(member.key(), "a");
  std::vector<std::string_view> elements;
  for (JsonElements element(json, member.value()); element; ++element) elements.push_back(json.raw(element.value()));
  EXPECT_EQ(elements, (std::vector<std::string_view>{"1", "\"x\"", "{}", "[[2]]"}));
  ASSERT_TRUE(++member);
  EXPECT_EQ(member.key(), "b\\n");
  EXPECT_EQ(json.raw(member.value()), "-1.50");
  ASSERT_TRUE(++member);
  EXPECT_TRUE(json.is_null(member.value()));
  EXPECT_FALSE(++member);
}

TEST(JsonIndex, KeepsItsMemoryFromTextToText) {
  JsonIndex json;
  const std::string large = "[" + std::string(200'000, ' ') + "1]", small = "[2]";
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(json.build(large).ok());
    EXPECT_EQ(json.raw(1), "1");
    ASSERT_TRUE(json.build(small).ok());
    EXPECT_EQ(json.raw(1), "2");
    ASSERT_FALSE(json.build("[").ok());
  }
}

}  // namespace
}  // namespace klaviyo
