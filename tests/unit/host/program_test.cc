// bulkload as its users run it: a process of its own, with the fake plugin.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>

#include "support/child_process.h"
#include "unit/host/scratch_folder.h"

namespace bulkload {
namespace {

using test_support::CommandResult;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr auto kPatience = std::chrono::seconds(60);

class ProgramTest : public testing::Test {
 protected:
  test_support::Command command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), BULKLOAD_PROGRAM);
    test_support::Command command;
    command.arguments = std::move(arguments);
    command.environment = {{"BULK_INPUT_PLUGIN_PATH", FAKE_PLUGIN_FOLDER}, {"FAKE_TOKEN", "canary-token"}};
    command.folder = folder_.root();
    return command;
  }

  CommandResult bulkload(std::vector<std::string> arguments) const {
    return test_support::run_command(command(std::move(arguments)), kPatience);
  }

  void configure(const std::string& in, const std::string& out = "{type: file, path: rows.csv}") const {
    folder_.write("c.yml", "in:\n  type: fake\n  token: {{ env.FAKE_TOKEN }}\n  " + in + "\nout: " + out + "\n");
  }

  /// Lines of a file without its first one.
  size_t rows_in(const std::string& file) const {
    const std::string text = folder_.read(file);
    const auto lines = std::count(text.begin(), text.end(), '\n');
    return lines > 0 ? static_cast<size_t>(lines) - 1 : 0;
  }

  ScratchFolder folder_;
};

TEST_F(ProgramTest, HelpAndVersionAreSuccessOnStandardOutput) {
  for (const char* option : {"--help", "--version", "version"}) {
    const CommandResult result = bulkload({option});
    EXPECT_EQ(result.exit_code, 0) << option;
    EXPECT_THAT(result.out, HasSubstr("bulkload")) << option;
    EXPECT_EQ(result.err, "") << option;
  }
  EXPECT_EQ(bulkload({"run", "--help"}).exit_code, 0);
}

TEST_F(ProgramTest, WrongUsageIsExitCodeTwoOnStandardError) {
  configure("rows: 1");
  const std::vector<std::vector<std::string>> wrong = {{},
                                                       {"fly"},
                                                       {"run"},
                                                       {"run", "c.yml", "--x"},
                                                       {"preview", "c.yml", "--rows", "0"},
                                                       {"preview", "c.yml", "--format", "xml"},
                                                       {"run", "c.yml", "-l", "loud"},
                                                       {"run", "c.yml", "--log-path", "/dev/null/x"}};
  for (const auto& arguments : wrong) {
    const CommandResult result = bulkload(arguments);
    EXPECT_EQ(result.exit_code, 2) << testing::PrintToString(arguments);
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err, "");
  }
}

