#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "filtered.h"

namespace bulkload {
namespace {

using testing::chain_of;
using testing::columns_of;
using ::testing::HasSubstr;

/// Names behind one rule, or the problems.
std::string renamed(const std::string& rule, const std::vector<std::string>& names) {
  std::vector<Field> fields;
  for (const std::string& name : names) fields.push_back({name, Type::string});
  const auto bound = chain_of("- type: rename\n  rules:\n  - " + rule + "\n", fields);
  if (!bound.findings.problems.empty()) return bound.problems();
  std::string text;
  for (const Field& field : bound.chain.schema().fields) text += (text.empty() ? "" : " ") + field.name;
  return text;
}

const std::vector<Field> kFields = {{"id", Type::string}, {"name", Type::string}};

TEST(Rename, ColumnsGetTheirNewNamesAndKeepTheirRows) {
  auto bound = chain_of("- {type: rename, columns: {name: full name, id: key}}", kFields);
  EXPECT_EQ(columns_of(bound), "key:string full name:string");
  EXPECT_EQ(testing::filter_rows(bound, kFields, {{"1", "a"}}), (std::vector<std::vector<std::string>>{{"1", "a"}}));
}

TEST(Rename, ColumnsCanSwapTheirNames) {
  EXPECT_EQ(columns_of(chain_of("- {type: rename, columns: {name: id, id: name}}", kFields)), "name:string id:string");
}

TEST(Rename, ColumnsComeBeforeRules) {
  EXPECT_EQ(columns_of(chain_of("- {type: rename, rules: [{rule: lower_to_upper}], columns: {name: label}}", kFields)),
            "ID:string LABEL:string");
}

TEST(Rename, NamesThatMeetAreAProblem) {
  EXPECT_EQ(columns_of(chain_of("- type: rename\n  columns: {name: id}\n", kFields)),
            "config.yml:2: filters.rename.columns: 'id' and 'name' would both be 'id'; add {rule: "
            "unique_number_suffix} or choose other names");
  EXPECT_THAT(renamed("{rule: regex_replace, match: 'a', replace: ''}", {"a"}), HasSubstr("leaves no name for 'a'"));
}

TEST(Rename, LettersChangeTheirCase) {
  EXPECT_EQ(renamed("{rule: lower_to_upper}", {"aZ_9é", "b"}), "AZ_9é B");
  EXPECT_EQ(renamed("{rule: upper_to_lower}", {"AbC", "É"}), "abc É");
}

TEST(Rename, CharacterTypesReplaceWhatDoesNotPass) {
  EXPECT_EQ(renamed("{rule: character_types, pass_types: [a-z, 0-9], pass_characters: '_'}", {"a-B_9", "größe", "日"}),
            "a___9 gr__e _");
  EXPECT_EQ(renamed("{rule: character_types, pass_types: [A-Z], pass_characters: 'é', replace: '日'}", {"aBé"}),
            "日Bé");
  EXPECT_EQ(renamed("{rule: character_types, replace: 'xy'}", {"a"}),
            "config.yml:3: filters.rename.rules.character_types.replace: must be one character");
  EXPECT_EQ(renamed("{rule: character_types, pass_types: [a-f]}", {"a"}),
            "config.yml:3: filters.rename.rules.character_types.pass_types: must be of a-z, A-Z and 0-9");
}

TEST(Rename, FirstCharacterTypesPrefixOrReplace) {
  const std::string passes = "{rule: first_character_types, pass_types: [a-z], pass_characters: _, ";
  EXPECT_EQ(renamed(passes + "prefix: _}", {"1st", "_a", "b1", "Éa"}), "_1st _a b1 _Éa");
  EXPECT_EQ(renamed(passes + "replace: x}", {"1st", "_a", "Éa"}), "xst _a xa");
  EXPECT_THAT(renamed(passes + "replace: x, prefix: _}", {"a"}), HasSubstr("give one of prefix and replace"));
  EXPECT_THAT(renamed("{rule: first_character_types}", {"a"}), HasSubstr("give one of prefix and replace"));
}

TEST(Rename, RegexReplaceWritesGroupsAsJavaDoes) {
  EXPECT_EQ(
      renamed("{rule: regex_replace, match: '([0-9]+)_dollars', replace: 'USD$1'}", {"1_dollars", "x_20_dollars_"}),
      "USD1 x_USD20_");
  EXPECT_EQ(renamed("{rule: regex_replace, match: '(a)(b)?', replace: '<$0|$2|$11|\\$>'}", {"abxa"}),
            "<ab|b|a1|$>x<a||a1|$>");
  EXPECT_EQ(renamed("{rule: regex_replace, match: '[aeiou]', replace: ''}", {"created", "id"}), "crtd d");
  EXPECT_EQ(renamed("{rule: regex_replace, match: 'x*', replace: '-'}", {"ab"}), "-a-b-");
}

TEST(Rename, RegexReplaceSaysWhatItDoesNotUnderstand) {
  EXPECT_THAT(renamed("{rule: regex_replace, match: '(a', replace: b}", {"a"}), HasSubstr("match: is no regular"));
  EXPECT_THAT(renamed("{rule: regex_replace, match: 'a', replace: '$1'}", {"a"}),
              HasSubstr("replace: has a $ without"));
  EXPECT_THAT(renamed("{rule: regex_replace, match: 'a', replace: 'b$'}", {"a"}),
              HasSubstr("replace: has a $ without"));
  EXPECT_THAT(renamed("{rule: regex_replace, match: 'a'}", {"a"}), HasSubstr("regex_replace.replace: is missing"));
}

TEST(Rename, TruncateKeepsWholeCharacters) {
  EXPECT_EQ(renamed("{rule: truncate, max_length: 3}", {"größe", "ab"}), "grö ab");
  EXPECT_EQ(renamed("{rule: truncate}", {std::string(200, 'a')}), std::string(128, 'a'));
  EXPECT_THAT(renamed("{rule: truncate, max_length: 0}", {"a"}), HasSubstr("must be a whole number from 1 on"));
}

/// Names that meet behind a truncation and get numbers.
std::string numbered(const std::string& options, const std::vector<std::string>& names, int length) {
  const std::string cut = "{rule: truncate, max_length: " + std::to_string(length) + "}\n";
  return renamed(cut + "  - {rule: unique_number_suffix" + options + "}", names);
}

TEST(Rename, UniqueNumberSuffixCountsForEachName) {
  EXPECT_EQ(numbered("", {"cx", "cy", "cz", "d"}, 1), "c c_2 c_3 d");
  // Names that are there are left out, as Embulk does.
  EXPECT_EQ(numbered("", {"c1", "c11", "c12", "c2", "c13", "c3"}, 2), "c1 c1_2 c1_3 c2 c1_4 c3");
  EXPECT_EQ(numbered("", {"c_2", "c_3", "cxxx", "cxxy"}, 3), "c_2 c_3 cxx cxx_2");
  EXPECT_EQ(numbered("", {"aax", "aay", "aa_2"}, 4), "aax aay aa_2");
}

TEST(Rename, UniqueNumberSuffixSkipsNamesThatAreThere) {
  const auto bound = chain_of(
      "- type: rename\n  rules:\n  - {rule: regex_replace, match: x, replace: ''}\n  - {rule: unique_number_suffix}\n",
      {{"c", Type::string}, {"cx", Type::string}, {"c_2", Type::string}, {"c_3", Type::string}});
  EXPECT_EQ(columns_of(bound), "c:string c_4:string c_2:string c_3:string");
}

TEST(Rename, UniqueNumberSuffixTakesItsOptions) {
  EXPECT_EQ(numbered(", delimiter: '.', digits: 3, offset: 5", {"cx", "cy", "cz"}, 1), "c c.006 c.007");
  EXPECT_EQ(numbered(", offset: 0", {"cx", "cy"}, 1), "c c_1");
  EXPECT_EQ(numbered(", max_length: 8", {"abcdefghij", "abcdefghik", "abcdefghil"}, 9), "abcdefgh abcdef_2 abcdef_3");
  EXPECT_THAT(numbered(", max_length: 7", {"a"}, 1), HasSubstr("max_length: must be a whole number from 8 on"));
  EXPECT_THAT(numbered(", delimiter: '1'", {"a"}, 1), HasSubstr("delimiter: must be one character, and no digit"));
  EXPECT_THAT(numbered(", offset: -1", {"a"}, 1), HasSubstr("offset: must be a whole number from 0 on"));
  EXPECT_THAT(numbered(", max_length: 8, digits: 8", {"abcdefghij", "abcdefghik"}, 9), HasSubstr("leaves no room"));
}

TEST(Rename, RulesAreAppliedTopDown) {
  const auto bound = chain_of(
      "- type: rename\n"
      "  rules:\n"
      "  - rule: upper_to_lower\n"
      "  - {rule: character_types, pass_types: [a-z, 0-9], pass_characters: _}\n"
      "  - {rule: first_character_types, pass_types: [a-z], pass_characters: _, prefix: _}\n"
      "  - {rule: unique_number_suffix, max_length: 128}\n",
      {{"My Name", Type::string}, {"my-name", Type::json}, {"1st", Type::int64}});
  EXPECT_EQ(columns_of(bound), "my_name:string my_name_2:json _1st:long");
}

TEST(Rename, ProblemsAreNamedWithTheirLines) {
  EXPECT_EQ(columns_of(chain_of("- type: rename\n"
                                "  columns:\n"
                                "    nam: a\n"
                                "    id:\n"
                                "  rules:\n"
                                "  - {rule: truncat}\n"
                                "  - {max_length: 5}\n"
                                "  - {rule: truncate, max_len: 5}\n",
                                kFields)),
            "config.yml:6: filters.rename.rules: 'truncat' is no rule; did you mean 'truncate'?\n"
            "config.yml:7: filters.rename.rules: a rule without its name; give {rule: …} of character_types, "
            "first_character_types, lower_to_upper, regex_replace, truncate, upper_to_lower or unique_number_suffix\n"
            "config.yml:8: filters.rename.rules.truncate.max_len: unknown key\n"
            "config.yml:4: filters.rename.columns.id: must be the new name");
  EXPECT_EQ(columns_of(chain_of("- type: rename\n  columns:\n    nam: a\n", kFields)),
            "config.yml:3: filters.rename.columns: 'nam' is no column here; did you mean 'name'?");
  EXPECT_EQ(columns_of(chain_of("- type: rename\n", kFields)),
            "config.yml:1: filters.rename.columns: give columns, rules, or both");
}

}  // namespace
}  // namespace bulkload
