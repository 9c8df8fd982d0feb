// examples/pull_batches.c: the program that shows a host's writer all of the contract.
#include "contract/subject.h"
#include "support/child_process.h"
#include "support/files.h"

namespace contract {
namespace {

class Example : public Contract {
 protected:
  test_support::CommandResult pull_batches(const std::string& config) {
    test_support::write_file(folder_ / "config.yml", config);
    return test_support::run_command({.arguments = {PULL_BATCHES, subject().library_path(), folder_ / "config.yml"}});
  }

 private:
  test_support::TempFolder folder_;
};
INSTANTIATE_TEST_SUITE_P(, Example, subjects(), subject_name);

TEST_P(Example, PrintsColumnsRowsAndTheNextConfiguration) {
  Input input = open(subject().few_rows());
  const auto result = pull_batches(Subject::yaml(subject().few_rows()));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out.rfind("columns: " + input.schema().at(0).name + ", ", 0), 0u) << result.out;
  EXPECT_NE(result.out.find("\npreview: 15 rows\n"), std::string::npos) << result.out;
  const size_t rows = load(input).rows.size() + 15;
  EXPECT_NE(result.out.find("\nall in all: " + std::to_string(rows) + " rows, "), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("\nnext config: {\""), std::string::npos) << result.out;
}

TEST_P(Example, SaysWhatIsWrongAndFails) {
  const auto refused = pull_batches("mistake: 1\n");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.err.find("init failed with code 1:"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("mistake"), std::string::npos) << refused.err;

  const auto failed = pull_batches(Subject::yaml(subject().failing()));
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_NE(failed.err.find("failed with code 3:"), std::string::npos) << failed.err;
}

TEST(ExampleProgram, SaysWhatItCannotOpen) {
  const auto usage = test_support::run_command({.arguments = {PULL_BATCHES}});
  EXPECT_EQ(usage.exit_code, 1);
  EXPECT_NE(usage.err.find("usage: "), std::string::npos) << usage.err;

  const auto no_plugin =
      test_support::run_command({.arguments = {PULL_BATCHES, "/nonexistent.so", "/nonexistent.yml"}});
  EXPECT_EQ(no_plugin.exit_code, 1);
  EXPECT_NE(no_plugin.err.find("/nonexistent.so"), std::string::npos) << no_plugin.err;
}

TEST(ExampleProgram, FitsOnAPage) {
  const std::string source = test_support::read_file(PULL_BATCHES_SOURCE);
  EXPECT_LE(std::count(source.begin(), source.end(), '\n'), 100);
}

}  // namespace
}  // namespace contract
