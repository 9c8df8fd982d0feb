#include "bulkload/filter/chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bulkload/filter/registry.h"
#include "filtered.h"

namespace bulkload {
namespace {

using testing::chain_of;
using testing::columns_of;
using ::testing::ElementsAre;
using ::testing::Not;

const std::vector<Field> kFields = {{"id", Type::string}, {"email", Type::string}, {"created", Type::timestamp}};

TEST(FilterChain, WithoutFiltersGivesRowsAsTheyAre) {
  for (const std::string none : {"", "[]"}) {
    auto bound = chain_of(none, kFields);
    EXPECT_EQ(columns_of(bound), "id:string email:string created:timestamp");
    EXPECT_EQ(bound.chain.digest(), "");
    EXPECT_EQ(testing::filter_rows(bound, kFields, {{"1", "a", int64_t{2}}}),
              (std::vector<std::vector<std::string>>{{"1", "a", "2"}}));
  }
}

TEST(FilterChain, AppliesFiltersInTheirOrder) {
  auto bound = chain_of(
      "- {type: hash, columns: [{name: email, new_name: email_hash}]}\n"
      "- {type: rename, columns: {created: made}}\n"
      "- {type: add_time, to_column: {name: time, type: long}, from_column: {name: made}}\n"
      "- {type: remove_columns, keep: [time, email_hash]}\n",
      kFields);
  EXPECT_EQ(columns_of(bound), "email_hash:string time:long");
  EXPECT_EQ(testing::filter_rows(bound, kFields, {{"1", "abc", int64_t{2'500'000}}}),
            (std::vector<std::vector<std::string>>{
                {"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "2"}}));
}

TEST(FilterChain, ColumnsThatAFilterTookAwayAreUnknownBehindIt) {
  EXPECT_EQ(
      columns_of(chain_of("- {type: remove_columns, remove: [email]}\n- {type: hash, columns: [email]}\n", kFields)),
      "config.yml:2: filters.hash.columns: 'email' is no column here");
}

TEST(FilterChain, KeepsTheTablesMetadata) {
  FilterChain chain = chain_of("- {type: remove_columns, remove: [email]}", kFields).chain;
  Findings findings;
  TableSchema schema{kFields, {{"source", "lists"}, {"order", "time"}}};
  FilterChain again = chain_of("- {type: rename, columns: {id: key}}", kFields).chain;
  again.bind(schema, false, findings);
  EXPECT_EQ(again.schema().meta("source"), "lists");
  EXPECT_EQ(again.schema().meta("order"), "time");
}

TEST(FilterChain, ColumnThatMergeNeedsMustStay) {
  const std::string filters = "- {type: rename, columns: {id: key}}\n- {type: remove_columns, remove: [key, email]}\n";
  EXPECT_EQ(columns_of(chain_of(filters, kFields, "", true)),
            "config.yml:2: filters.remove_columns: takes the column key away, by which mode merge finds rows; keep it, "
            "or use mode append or replace");
  EXPECT_EQ(columns_of(chain_of(filters, kFields)), "created:timestamp");
}

TEST(FilterChain, KeyIsFollowedByWhateverGivesItsColumnsOtherNames) {
  const auto key_behind = [](const std::string& filters) {
    const auto bound = chain_of(filters, kFields, "", true);
    if (!bound.findings.problems.empty()) return bound.problems();
    std::string names;
    for (const size_t column : bound.chain.schema().key()) names += bound.chain.schema().fields[column].name + ' ';
    return names;
  };
  EXPECT_EQ(key_behind("- {type: remove_columns, remove: [email]}"), "id ");
  EXPECT_EQ(key_behind("- {type: rename, columns: {id: email, email: id}}"), "email ");
  EXPECT_EQ(key_behind("- {type: hash, columns: [{name: id, new_name: hash}]}"), "hash ");
  EXPECT_EQ(key_behind("- {type: add_time, to_column: {name: id, type: long}, from_column: {name: created}}"), "id_ ");
}

TEST(FilterChain, DetectDeletesAddsItsColumnWithoutValuesBehindAllOthers) {
  ConfigProblems problems;
  FilterChain chain = FilterChain::read(ConfigNode(), ConfigNode(), problems);
  chain.detect_deletes({"config.yml", 3});
  EXPECT_THAT(chain.digest(), Not(""));
  Findings findings;
  chain.bind(testing::table_schema(kFields), true, findings);
  ASSERT_TRUE(findings.problems.empty());
  const auto batch = chain.apply(testing::record_batch(kFields, {{"1", "a", testing::kNull}}), {});
  ASSERT_TRUE(batch.ok());
  EXPECT_EQ(chain.schema().fields.back().name, "_deleted_at");
  EXPECT_EQ(testing::cells_of(*batch), (std::vector<std::vector<std::string>>{{"1", "a", "null", "null"}}));
  chain.bind(testing::table_schema({{"id", Type::string}, {"_Deleted_At", Type::string}}), true, findings);
  EXPECT_THAT(format_problems(findings.problems),
              ::testing::StartsWith("config.yml:3: out.detect_deletes: marks rows"));
}

TEST(FilterChain, SectionsThatAreNoFiltersAreNamedWithTheirLines) {
  EXPECT_EQ(columns_of(chain_of("- {type: renam}\n- {columns: [a]}\n- rename\n- {type: speedometer}\n", kFields)),
            "config.yml:1: filters: 'renam' is no filter; did you mean 'rename'?\n"
            "config.yml:2: filters: a filter without type; give {type: …} of add_time, rename, remove_columns or hash\n"
            "config.yml:3: filters: a filter without type; give {type: …} of add_time, rename, remove_columns or hash\n"
            "config.yml:4: filters: 'speedometer' is no filter; there are add_time, rename, remove_columns or hash");
  EXPECT_EQ(columns_of(chain_of("{type: rename}", kFields)),
            "config.yml:1: filters: must be a list, such as `- {type: remove_columns, remove: [...]}`");
}

TEST(FilterChain, DigestIsOfWhatTheFiltersMean) {
  const auto digest = [](const std::string& filters, const std::string& time_column = "") {
    return chain_of(filters, kFields, time_column).chain.digest();
  };
  const std::string one = digest("- {type: hash, columns: [email], key: secret}");
  EXPECT_EQ(digest("# the same\n- key: \"secret\"\n  type: hash\n  columns:\n  - email\n"), one);
  EXPECT_THAT(digest("- {type: hash, columns: [email], key: Secret}"), Not(one));
  EXPECT_THAT(digest("- {type: hash, columns: [email]}"), Not(one));
  EXPECT_THAT(digest("- {type: hash, columns: [email], key: secret}", "created"), Not(one));
  EXPECT_THAT(digest("", "created"), Not(""));
  EXPECT_THAT(digest("- {type: rename, columns: {id: a}}\n- {type: remove_columns, remove: [email]}"),
              Not(digest("- {type: remove_columns, remove: [email]}\n- {type: rename, columns: {id: a}}")));
  EXPECT_EQ(one.find("secret"), std::string::npos);
}

TEST(FilterRegistry, EveryKeyHasItsHelp) {
  EXPECT_THAT(filter_types(), ElementsAre("add_time", "rename", "remove_columns", "hash"));
  for (const FilterOptionHelp& option : filter_option_help()) EXPECT_NE(option.help, "") << option.key;
}

}  // namespace
}  // namespace bulkload
