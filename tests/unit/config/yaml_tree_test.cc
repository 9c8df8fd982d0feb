#include "klaviyo/yaml_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace klaviyo {
namespace {

using Kind = YamlNode::Kind;
using testing::HasSubstr;

std::string repeated(std::string_view text, size_t count) {
  std::string result;
  for (size_t i = 0; i < count; ++i) result += text;
  return result;
}

// All problems, as "line: text".
std::string problems_of(std::string_view text) {
  std::string lines;
  for (const Problem& problem : parse_yaml_tree(text).problems) {
    lines += std::to_string(problem.line) + ": " + problem.text + "\n";
  }
  return lines;
}

TEST(YamlTree, KeepsScalarsAsText) {
  for (const std::string text : {"no", "off", "y", "2026-07-15", "12:30:45", "0123", "1e3", ".inf", "1_000", "true"}) {
    const YamlTree tree = parse_yaml_tree("a: " + text);
    ASSERT_EQ(tree.root.items.size(), 1U) << text;
    EXPECT_EQ(tree.root.items[0].kind, Kind::scalar) << text;
    EXPECT_EQ(tree.root.items[0].text, text);
  }
}

TEST(YamlTree, TellsNullFromEmptyTextAndFromTheWord) {
  const YamlTree tree = parse_yaml_tree("a: ~\nb: null\nc:\nd: ''\ne: \"null\"\n");
  ASSERT_EQ(tree.root.items.size(), 5U);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(tree.root.items[i].kind, Kind::null) << i;
  for (size_t i = 3; i < 5; ++i) EXPECT_EQ(tree.root.items[i].kind, Kind::scalar) << i;
  EXPECT_EQ(tree.root.items[3].text, "");
  EXPECT_EQ(tree.root.items[4].text, "null");
}

TEST(YamlTree, ValuesInMapsStandInTheLineOfTheirKey) {
  const YamlTree tree = parse_yaml_tree("# comment\na:\n  - x\n  - {b: y}\nc:\n");
  ASSERT_TRUE(tree.complete);
  ASSERT_EQ(tree.root.items.size(), 2U);
  const YamlNode& list = tree.root.items[0];
  EXPECT_EQ(list.key, "a");
  EXPECT_EQ(list.line, 2);
  ASSERT_EQ(list.items.size(), 2U);
  EXPECT_EQ(list.items[0].line, 3);
  EXPECT_EQ(list.items[1].items[0].line, 4);
  EXPECT_EQ(tree.root.items[1].line, 5);
}

TEST(YamlTree, ReadsJsonWithTabsEscapesAndSurrogatePairs) {
  const YamlTree tree =
      parse_yaml_tree("{\n\t\"a\\/b\": \"\\u00e9\\ud83d\\ude00\",\n\t\"n\": [1, -2, 0.9, 1e-2, true, null]\n}");
  ASSERT_TRUE(tree.complete) << tree.problems[0].text;
  ASSERT_EQ(tree.root.items.size(), 2U);
  EXPECT_EQ(tree.root.items[0].key, "a/b");
  EXPECT_EQ(tree.root.items[0].text, "\xC3\xA9\xF0\x9F\x98\x80");
  const std::vector<YamlNode>& values = tree.root.items[1].items;
  ASSERT_EQ(values.size(), 6U);
  EXPECT_EQ(values[0].text, "1");
  EXPECT_EQ(values[1].text, "-2");
  EXPECT_EQ(values[2].text, "0.9");
  EXPECT_EQ(values[3].text, "1e-2");
  EXPECT_EQ(values[4].text, "true");
  EXPECT_EQ(values[5].kind, Kind::null);
}

TEST(YamlTree, JsonHasLinesToo) {
  const YamlTree tree = parse_yaml_tree("{\n \"a\": 5\n ,\n \"b\": [\n  6\n ]\n}\n");
  ASSERT_EQ(tree.root.items.size(), 2U);
  EXPECT_EQ(tree.root.items[0].line, 2);
  EXPECT_EQ(tree.root.items[1].line, 4);
  EXPECT_EQ(tree.root.items[1].items[0].line, 5);
}

TEST(YamlTree, ReadsFlowYamlThatIsNoJson) {
  const YamlTree tree = parse_yaml_tree("{a: b, 'c': [d]}");
  ASSERT_EQ(tree.root.items.size(), 2U);
  EXPECT_EQ(tree.root.items[0].text, "b");
  EXPECT_EQ(tree.root.items[1].items[0].text, "d");
}

TEST(YamlTree, TakesByteOrderMarkAndWindowsLineEnds) {
  const YamlTree tree = parse_yaml_tree(
      "\xEF\xBB\xBF"
      "a: b\r\nc: d\r\n");
  ASSERT_EQ(tree.root.items.size(), 2U);
  EXPECT_EQ(tree.root.items[0].text, "b");
  EXPECT_EQ(tree.root.items[1].text, "d");
  EXPECT_EQ(tree.root.items[1].line, 2);
}

TEST(YamlTree, EmptyTextsAreNull) {
  for (const std::string text : {"", "# nothing\n", "---\n", "\n\n", "~", "...", "---\n...\n"}) {
    const YamlTree tree = parse_yaml_tree(text);
    EXPECT_TRUE(tree.complete) << text;
    EXPECT_EQ(tree.root.kind, Kind::null) << text;
  }
}

TEST(YamlTree, RefusesWhatIsNoText) {
  EXPECT_EQ(problems_of("a: b\nc: \xC3\x28\n"), "2: column 4: not UTF-8; save it as UTF-8\n");
  EXPECT_THAT(problems_of("a: \xED\xA0\x80"), HasSubstr("not UTF-8"));
  EXPECT_THAT(problems_of("a: \xF4\x90\x80\x80"), HasSubstr("not UTF-8"));
  EXPECT_THAT(problems_of("a: \xC0\xAF"), HasSubstr("not UTF-8"));
  EXPECT_THAT(problems_of("a: \xE2\x82"), HasSubstr("not UTF-8"));
  EXPECT_THAT(problems_of("\xFF\xFE"
                          "a"),
              HasSubstr("UTF-16"));
  EXPECT_THAT(problems_of(std::string("a: b\0c", 6)), HasSubstr("1: column 5: a NUL"));
  EXPECT_THAT(problems_of("a: b\x04\nc: d"), HasSubstr("1: column 5: a control character"));
  EXPECT_THAT(problems_of("a: b\rc: d"), HasSubstr("1: column 5: a carriage return alone"));
  EXPECT_EQ(problems_of("a: \xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\xEF\xBF\xBD\n"), "");
}

TEST(YamlTree, RefusesAliasBombsAtTheFirstAlias) {
  std::string bomb = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last + "," + last + "]\n";
  }
  EXPECT_THAT(problems_of(bomb), HasSubstr("1: column 5: an anchor"));
  EXPECT_THAT(problems_of(bomb), HasSubstr("2: column 10: an alias"));
  EXPECT_FALSE(parse_yaml_tree(bomb).complete);
  EXPECT_THAT(problems_of("a: *unknown"), HasSubstr("1: column"));
}

