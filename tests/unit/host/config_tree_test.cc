#include "bulkload/config_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/host/scratch_folder.h"

namespace bulkload {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ConfigTreeTest : public testing::Test {
 protected:
  ConfigNode parse(const std::string& yaml) {
    folder_.write("c.yml", yaml);
    problems_.clear();
    const ConfigText text = read_config_text(folder_.path("c.yml"), process_environment, problems_);
    return parse_config_tree(text, problems_);
  }

  /// JSON of a text that must be sound.
  std::string json(const std::string& yaml) {
    const ConfigNode node = parse(yaml);
    EXPECT_THAT(problems_, IsEmpty()) << yaml;
    return to_json(node);
  }

  /// "LINE: TEXT" of the only problem.
  std::string problem(const std::string& yaml) {
    EXPECT_TRUE(parse(yaml).is_null());
    EXPECT_THAT(problems_, SizeIs(1)) << yaml;
    return problems_.empty() ? "" : std::to_string(problems_[0].place.line) + ": " + problems_[0].text;
  }

  ScratchFolder folder_;
  ConfigProblems problems_;
};

TEST_F(ConfigTreeTest, ScalarsStayTheTextsThatTheyAre) {
  EXPECT_EQ(json("a: no\nb: 0123\nc: 2026-07-15\nd: 12:30:45\ne: 1e3\nf: .inf\ng: 1_000\nh: 'x'\ni: \"y\\n\"\n"),
            R"({"a": "no", "b": "0123", "c": "2026-07-15", "d": "12:30:45", "e": "1e3", "f": ".inf", )"
            R"("g": "1_000", "h": "x", "i": "y\n"})");
}

TEST_F(ConfigTreeTest, NullIsNotTheEmptyText) {
  EXPECT_EQ(json("a: ~\nb: null\nc:\nd: ''\ne: 'null'\n"),
            R"({"a": null, "b": null, "c": null, "d": "", "e": "null"})");
}

TEST_F(ConfigTreeTest, JsonIsAccepted) {
  EXPECT_EQ(json("{\n\t\"in\": {\"a\": [1, true, null, \"x\\/\\u00e9\"]},\n\t\"b\": \"\"\n}\n"),
            "{\"in\": {\"a\": [\"1\", \"true\", null, \"x/\xC3\xA9\"]}, \"b\": \"\"}");
}

TEST_F(ConfigTreeTest, PlaceOfAValueIsThatOfItsKey) {
  const ConfigNode root = parse("\n# c\nin:\n  a:\n    - x\n  b: >\n    long\n    text\n");
  const ConfigNode* in = root.find("in");
  ASSERT_NE(in, nullptr);
  EXPECT_EQ(in->place.line, 3);
  EXPECT_EQ(in->find("a")->place.line, 4);
  EXPECT_EQ(in->find("a")->items[0].place.line, 5);
  EXPECT_EQ(in->find("b")->place.line, 6);
  EXPECT_EQ(in->find("c"), nullptr);
}

TEST_F(ConfigTreeTest, EmptyDocumentsAreNull) {
  for (const char* yaml : {"", "# only a comment\n", "---\n", "~\n"}) {
    EXPECT_TRUE(parse(yaml).is_null()) << yaml;
    EXPECT_THAT(problems_, IsEmpty()) << yaml;
  }
}

TEST_F(ConfigTreeTest, WhatMakesYamlDangerousIsRefusedWithItsLine) {
  EXPECT_EQ(problem("a: 1\nb: 2\na: 3\n"), "3: the key 'a' is given twice");
  EXPECT_THAT(problem("a: &x 1\n"), HasSubstr("1: anchors (&name) are not accepted"));
  EXPECT_THAT(problem("a: 1\nb: *x\n"), HasSubstr("2: "));
  EXPECT_THAT(problem("a: !!python/object 1\n"), HasSubstr("1: tags (!name) are not accepted"));
  EXPECT_THAT(problem("a: !include x\n"), HasSubstr("1: tags (!name) are not accepted"));
  EXPECT_THAT(problem("a: !!map {}\n"), HasSubstr("1: tags (!name) are not accepted"));
  EXPECT_THAT(problem("a:\n  <<: {b: 1}\n"), HasSubstr("2: merge keys"));
  EXPECT_THAT(problem("a: 1\n? [x]\n: 2\n"), HasSubstr("2: a key must be text"));
  EXPECT_THAT(problem("~: 1\n"), HasSubstr("1: a key must be text"));
  EXPECT_THAT(problem("a: 1\n---\nb: 2\n"), HasSubstr("several documents"));
  EXPECT_THAT(problem("a: 1\nb: [1, 2\n"), HasSubstr("not valid YAML or JSON"));
  EXPECT_THAT(problem("a: 1\n\tb: 2\n"), HasSubstr("not valid YAML or JSON"));
  EXPECT_THAT(problem("a: \"\\ud800\"\n"), HasSubstr("not valid YAML or JSON"));
}

TEST_F(ConfigTreeTest, DepthAndSizeAreBounded) {
  const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(json(nested(64)), nested(64));
  EXPECT_THAT(problem(nested(65)), HasSubstr("nested more than 64 deep"));
  EXPECT_THAT(problem(std::string(1 << 19, '[')), testing::StartsWith("1: "));
  std::string many = "a:\n";
  for (int i = 0; i < 10'000; ++i) many += "- 1\n";
  EXPECT_THAT(problem(many), HasSubstr("more than 10,000 values"));
  EXPECT_THAT(problem("a: " + std::string(64 * 1024 + 1, 'x')), HasSubstr("a text is longer than 64 KiB"));
}

class MergeConfigTest : public ConfigTreeTest {
 protected:
  std::string merged(const std::string& base, const std::string& diff) {
    ConfigNode node = parse(base);
    merge_config(node, parse(diff));
    return to_json(node);
  }
};

TEST_F(MergeConfigTest, MapsMergeKeyByKeyAndNullReplaces) {
  EXPECT_EQ(merged("{a: 1, b: {c: 2, d: 3}}", "{a: null, b: {d: 4, e: 5}, f: 6}"),
            R"({"a": null, "b": {"c": "2", "d": "4", "e": "5"}, "f": "6"})");
}

TEST_F(MergeConfigTest, ListsMergeElementByElement) {
  EXPECT_EQ(merged("{a: [1, {x: 1}, 3]}", "{a: [9, {y: 2}]}"), R"({"a": ["9", {"x": "1", "y": "2"}, "3"]})");
  EXPECT_EQ(merged("{a: [1]}", "{a: [1, 2]}"), R"({"a": ["1", "2"]})");
}

TEST_F(MergeConfigTest, OtherKindsReplaceEachOther) {
  EXPECT_EQ(merged("{a: 1, b: [1], c: {x: 1}}", "{a: [2], b: 3, c: null}"), R"({"a": ["2"], "b": "3", "c": null})");
}

}  // namespace
}  // namespace bulkload