TEST_F(ProgramTest, RunLoadsRowsAndWritesTheNextConfig) {
  configure("rows: 25");
  const CommandResult result = bulkload({"run", "c.yml", "-c", "diff.yml", "-r", "resume.yml"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(rows_in("rows.csv"), 25U);
  EXPECT_EQ(folder_.read("diff.yml"), "in: {\"start_time\": \"25\", \"end_time\": null}\n");
  EXPECT_FALSE(folder_.has("resume.yml"));
  for (const char* line :
       {"[INFO] Started bulkload v", "[INFO] Loaded plugin fake 1.2.3", "{done:  0 / 1, running: 1}",
        "{done:  1 / 1, running: 0}", "Committed.", R"(Next config diff: {"in":{"start_time":"25","end_time":null}})",
        "25 rows read, 25 rows written to rows.csv"}) {
    EXPECT_THAT(result.err, HasSubstr(line));
  }
}

TEST_F(ProgramTest, RowsGoToStandardOutputAndAllElseDoesNot) {
  configure("rows: 3");
  const CommandResult result = bulkload({"run", "c.yml", "--out", "type=stdout"});
  // `path` of the file's section has no meaning for standard output.
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("c.yml:5: out.path: "));
  configure("rows: 3", "{type: stdout}");
  const CommandResult rows = bulkload({"run", "c.yml"});
  EXPECT_EQ(rows.exit_code, 0);
  EXPECT_THAT(rows.out, StartsWith("id,number,ratio,flag,created,detail\nrow-0000000,"));
  EXPECT_EQ(std::count(rows.out.begin(), rows.out.end(), '\n'), 4);
}

TEST_F(ProgramTest, WithoutADestinationRowsGoIntoASqliteFile) {
  folder_.write("c.yml", "type: fake\nrows: 3\n");
  const CommandResult result = bulkload({"run", "c.yml"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(folder_.has("fake.db"));
  EXPECT_THAT(result.err, HasSubstr("3 rows written to fake.db, table fake"));
}

TEST_F(ProgramTest, AllConfigurationProblemsComeTogetherWithTheirLines) {
  folder_.write(
      "c.yml",
      "in:\n  type: fake\n  incremetal: true\nout:\n  type: file\n  pth: x\nfilters:\n  - type: add_time\nfoo: 1\n");
  const CommandResult result = bulkload({"run", "c.yml", "-l", "error"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  std::vector<std::string> places;
  for (size_t at = 0; at < result.err.size(); at = result.err.find('\n', at) + 1) {
    places.push_back(result.err.substr(at, result.err.find(": ", result.err.find(": ", at) + 1) - at));
  }
  EXPECT_THAT(places, ElementsAre("c.yml:1: in.rows", "c.yml:3: in.incremetal", "c.yml:4: out.path", "c.yml:6: out.pth",
                                  "c.yml:8: filters.add_time.to_column", "c.yml:8: filters.add_time.from_column",
                                  "c.yml:9: foo"));
}

TEST_F(ProgramTest, WarningsOfThePluginPointToTheUsersLines) {
  folder_.write("c.yml", "# mine\n\nin:\n\n  type: fake\n  rows: 1\n");
  EXPECT_THAT(bulkload({"plan", "c.yml"}).err, HasSubstr("[WARN] c.yml:5: in.type: is old-fashioned\n"));
}

TEST_F(ProgramTest, PreviewPrintsATable) {
  configure("rows: 30\nexec: {preview_sample_rows: 2}", "{type: td_internal}");
  const CommandResult result = bulkload({"preview", "c.yml"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("| id:string   | number:long |"));
  EXPECT_THAT(result.out, HasSubstr("| 2020-09-13 12:26:40 UTC        |"));
  EXPECT_THAT(result.out, HasSubstr("\n2 rows in set\n"));
  EXPECT_THAT(result.err, HasSubstr("Use 'bulkload run c.yml' to load all rows.\n"));
  EXPECT_THAT(bulkload({"preview", "c.yml", "--rows", "20"}).out, HasSubstr("\n20 rows in set\n"));
  EXPECT_THAT(bulkload({"preview", "c.yml", "-G"}).out, HasSubstr("     id (   string) : row-0000001\n"));
  EXPECT_THAT(bulkload({"preview", "c.yml", "--format", "json"}).out, StartsWith("[\n{\"id\":\"row-0000000\","));
  configure("rows: 30");
  EXPECT_THAT(bulkload({"preview", "c.yml"}).out, HasSubstr("\n15 rows in set\n"));
}

TEST_F(ProgramTest, PreviewOfAnEmptySourceIsSuccess) {
  configure("rows: 0");
  const CommandResult result = bulkload({"preview", "c.yml"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("| id:string | number:long |"));
  EXPECT_THAT(result.out, testing::EndsWith("0 rows in set\n"));
}

TEST_F(ProgramTest, PreviewThatFailsIsExitCodeOne) {
  folder_.write("c.yml", "in: {type: fake, rows: 30, fail_at: 0}\n");
  const CommandResult result = bulkload({"preview", "c.yml"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("[ERROR] the service failed"));
}

TEST_F(ProgramTest, StoppedRunIsExitCodeThreeAndGoesOn) {
  configure("rows: 50\n  fail_at: 30");
  const CommandResult stopped = bulkload({"run", "c.yml", "-c", "diff.yml"});
  EXPECT_EQ(stopped.exit_code, 3);
  EXPECT_THAT(stopped.err, HasSubstr("[ERROR] the service failed"));
  EXPECT_THAT(stopped.err, HasSubstr("30 rows are kept. Run the same command again to go on"));
  EXPECT_FALSE(folder_.has("rows.csv"));
  EXPECT_FALSE(folder_.has("diff.yml"));
  EXPECT_EQ(bulkload({"run", "c.yml", "-c", "diff.yml"}).exit_code, 0);
  EXPECT_EQ(rows_in("rows.csv"), 50U);
  EXPECT_TRUE(folder_.has("diff.yml"));
}

TEST_F(ProgramTest, FatalFailureIsExitCodeOne) {
  configure("rows: 50\n  fail_at: 0\n  fail_code: 2");
  const CommandResult result = bulkload({"run", "c.yml"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("Nothing is kept of this run"));
}

TEST_F(ProgramTest, RefusedStateNamesCleanupAndCleanupDropsIt) {
  configure("rows: 50\n  fail_at: 30");
  EXPECT_EQ(bulkload({"run", "c.yml"}).exit_code, 3);
  configure("rows: 40");
  const CommandResult refused = bulkload({"run", "c.yml"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("'bulkload cleanup c.yml'"));
  const CommandResult dropped = bulkload({"cleanup", "c.yml"});
  EXPECT_EQ(dropped.exit_code, 0);
  EXPECT_THAT(dropped.err, HasSubstr("Dropped the unfinished run."));
  EXPECT_THAT(bulkload({"cleanup", "c.yml"}).err, HasSubstr("There is no unfinished run."));
  EXPECT_EQ(bulkload({"run", "c.yml"}).exit_code, 0);
  EXPECT_EQ(rows_in("rows.csv"), 40U);
}

class SignalTest : public ProgramTest, public testing::WithParamInterface<int> {};

TEST_P(SignalTest, SignalStopsARunThatCanGoOn) {
  configure("rows: 50\n  hang_at: 30", "{type: sqlite, path: rows.db}");
  test_support::ChildProcess child(command({"run", "c.yml"}));
  // The third batch is written when the plugin is asked for the next one, and hangs.
  while (child.err().find("running: 1") == std::string::npos) ASSERT_FALSE(child.wait(std::chrono::milliseconds(10)));
  child.signal(GetParam());
  EXPECT_EQ(child.wait(kPatience), 3);
  EXPECT_THAT(child.err(), HasSubstr("[ERROR] cancelled"));
}

INSTANTIATE_TEST_SUITE_P(Both, SignalTest, testing::Values(SIGINT, SIGTERM));

TEST_F(ProgramTest, SecondSignalEndsAProcessThatDoesNotStop) {
  configure("rows: 50\n  hang_at: 30\n  stubborn: true");
  test_support::ChildProcess child(command({"run", "c.yml"}));
  while (child.err().find("running: 1") == std::string::npos) ASSERT_FALSE(child.wait(std::chrono::milliseconds(10)));
  child.signal(SIGTERM);
  while (child.err().find("ignoring cancel") == std::string::npos) {
    ASSERT_FALSE(child.wait(std::chrono::milliseconds(10)));
  }
  child.signal(SIGTERM);
  EXPECT_EQ(child.wait(kPatience), -SIGTERM);
}

TEST_F(ProgramTest, TokenIsNeverShown) {
  configure("rows: 20\n  fail_at: 10\n  wrong: 1");
  std::string shown;
  for (const char* command : {"run", "preview", "guess", "plan", "schema"}) {
    const CommandResult result = bulkload({command, "c.yml", "-l", "trace"});
    shown += result.out + result.err;
  }
  configure("rows: 20\n  fail_at: 10");
  for (const char* command : {"run", "preview", "guess", "plan", "schema", "cleanup"}) {
    const CommandResult result = bulkload({command, "c.yml", "-l", "trace"});
    shown += result.out + result.err;
  }
  EXPECT_THAT(shown, HasSubstr("configured with ***"));
  EXPECT_THAT(shown, Not(HasSubstr("canary-token")));
}

TEST_F(ProgramTest, GuessWritesTheConfigurationBack) {
  configure("rows: 20");
  const CommandResult result = bulkload({"guess", "c.yml", "-o", "full.yml"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(folder_.read("full.yml"), HasSubstr("  token: {{ env.FAKE_TOKEN }}\n"));
  EXPECT_THAT(folder_.read("full.yml"), HasSubstr("  # batch_rows: 10  # rows of a batch\n"));
  EXPECT_EQ(bulkload({"run", "full.yml"}).exit_code, 0);
}

TEST_F(ProgramTest, PlanAndSchemaAndSourcesAreForPrograms) {
  configure("rows: 20");
  EXPECT_EQ(bulkload({"plan", "c.yml", "--max-tasks", "4"}).out, "{\"at\":0,\"rows\":\"20\",\"token\":12}\n");
  EXPECT_THAT(bulkload({"schema", "c.yml", "--format", "csv"}).out, StartsWith("name,type\nid,string\n"));
  EXPECT_THAT(bulkload({"sources", "--type", "fake", "--format", "csv"}).out, HasSubstr("\nfake_rows,/api/fake,100,"));
  EXPECT_THAT(bulkload({"sources", "fake-rows", "--type", "fake"}).out, HasSubstr("| include: things |"));
  EXPECT_EQ(bulkload({"sources", "nothing", "--type", "fake"}).exit_code, 2);
  EXPECT_EQ(bulkload({"sources", "--type", "nothing"}).exit_code, 2);
}

TEST_F(ProgramTest, ExamplesAreWrittenOnce) {
  const CommandResult result = bulkload({"example", "demo"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("bulkload preview demo/lists.yml"));
  EXPECT_THAT(folder_.read("demo/lists.yml"), HasSubstr("data_source: lists"));
  EXPECT_EQ(bulkload({"example", "demo"}).exit_code, 2);
}

TEST_F(ProgramTest, UnknownPluginPointsToItsLine) {
  folder_.write("c.yml", "in:\n  type: fakes\n");
  const CommandResult result = bulkload({"run", "c.yml", "-l", "error"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, StartsWith("c.yml:2: in.type: there is no plugin 'fakes'; installed: fake"));
}

}  // namespace
}  // namespace bulkload
