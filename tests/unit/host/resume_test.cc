// -r, --resume-state: a file that is there while a run is unfinished.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>

#include "support/child_process.h"
#include "unit/host/scratch_folder.h"

namespace bulkload {
namespace {

namespace fs = std::filesystem;
using test_support::CommandResult;
using testing::HasSubstr;

constexpr auto kPatience = std::chrono::seconds(60);

class ResumeTest : public testing::TestWithParam<std::string> {
 protected:
  test_support::Command command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), BULKLOAD_PROGRAM);
    test_support::Command command;
    command.arguments = std::move(arguments);
    command.environment = {{"BULK_INPUT_PLUGIN_PATH", FAKE_PLUGIN_FOLDER}};
    command.folder = folder_.root();
    return command;
  }

  CommandResult bulkload(std::vector<std::string> arguments) const {
    return test_support::run_command(command(std::move(arguments)), kPatience);
  }

  void configure(const std::string& name, const std::string& in) const {
    const std::string path = GetParam() == "file" ? name + ".csv" : name + ".db";
    folder_.write(name + ".yml", "in:\n  type: fake\n  token: canary-token\n  " + in + "\nout: {type: " + GetParam() +
                                     ", path: " + path + "}\n");
  }

  /// Leaves an unfinished run of a.yml with 30 rows.
  void stop_a_run() const {
    configure("a", "rows: 50\n  fail_at: 30");
    const CommandResult stopped = bulkload({"run", "a.yml", "-r", "resume.yml", "-c", "diff.yml"});
    ASSERT_EQ(stopped.exit_code, 3) << stopped.err;
    ASSERT_TRUE(folder_.has("resume.yml"));
  }

  std::string rows_of(const std::string& name) const {
    if (GetParam() == "file") {
      const std::string text = folder_.read(name + ".csv");
      return std::to_string(std::count(text.begin(), text.end(), '\n') - 1);
    }
    const char* sql = "SELECT iif(count(DISTINCT id) = count(*), count(*), 'some twice') FROM fake";
    const std::string answer = test_support::run_command({{"sqlite3", folder_.path(name + ".db"), sql}}).out;
    return answer.substr(0, answer.find('\n'));
  }

  void expect_refused(const std::string& with) const {
    const CommandResult refused = bulkload({"run", "a.yml", "-r", "resume.yml", "-c", "diff.yml"});
    EXPECT_EQ(refused.exit_code, 2) << refused.err;
    EXPECT_THAT(refused.err, HasSubstr(with));
    EXPECT_THAT(refused.err, HasSubstr("resume.yml"));
    EXPECT_FALSE(folder_.has("diff.yml"));
  }

  ScratchFolder folder_;
};

