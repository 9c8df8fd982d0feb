#include "bulkload/sink/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bulkload/sink/sink.h"

namespace bulkload::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

SinkOptions options(const std::string& type, std::map<std::string, std::string> settings, Mode mode = Mode::append) {
  SinkOptions made;
  made.type = type;
  made.mode = mode;
  made.settings = std::move(settings);
  return made;
}

TEST(Registry, KnowsTheTypes) {
  EXPECT_THAT(sink_types(), ElementsAre("stdout", "file", "sqlite", "postgresql", "duckdb"));
}

TEST(Registry, GoodSectionsHaveNoProblems) {
  EXPECT_THAT(check_sink_options(options("stdout", {{"format", "jsonl"}}, Mode::replace)), IsEmpty());
  EXPECT_THAT(check_sink_options(options("file", {{"path", "a.csv"}, {"delimiter", "\\t"}, {"null_string", "\\N"}})),
              IsEmpty());
  EXPECT_THAT(check_sink_options(options("sqlite", {{"path", "a.db"}}, Mode::merge)), IsEmpty());
}

TEST(Registry, UnknownTypeNamesTheNearest) {
  EXPECT_THAT(check_sink_options(options("sqlit", {})), ElementsAre(HasSubstr("did you mean sqlite?")));
  EXPECT_THAT(check_sink_options(options("snowflake", {})),
              ElementsAre(HasSubstr("use stdout, file, sqlite, postgresql or duckdb")));
  EXPECT_EQ(make_sink(options("sqlit", {})).status().code(), base::Code::config);
}

TEST(Registry, AllProblemsAreReportedAtOnce) {
  const Problems problems = check_sink_options(
      options("file", {{"compresion", "gzip"}, {"format", "xml"}, {"header_line", "yes"}}, Mode::merge));
  EXPECT_THAT(problems, ElementsAre(HasSubstr("mode: merge is not possible with type file"),
                                    HasSubstr("format: 'xml' is not known: use csv, jsonl or parquet"),
                                    HasSubstr("header_line: 'yes' is not known: use true or false"),
                                    HasSubstr("did you mean compression?"), HasSubstr("path: is missing")));
}

TEST(Registry, AFileHasAPathOrAPrefixAndNotBoth) {
  EXPECT_THAT(check_sink_options(options("file", {{"path_prefix", "a_"}, {"max_file_bytes", "64 MiB"}})), IsEmpty());
  EXPECT_THAT(check_sink_options(options("file", {{"path", "a"}, {"path_prefix", "a_"}})),
              ElementsAre(HasSubstr("path_prefix: give this or path, not both")));
  EXPECT_THAT(check_sink_options(options("file", {{"path", "a"}, {"file_ext", "csv"}})),
              ElementsAre(HasSubstr("file_ext: has a meaning only with path_prefix")));
  EXPECT_THAT(check_sink_options(options("file", {{"path_prefix", "a_"}, {"sequence_format", "%d/%d"}})),
              ElementsAre(HasSubstr("sequence_format: must have one or two numbers")));
  EXPECT_THAT(check_sink_options(options("file", {{"path_prefix", "a_"}, {"max_file_bytes", "64 m"}})),
              ElementsAre(HasSubstr("max_file_bytes: must be a size")));
}

TEST(Registry, AParquetFilesNameIsNoPattern) {
  EXPECT_THAT(check_sink_options(options("file", {{"path", "a[1].parquet"}, {"format", "parquet"}})),
              ElementsAre(HasSubstr("path: must not have *, ? or [")));
  EXPECT_THAT(check_sink_options(options("file", {{"path", "a[1].csv"}})), IsEmpty());
}

TEST(Registry, MergeNeedsADatabase) {
  EXPECT_THAT(check_sink_options(options("stdout", {}, Mode::merge)), ElementsAre(HasSubstr("type sqlite")));
}

TEST(Registry, BadValuesAreProblemsOfTheirKey) {
  const auto problem = [](const std::string& key, const std::string& value) {
    std::map<std::string, std::string> settings = {{"path", "a.csv"}};
    settings[key] = value;
    return check_sink_options(options("file", settings));
  };
  for (const char* delimiter : {"", ",,", "a", "0", ".", "-", ":", "+", "\"", "\n", "\\n"}) {
    EXPECT_THAT(problem("delimiter", delimiter), ElementsAre(HasSubstr("delimiter: must be"))) << delimiter;
  }
  for (const char* null_string : {"\"", "a,b", "\n"}) {
    EXPECT_THAT(problem("null_string", null_string), ElementsAre(HasSubstr("null_string: must not"))) << null_string;
  }
  for (const std::string& path : {std::string(), std::string("folder/"), std::string("a\0b", 3)}) {
    EXPECT_THAT(problem("path", path), ElementsAre(HasSubstr("path: must")));
  }
}

TEST(Registry, DatabasesThatGoWithTheProcessAreRefused) {
  EXPECT_THAT(check_sink_options(options("sqlite", {{"path", ":memory:"}})), ElementsAre(HasSubstr("path: ")));
  EXPECT_THAT(check_sink_options(options("sqlite", {{"path", "file:a?mode=memory"}})),
              ElementsAre(HasSubstr("path: ")));
}

TEST(Registry, ReservedTableNamesAreRefused) {
  for (const char* table : {"sqlite_master", "_bulkload_state"}) {
    SinkOptions made = options("sqlite", {{"path", "a.db"}});
    made.table = table;
    EXPECT_THAT(check_sink_options(made), ElementsAre(HasSubstr("reserved")));
  }
}

TEST(Registry, HelpHasEveryTypeWithItsModesFirstAndAMeaningForEveryKey) {
  std::vector<std::string> types;
  for (const SinkOptionHelp& option : sink_option_help()) {
    EXPECT_FALSE(option.help.empty()) << option.type << "." << option.key;
    if (option.key == "mode") types.emplace_back(option.type);
    ASSERT_FALSE(types.empty());
    EXPECT_EQ(option.type, types.back());
    if (option.type == "file" && option.key == "mode") {
      EXPECT_EQ(option.values, "append | replace | replace_on_new_data");
    }
  }
  EXPECT_EQ(types, sink_types());
}

TEST(Registry, ModeNamesReadBack) {
  for (const Mode mode : {Mode::append, Mode::replace, Mode::replace_on_new_data, Mode::merge}) {
    EXPECT_EQ(parse_mode(mode_name(mode)), mode);
  }
  EXPECT_EQ(parse_mode("truncate"), std::nullopt);
}

TEST(NearestName, IsFoundWithinAThirdOfTheLength) {
  EXPECT_EQ(nearest_name("delimeter", {"header_line", "delimiter"}), "delimiter");
  EXPECT_EQ(nearest_name("moed", {"mode", "path"}), "");
  EXPECT_EQ(nearest_name("mod", {"mode", "path"}), "mode");
  EXPECT_EQ(nearest_name("", {"mode"}), "");
}

}  // namespace
}  // namespace bulkload::testing
