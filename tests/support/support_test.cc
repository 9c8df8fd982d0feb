#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "support/child_process.h"
#include "support/files.h"
#include "support/markdown.h"
#include "support/output_capture.h"

namespace test_support {
namespace {

using std::chrono::minutes;

TEST(ChildProcess, GivesExitCodeAndBothOutputs) {
  const CommandResult result = run_command({.arguments = {"sh", "-c", "echo out; echo err >&2; exit 3"}});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
}

TEST(ChildProcess, OutputBeyondAPipesCapacityDoesNotBlockIt) {
  const CommandResult result = run_command({.arguments = {"sh", "-c", "head -c 3000000 /dev/zero | tee /dev/stderr"}});
  EXPECT_EQ(result.out.size(), 3000000u);
  EXPECT_EQ(result.err.size(), 3000000u);
}

TEST(ChildProcess, InputEnvironmentAndFolderReachIt) {
  const TempFolder folder;
  const CommandResult result = run_command({.arguments = {"sh", "-c", "cat; echo $GREETING; pwd"},
                                            .environment = {{"GREETING", "hello"}},
                                            .folder = folder.path(),
                                            .input = "in\n"});
  EXPECT_EQ(result.out, "in\nhello\n" + std::filesystem::canonical(folder.path()).string() + "\n");
}

TEST(ChildProcess, OneThatRunsTooLongIsKilled) {
  const CommandResult result = run_command({.arguments = {"sleep", "1000"}}, std::chrono::milliseconds(50));
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.exit_code, -SIGKILL);
}

TEST(ChildProcess, LinesAreReadWhileItRuns) {
  ChildProcess child({.arguments = {"sh", "-c", "echo one; echo two; exec sleep 1000"}});
  EXPECT_EQ(child.read_line(minutes(1)), "one");
  EXPECT_EQ(child.read_line(minutes(1)), "two");
  EXPECT_FALSE(child.wait(std::chrono::milliseconds(0)).has_value());
  child.signal(SIGTERM);
  EXPECT_EQ(child.wait(minutes(1)), -SIGTERM);
  EXPECT_EQ(child.read_line(minutes(1)), std::nullopt);
}

TEST(ChildProcess, OneThatDoesNotExistIsReportedByName) {
  try {
    run_command({.arguments = {"/nonexistent/program"}});
    FAIL() << "it started";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("/nonexistent/program"), std::string::npos);
  }
}

TEST(Fork, GivesWhatTheBodyReturnsOrTheSignalThatEndedIt) {
  EXPECT_EQ(run_forked([] { return 7; }), 7);
  EXPECT_EQ(run_forked([]() -> int { throw std::runtime_error("in the child"); }), 255);
  EXPECT_EQ(run_forked([] { return pause(); }, std::chrono::milliseconds(50)), -SIGKILL);
}

TEST(TempFolder, GoesWithItsFiles) {
  std::filesystem::path path;
  {
    const TempFolder folder;
    path = folder.path();
    write_file(folder / "file", "text");
    EXPECT_EQ(read_file(folder / "file"), "text");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(OutputCapture, TakesWhatIsWrittenToEitherDescriptor) {
  OutputCapture capture;
  const bool written = write(1, "out ", 4) == 4 && write(2, "err", 3) == 3;
  EXPECT_EQ(capture.stop(), "out err");
  EXPECT_TRUE(written);
}

TEST(Markdown, BlocksHaveTheirLanguageTextAndLine) {
  const auto blocks = code_blocks("# Page\n\n```yaml\nin:\n  type: x\n```\n```\n```\ntext\n```sh\nrun\n```");
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_EQ(blocks[0].language, "yaml");
  EXPECT_EQ(blocks[0].text, "in:\n  type: x\n");
  EXPECT_EQ(blocks[0].line, 3);
  EXPECT_EQ(blocks[1].text, "");
  EXPECT_EQ(blocks[2].language, "sh");
  EXPECT_EQ(blocks[2].line, 10);
  EXPECT_THROW(code_blocks("```yaml\nin:\n"), std::runtime_error);
}

TEST(Markdown, ConfigurationsAreYamlBlocksWithAnInSection) {
  const auto found = configurations("```yaml\nout: {}\n```\n```yaml\nout: {}\nin:\n  a: b\n```\n```sh\nin:\n```\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(with_base_url(found[0].text, "http://x"), "out: {}\nin:\n  base_url: \"http://x\"\n  a: b\n");
  EXPECT_THROW(with_base_url("in: {}\n", "http://x"), std::runtime_error);
}

TEST(FreePort, IsInTheRangeOfPorts) {
  const int port = free_loopback_port();
  EXPECT_GT(port, 0);
  EXPECT_LT(port, 65536);
}

}  // namespace
}  // namespace test_support