TEST_P(ResumeTest, FileIsThereWhileARunIsUnfinishedAndGoesWithItsSuccess) {
  stop_a_run();
  struct stat status {};
  ASSERT_EQ(::stat(folder_.path("resume.yml").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const std::string text = folder_.read("resume.yml");
  EXPECT_THAT(text, HasSubstr("\"rows\":30"));
  EXPECT_THAT(text, HasSubstr("bulkload cleanup a.yml -r resume.yml"));
  EXPECT_THAT(text, testing::Not(HasSubstr("canary-token")));
  const CommandResult result = bulkload({"run", "a.yml", "-r", "resume.yml", "-c", "diff.yml"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("Resuming the unfinished run: 30 rows are there already."));
  EXPECT_EQ(rows_of("a"), "50");
  EXPECT_FALSE(folder_.has("resume.yml"));
  EXPECT_TRUE(folder_.has("diff.yml"));
}

TEST_P(ResumeTest, RunThatSucceedsAtOnceLeavesNoFile) {
  configure("a", "rows: 50");
  EXPECT_EQ(bulkload({"run", "a.yml", "-r", "resume.yml"}).exit_code, 0);
  EXPECT_FALSE(folder_.has("resume.yml"));
}

TEST_P(ResumeTest, KilledRunLeavesTheFileAndGoesOn) {
  configure("a", "rows: 50\n  hang_at: 30");
  {
    test_support::ChildProcess child(command({"run", "a.yml", "-r", "resume.yml"}));
    while (!folder_.has("resume.yml")) ASSERT_FALSE(child.wait(std::chrono::milliseconds(10))) << child.err();
    child.signal(SIGKILL);
    child.wait(kPatience);
  }
  configure("a", "rows: 50");
  const CommandResult result = bulkload({"run", "a.yml", "-r", "resume.yml"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("Resuming the unfinished run"));
  EXPECT_EQ(rows_of("a"), "50");
  EXPECT_FALSE(folder_.has("resume.yml"));
}

TEST_P(ResumeTest, FileOfARunThatTheDestinationDoesNotHaveIsRefused) {
  stop_a_run();
  configure("b", "rows: 50");
  const CommandResult refused = bulkload({"run", "b.yml", "-r", "resume.yml"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("knows nothing of"));
  EXPECT_THAT(refused.err, HasSubstr("'bulkload cleanup b.yml -r resume.yml'"));
  EXPECT_TRUE(folder_.has("resume.yml"));
  EXPECT_EQ(bulkload({"run", "a.yml", "-r", "resume.yml"}).exit_code, 0) << "the run itself is unharmed";
  EXPECT_EQ(rows_of("a"), "50");
}

TEST_P(ResumeTest, FileOfAnotherRunIsRefusedAndBothStay) {
  stop_a_run();
  configure("b", "rows: 50\n  fail_at: 20");
  ASSERT_EQ(bulkload({"run", "b.yml", "-r", "other.yml"}).exit_code, 3);
  const CommandResult refused = bulkload({"run", "b.yml", "-r", "resume.yml"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("does not have, but another one"));
  EXPECT_EQ(bulkload({"run", "b.yml", "-r", "other.yml"}).exit_code, 0);
  EXPECT_EQ(bulkload({"run", "a.yml", "-r", "resume.yml"}).exit_code, 0);
  EXPECT_EQ(rows_of("a"), "50");
  EXPECT_EQ(rows_of("b"), "50");
}

TEST_P(ResumeTest, MissingFileIsNoObstacleAndComesBack) {
  configure("a", "rows: 50\n  fail_at: 30\n  fail_always: true");
  ASSERT_EQ(bulkload({"run", "a.yml"}).exit_code, 3);
  configure("a", "rows: 50\n  fail_at: 40\n  fail_always: true");
  const CommandResult again = bulkload({"run", "a.yml", "-r", "resume.yml"});
  EXPECT_EQ(again.exit_code, 3) << again.err;
  EXPECT_TRUE(folder_.has("resume.yml"));
  EXPECT_THAT(again.err, HasSubstr("40 rows are kept"));
  configure("a", "rows: 50");
  EXPECT_EQ(bulkload({"run", "a.yml", "-r", "resume.yml"}).exit_code, 0);
  EXPECT_EQ(rows_of("a"), "50");
}

TEST_P(ResumeTest, EmptyFileCountsAsMissing) {
  configure("a", "rows: 50");
  folder_.write("resume.yml", "");
  ASSERT_EQ(::chmod(folder_.path("resume.yml").c_str(), 0600), 0);
  EXPECT_EQ(bulkload({"run", "a.yml", "-r", "resume.yml"}).exit_code, 0);
  EXPECT_FALSE(folder_.has("resume.yml"));
}

TEST_P(ResumeTest, DamagedFileIsRefusedAndNeverMeansStartOver) {
  stop_a_run();
  const std::string sound = folder_.read("resume.yml");
  std::string other_rows = sound;
  other_rows.replace(other_rows.find("\"rows\":30"), 9, "\"rows\":31");
  for (const std::string& damaged :
       {sound.substr(0, sound.size() / 2), other_rows, sound + " ", std::string("{}"), std::string("in_task: {}\n")}) {
    SCOPED_TRACE(damaged);
    folder_.write("resume.yml", damaged);
    expect_refused("damaged");
  }
  folder_.write("resume.yml", sound);
  EXPECT_EQ(bulkload({"run", "a.yml", "-r", "resume.yml"}).exit_code, 0);
  EXPECT_EQ(rows_of("a"), "50");
}

TEST_P(ResumeTest, NewerFileIsRefused) {
  stop_a_run();
  std::string text = folder_.read("resume.yml");
  text.replace(text.find("\"v\":1"), 5, "\"v\":2");
  folder_.write("resume.yml", text);
  expect_refused("newer");
}

TEST_P(ResumeTest, LinksAndOtherUsersFilesAreRefused) {
  stop_a_run();
  fs::rename(folder_.path("resume.yml"), folder_.path("kept.yml"));
  fs::create_symlink(folder_.path("kept.yml"), folder_.path("resume.yml"));
  expect_refused("not a regular file");
  fs::remove(folder_.path("resume.yml"));
  fs::create_hard_link(folder_.path("kept.yml"), folder_.path("resume.yml"));
  expect_refused("hard link");
  fs::remove(folder_.path("resume.yml"));
  fs::rename(folder_.path("kept.yml"), folder_.path("resume.yml"));
  if (geteuid() != 0) return;
  ASSERT_EQ(::chown(folder_.path("resume.yml").c_str(), 12345, 12345), 0);
  expect_refused("another user");
}

TEST_P(ResumeTest, PathThatCannotBeWrittenIsRefusedBeforeAnythingIsDone) {
  configure("a", "rows: 50");
  const CommandResult refused = bulkload({"run", "a.yml", "-r", "nowhere/resume.yml"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_FALSE(folder_.has("a.db"));
  EXPECT_FALSE(folder_.has("a.csv"));
}

TEST_P(ResumeTest, CleanupRemovesTheFileAndTheState) {
  stop_a_run();
  const CommandResult cleaned = bulkload({"cleanup", "a.yml", "-r", "resume.yml"});
  EXPECT_EQ(cleaned.exit_code, 0) << cleaned.err;
  EXPECT_FALSE(folder_.has("resume.yml"));
  EXPECT_THAT(bulkload({"cleanup", "a.yml", "-r", "resume.yml"}).err, HasSubstr("There is no unfinished run."));
}

TEST_P(ResumeTest, CleanupRemovesADamagedFileButNothingElse) {
  stop_a_run();
  const std::string sound = folder_.read("resume.yml");
  EXPECT_EQ(bulkload({"cleanup", "a.yml", "-r", "a.yml"}).exit_code, 2);
  EXPECT_TRUE(folder_.has("a.yml"));
  folder_.write("resume.yml", sound.substr(0, 40));
  EXPECT_EQ(bulkload({"cleanup", "a.yml", "-r", "resume.yml"}).exit_code, 0);
  EXPECT_FALSE(folder_.has("resume.yml"));
}

INSTANTIATE_TEST_SUITE_P(Destinations, ResumeTest, testing::Values("file", "sqlite"),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace bulkload