TEST(YamlTree, ReportsTagsAndMergeKeysAndGoesOn) {
  EXPECT_EQ(problems_of("a: !!binary eA==\nb: !include f\nc: !!python/object:os.system [x]\nd: !!map {}\n<<: {e: f}\n"),
            "1: column 4: a tag (!); remove it, or quote a text that begins with !\n"
            "2: column 4: a tag (!); remove it, or quote a text that begins with !\n"
            "3: column 4: a tag (!); remove it, or quote a text that begins with !\n"
            "4: column 4: a tag (!); remove it, or quote a text that begins with !\n"
            "5: column 1: the merge key '<<'; write the keys out\n");
}

TEST(YamlTree, ReportsEveryDuplicateKeyAndKeepsTheFirst) {
  const YamlTree tree = parse_yaml_tree("a: 1\nb: {c: 2, c: 3}\na: {d: 4}\n");
  ASSERT_TRUE(tree.complete);
  ASSERT_EQ(tree.problems.size(), 2U);
  EXPECT_EQ(tree.problems[0].text, "c: given twice, first in line 2; leave one out");
  EXPECT_EQ(tree.problems[1].text, "a: given twice, first in line 1; leave one out");
  EXPECT_EQ(tree.problems[1].line, 3);
  ASSERT_EQ(tree.root.items.size(), 2U);
  EXPECT_EQ(tree.root.items[0].text, "1");
  EXPECT_EQ(problems_of("{\"a\": 1,\n\"a\": 2}"), "2: a: given twice, first in line 1; leave one out\n");
}

