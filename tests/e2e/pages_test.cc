// The examples of the pages in examples/ are run as they stand there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "load.h"
#include "support/markdown.h"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

class Page : public testing::TestWithParam<std::string> {};

TEST_P(Page, EveryConfigurationRuns) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=300", "--size", "profiles=100"});
  const auto examples = test_support::configurations(
      test_support::read_file(std::string(SOURCE_FOLDER) + "/examples/destinations/" + GetParam() + ".md"));
  EXPECT_FALSE(examples.empty());
  for (const test_support::CodeBlock& example : examples) {
    const test_support::TempFolder folder;
    test_support::write_file(folder / "config.yml", test_support::with_base_url(example.text, emulator.base_url()));
    const auto run = test_support::run_command({.arguments = {BULKLOAD_PROGRAM, "run", "config.yml"},
                                                .environment = {{"KLAVIYO_API_KEY", "pk_emulator"}},
                                                .folder = folder.path()});
    EXPECT_EQ(run.exit_code, 0) << "line " << example.line << "\n" << run.err;
    EXPECT_THAT(run.err, HasSubstr(" rows written to ")) << "line " << example.line;
    EXPECT_THAT(run.err, Not(HasSubstr("[WARN]"))) << "line " << example.line;
  }
}

INSTANTIATE_TEST_SUITE_P(Destinations, Page, testing::Values("sqlite", "file", "stdout"),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace e2e
