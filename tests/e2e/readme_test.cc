#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "load.h"

namespace e2e {
namespace {

using testing::HasSubstr;

std::string readme() { return test_support::read_file(std::string(SOURCE_FOLDER) + "/README.md"); }

TEST(Readme, SourcesAreThoseOfTheCatalogue) {
  const auto table = test_support::run_command({{BULKLOAD_PROGRAM, "sources", "--format", "markdown"}});
  ASSERT_EQ(table.exit_code, 0) << table.err;
  EXPECT_THAT(readme(), HasSubstr(table.out));
}

TEST(Readme, OptionsAreThoseOfTheOptionTable) {
  const auto table = test_support::run_command({{BULKLOAD_PROGRAM, "options", "--format", "markdown"}});
  ASSERT_EQ(table.exit_code, 0) << table.err;
  EXPECT_THAT(readme(), HasSubstr(table.out));
}

}  // namespace
}  // namespace e2e