TEST(YamlTree, RefusesSeveralDocuments) {
  EXPECT_EQ(problems_of("a: b\n---\nc: d\n"), "2: column 1: a second document; give one only\n");
  EXPECT_THAT(problems_of("{\"a\": 1}\n{\"b\": 2}"), HasSubstr("2: column 1: a second document"));
  EXPECT_EQ(problems_of("---\na: b\n...\n# end\n"), "");
}

TEST(YamlTree, RefusesKeysThatAreNoText) {
  EXPECT_THAT(problems_of("api_token: {{ env.NAME }}\n"), HasSubstr("1: column 13: a map or list as a key; close"));
  EXPECT_THAT(problems_of("? [a]\n: b\n"), HasSubstr("a map or list as a key"));
  EXPECT_THAT(problems_of("~: b\n"), HasSubstr("a key without text"));
}

TEST(YamlTree, NamesThePlaceOfWrongSyntax) {
  EXPECT_THAT(problems_of("a: b\nc: d: e\n"), HasSubstr("2: column 5: no valid YAML"));
  EXPECT_THAT(problems_of("a: [b\nc: d\n"), HasSubstr("no valid YAML: end of sequence flow not found"));
  EXPECT_FALSE(parse_yaml_tree("{\"a\": 1").complete);
  EXPECT_FALSE(parse_yaml_tree("{\"a\": 1}}").complete);
}

TEST(YamlTree, RefusesQuotesThatAreNotClosed) {
  for (const std::string text : {"x: y\na: \"b", "x: y\na: \"b\n", "x: y\na: 'b\nc: d\n", "x: y\na: \"b\n\n\n"}) {
    EXPECT_EQ(problems_of(text), "2: a quote is not closed here or in the next value\n") << text;
  }
}

TEST(YamlTree, HoldsTheDepthLimitAtBothEnds) {
  EXPECT_EQ(problems_of(repeated("[", 64) + repeated("]", 64)), "");
  EXPECT_THAT(problems_of(repeated("[", 65) + repeated("]", 65)), HasSubstr("1: column 65: nested deeper than 64"));
  EXPECT_EQ(problems_of("{\"a\":" + repeated("[", 63) + repeated("]", 63) + "}"), "");
  EXPECT_EQ(problems_of("{\"a\":" + repeated("[", 64) + repeated("]", 64) + "}"), "1: nested deeper than 64 levels\n");
}

TEST(YamlTree, RefusesHostileNestingWithoutOverflow) {
  for (const std::string_view opening : {"[", "{", "- ", "? ", "[{", "{a: ", "{? ", "[: ", "{\"a\":", "[\"a\","}) {
    const YamlTree tree = parse_yaml_tree(repeated(opening, 100'000));
    EXPECT_FALSE(tree.complete) << opening;
    EXPECT_EQ(tree.problems.size(), 1U) << opening;
  }
  EXPECT_THAT(problems_of(repeated("[", 100'000) + repeated("]", 100'000)), HasSubstr("nested deeper than 64 levels"));
  EXPECT_THAT(problems_of(repeated("{\"a\":", 100'000)), HasSubstr("nested deeper than 64 levels"));
}

TEST(YamlTree, HoldsTheOtherLimits) {
  const std::string kibibyte(1024, 'x');
  EXPECT_EQ(problems_of("a: " + repeated(kibibyte, 64)), "");
  EXPECT_THAT(problems_of("a: " + repeated(kibibyte, 64) + "x"), HasSubstr("1: column 4: a text of more than 64 KiB"));
  EXPECT_EQ(problems_of(repeated("- a\n", 9'999)), "");
  EXPECT_THAT(problems_of(repeated("- a\n", 10'000)), HasSubstr("10000: column 3: more than 10,000 values"));
  EXPECT_EQ(problems_of("a: b # " + repeated(kibibyte, 1023)), "");
  EXPECT_EQ(problems_of("a: b # " + repeated(kibibyte, 1024)), "1: the configuration is larger than 1 MiB\n");
}

TEST(YamlTree, DoesNotShowKeysThatMayBeSecrets) {
  EXPECT_THAT(problems_of("pk_canary: 1\npk_canary: 2\n"), testing::Not(HasSubstr("canary")));
  EXPECT_THAT(problems_of("{'api_token:canary', 'api_token:canary'}"), testing::Not(HasSubstr("canary")));
}

}  // namespace
}  // namespace klaviyo
