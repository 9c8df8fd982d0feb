#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "load.h"

namespace e2e {
namespace {

using testing::HasSubstr;

std::string page(const std::string& path) { return test_support::read_file(std::string(SOURCE_FOLDER) + "/" + path); }

TEST(Readme, OptionsAreThoseOfTheOptionTable) {
  const auto table = test_support::run_command({{BULKLOAD_PROGRAM, "options", "--format", "markdown"}});
  ASSERT_EQ(table.exit_code, 0) << table.err;
  EXPECT_THAT(page("README.md"), HasSubstr(table.out));
}

}  // namespace
}  // namespace e2e
