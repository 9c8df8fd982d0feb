#include "bulkload/several_sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bulkload/next_config_file.h"
#include "bulkload/out_section.h"
#include "bulkload/source_summary.h"

namespace bulkload {
namespace {

using base::Code;
using base::Status;
using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<SourceName> kKnown = {{"events", {"event"}, true},
                                        {"list_profiles", {"list_profile"}, false},
                                        {"lists", {"list"}, true},
                                        {"profiles", {"profile"}, true}};

class SplitTest : public testing::Test {
 protected:
  /// The sources' names; their `in:` sections are in `in_`.
  std::vector<std::string> split(const std::string& in, const std::string& diff = "", const std::string& only = "") {
    ConfigFile file = read_kept_config("c.yml", "in: " + in + "\n", process_environment, problems_);
    if (!diff.empty()) apply_next_config("diff.yml", diff, file, problems_);
    std::vector<std::string> names;
    for (const SourceConfig& config : split_sources(file, kKnown, only, problems_)) {
      names.push_back(config.source);
      in_.push_back(to_json(config.file.in));
    }
    return names;
  }

  std::string problems() const { return format_problems(problems_); }

  ConfigProblems problems_;
  std::vector<std::string> in_;
};

TEST_F(SplitTest, EachSourceOfAListGetsAConfigurationOfItsOwn) {
  EXPECT_THAT(split("{type: x, data_source: [Profile, events], page_size: 5}"), ElementsAre("profiles", "events"));
  EXPECT_THAT(in_, ElementsAre(R"({"type": "x", "data_source": "profiles", "page_size": "5"})",
                               R"({"type": "x", "data_source": "events", "page_size": "5"})"));
}

TEST_F(SplitTest, AllAreThoseThatAreReadByThemselves) {
  EXPECT_THAT(split("{data_source: all}"), ElementsAre("events", "lists", "profiles"));
}

TEST_F(SplitTest, OneSourceIsLeftAsItIs) {
  EXPECT_THAT(split("{type: x, data_source: whatever}"), ElementsAre(""));
  EXPECT_THAT(in_, ElementsAre(R"({"type": "x", "data_source": "whatever"})"));
  EXPECT_EQ(problems(), "");
}

TEST_F(SplitTest, KeysOfASourceLieOverTheSharedOnesAndTheDiffOverThem) {
  split("{data_source: [events, lists], start_time: A, sources: {event: {start_time: B, filter: F}}}",
        "in: {sources: {events: {start_time: C}}}");
  EXPECT_EQ(problems(), "");
  EXPECT_THAT(in_, ElementsAre(R"({"data_source": "events", "start_time": "C", "filter": "F"})",
                               R"({"data_source": "lists", "start_time": "A"})"));
}

TEST_F(SplitTest, AllProblemsOfNamesComeTogether) {
  EXPECT_TRUE(split("{data_source: [evnts, events, Event], sources: {lists: {a: b}}}").empty());
  EXPECT_EQ(
      problems(),
      "c.yml:1: in.data_source: there is no source 'evnts'; did you mean 'events'? `bulkload sources` lists them\n"
      "c.yml:1: in.data_source: events is named twice, here as Event\n"
      "c.yml:1: in.sources.lists: is not in data_source");
}

TEST_F(SplitTest, DiffOfOneSourceIsNotIgnored) {
  EXPECT_TRUE(split("{data_source: [events]}", "in: {start_time: A}").empty());
  EXPECT_THAT(problems(), HasSubstr("diff.yml:1: in.start_time: says where the only source"));
}

TEST_F(SplitTest, DiffOfSeveralSourcesIsNotIgnored) {
  split("{data_source: events}", "in: {sources: {events: {start_time: A}}}");
  EXPECT_THAT(problems(), HasSubstr("diff.yml:1: in.sources: says where several sources go on"));
}

TEST_F(SplitTest, OneOfThemCanBeChosenByAnyOfItsNames) {
  EXPECT_THAT(split("{data_source: [events, lists]}", "", "list"), ElementsAre("lists"));
  split("{data_source: [events, lists]}", "", "profiles");
  EXPECT_EQ(problems(), "--source profiles: is not in data_source");
}

TEST(SourceDiffs, OneSourceIsBroughtUpToDateAndTheOthersStay) {
  ConfigProblems problems;
  ConfigFile file = read_kept_config("c.yml", "in: {data_source: [a]}", process_environment, problems);
  apply_next_config("diff.yml", "in: {sources: {a: {start_time: '1'}, b: {start_time: '2', end_time: null}}}", file,
                    problems);
  SourceDiffs diffs(file.next_sources);
  EXPECT_EQ(*diffs.put("a", R"({"start_time":"3"})"),
            R"({"sources":{"a":{"start_time":"3"},"b":{"start_time":"2","end_time":null}}})");
  EXPECT_EQ(*diffs.put("c", "{}"),
            R"({"sources":{"a":{"start_time":"3"},"b":{"start_time":"2","end_time":null},"c":{}}})");
  EXPECT_EQ(diffs.put("a", "[]").status().code(), Code::internal);
}

TEST(ChangesConfig, TheSameTimeInAnotherSpellingIsNoChange) {
  ConfigProblems problems;
  const ConfigFile file = read_kept_config("c.yml", "in: {start_time: 2026-01-01}", process_environment, problems);
  EXPECT_FALSE(changes_config(file, R"({"start_time":"2026-01-01T00:00:00Z","end_time":null})"));
  EXPECT_TRUE(changes_config(file, R"({"start_time":"2026-01-02T00:00:00Z","end_time":null})"));
  EXPECT_TRUE(changes_config(file, R"({"end_time":"2026-01-02T00:00:00Z"})"));
}

TEST(SourceProblems, WhatOnlySomeFindWrongNamesThem) {
  SourceProblems found;
  found.add("events", {{{"c.yml", 2}, "in.x: bad"}});
  found.add("lists", {{{"c.yml", 2}, "in.x: bad"}, {{"c.yml", 3}, "in.y: bad"}});
  EXPECT_EQ(format_problems(found.merged(2)),
            "c.yml:2: in.x: bad\n"
            "c.yml:3: in.y: bad (lists; what is for some sources only stands below in.sources)");
}

TEST(SourcePath, HasTheNameBeforeTheExtension) {
  EXPECT_EQ(source_path("a.b/resume.yml", "events"), "a.b/resume.events.yml");
  EXPECT_EQ(source_path("resume", "events"), "resume.events");
  EXPECT_EQ(source_path("resume.yml", ""), "resume.yml");
  EXPECT_EQ(source_path("", "events"), "");
}

std::string place_problem(const std::string& out) {
  ConfigProblems problems;
  const ConfigFile file = read_kept_config("c.yml", "in: {}\nout: " + out, process_environment, problems);
  read_out_section(file.out, {}, "x", "c.yml", problems, true);
  return format_problems(problems);
}

TEST(SourcePlace, EachOfSeveralSourcesNeedsOneOfItsOwn) {
  for (const char* out : {"{type: sqlite, path: k.db}", "{type: sqlite, path: k.db, table: 'k_{source}'}",
                          "{type: file, path: '{source}.csv'}"}) {
    EXPECT_EQ(place_problem(out), "") << out;
  }
  EXPECT_THAT(place_problem("{type: sqlite, path: k.db, table: t}"), HasSubstr("out.table: several sources need"));
  EXPECT_THAT(place_problem("{type: file, path: rows.csv}"), HasSubstr("out.path: several sources need"));
  EXPECT_THAT(place_problem("{type: stdout}"), HasSubstr("out.type: several sources cannot share stdout"));
}

TEST(SourcePlace, IsNamedAfterTheSource) {
  SinkOptions options;
  options.settings["path"] = "{source}/{source}.csv";
  place_source("lists", options);
  EXPECT_EQ(options.table, "lists");
  EXPECT_EQ(options.get("path"), "lists/lists.csv");
}

SourceEnd done(const std::string& source, int64_t rows) {
  SourceEnd end{source, true};
  end.outcome.result = {rows, "k.db, table " + source};
  return end;
}

SourceEnd ended(const std::string& source, Code code) {
  SourceEnd end{source, true};
  end.outcome.status = Status(code, "why");
  return end;
}

TEST(SourceSummary, HasALineForEachAndTheExitCodeOfTheWorst) {
  std::vector<SourceEnd> ends = {done("profiles", 1650)};
  EXPECT_EQ(exit_code(ends), 0);
  EXPECT_TRUE(status_of(ends).ok());
  ends.push_back({"lists"});
  EXPECT_EQ(exit_code(ends), 3);
  EXPECT_EQ(status_of(ends).code(), Code::cancelled);
  ends.push_back(ended("forms", Code::remote_transient));
  EXPECT_EQ(exit_code(ends), 3);
  ends.push_back(ended("events", Code::config));
  EXPECT_EQ(exit_code(ends), 1);
  EXPECT_EQ(status_of(ends).code(), Code::config);
  EXPECT_EQ(status_of(ends).message(), "lists: not begun; forms: why; events: why");
  EXPECT_THAT(summarise(ends),
              ElementsAre("  profiles  1,650 rows written to k.db, table profiles", "  lists     not begun",
                          "  forms     stopped with 0 rows kept: why", "  events    failed: why",
                          "1 of 4 sources done, 1 failed, 2 to go on with; 1,650 rows."));
}

}  // namespace
}  // namespace bulkload
