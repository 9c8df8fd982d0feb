#include "bulkload/guess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bulkload/sources.h"
#include "unit/host/fake_plugin.h"
#include "unit/host/scratch_folder.h"

namespace bulkload {
namespace {

using testing::HasSubstr;

const TableSchema kColumns = {{{"id", Type::string}, {"Odd: name", Type::json}}, {{"source", "fake"}}};

class GuessTest : public testing::Test {
 protected:
  std::string guess(const std::string& content, const std::string& name = "c.yml") {
    folder_.write(name, content);
    ConfigProblems problems;
    file_ = read_config_file(
        folder_.path(name), [](const std::string&) { return "secret-value"; }, problems);
    EXPECT_EQ(format_problems(problems), "");
    auto text = complete_config(file_, fake_plugin().config_schema, {{"", &file_.in, &kColumns}});
    return text.ok() ? *text : text.status().message();
  }

  ScratchFolder folder_;
  ConfigFile file_;
};

TEST_F(GuessTest, OptionsAndColumnsFollowTheSectionAsComments) {
  EXPECT_EQ(guess("# mine\n"
                  "in:\n"
                  "  type: fake   # kept\n"
                  "  token: {{ env.TOKEN }}\n"
                  "\n"
                  "# theirs\n"
                  "out: {mode: append}\n"),
            "# mine\n"
            "in:\n"
            "  type: fake   # kept\n"
            "  token: {{ env.TOKEN }}\n"
            "  # Options that are not set, with their defaults:\n"
            "  # rows:  # how many rows there are\n"
            "  # batch_rows: 10  # rows of a batch\n"
            "  # order: \"time\"\n"
            "  # All columns; list some of them to select, order or retype:\n"
            "  # columns:\n"
            "  #   - {name: id, type: string}\n"
            "  #   - {name: \"Odd: name\", type: json}\n"
            "\n"
            "# theirs\n"
            "out: {mode: append}\n");
}

TEST_F(GuessTest, WhatIsSetIsNotSaidAgain) {
  const std::string text = guess("in:\n  type: fake\n  rows: 1\n  batch: 5\n  order: none\n  columns:\n  - id\n");
  EXPECT_EQ(text, "in:\n  type: fake\n  rows: 1\n  batch: 5\n  order: none\n  columns:\n  - id\n");
}

TEST_F(GuessTest, BareSectionIsCompletedAtItsEnd) {
  EXPECT_THAT(guess("type: fake\nrows: 1"), testing::StartsWith("type: fake\nrows: 1\n# Options that are not set"));
}

TEST_F(GuessTest, SectionInOneLineIsCompletedBelowTheFile) {
  const std::string text = guess("in: {type: fake, rows: 1}\nout: {}\n");
  EXPECT_THAT(text, testing::StartsWith("in: {type: fake, rows: 1}\nout: {}\n# in:\n#   Options that are not set"));
  EXPECT_THAT(text, HasSubstr("#   columns:\n#     - {name: id, type: string}\n"));
}

TEST_F(GuessTest, CompletedFileSaysTheSame) {
  const std::string before = "in:\n  type: fake\n  columns: [a,\n    b]\n  rows: 1\nexec: {}\n";
  const std::string text = guess(before);
  const std::string in = to_json(file_.in);
  guess(text);
  EXPECT_EQ(to_json(file_.in), in);
}

TEST_F(GuessTest, JsonHasNoRoomForComments) {
  EXPECT_THAT(guess(R"({"in": {"type": "fake"}})", "c.json"), HasSubstr("name the file .yml"));
}

TEST_F(GuessTest, SecretsAreMaskedForTheScreen) {
  const std::string text = guess("in:\n  type: fake\n  token: pk_123456\n");
  EXPECT_THAT(text, HasSubstr("token: pk_123456"));
  EXPECT_THAT(mask_secrets(text, file_), HasSubstr("token: ***\n"));
}

TEST(Sources, AreListedWithWhatAReaderNeeds) {
  const auto table = list_sources(fake_plugin().config_schema);
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(render(*table, TableFormat::csv),
            "name,path,page_size,filter_by,rate_limit,scopes,columns,beta\n"
            "fake_rows,/api/fake,100,created,\"75/s, 700/min\",\"fake:read, other:read\",2,\"\"\n"
            "metrics,/api/metrics,,\"\",\"\",\"\",0,\"\"\n");
}

TEST(Sources, ColumnsSayWhatTheyNeed) {
  const auto table = list_source_columns(fake_plugin().config_schema, "fake-rows");
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(render(*table, TableFormat::markdown),
            "| name | type | needs |\n|---|---|---|\n| id | string |  |\n| extra | json | include: things |\n");
}

TEST(Sources, UnknownOneNamesTheNearest) {
  const base::Status status = list_source_columns(fake_plugin().config_schema, "metric").status();
  EXPECT_EQ(status.code(), base::Code::config);
  EXPECT_THAT(status.message(), HasSubstr("did you mean 'metrics'?"));
}

TEST(Sources, SchemaWithoutThemIsAnError) {
  for (const char* schema : {"", "[]", "{}", R"({"x-sources": {}})", R"({"x-sources": []})"}) {
    EXPECT_EQ(list_sources(schema).status().code(), base::Code::internal) << schema;
  }
}

}  // namespace
}  // namespace bulkload
