// The page of documentation about filters.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "bulkload/filter/registry.h"
#include "support/files.h"

namespace bulkload {
namespace {

TEST(FiltersPage, HasTheKeysOfTheRegistry) {
  const std::string page = test_support::read_file(SOURCE_FOLDER "/examples/filters.md");
  std::map<std::string_view, std::string> tables;
  for (const FilterOptionHelp& option : filter_option_help()) {
    std::string& table =
        tables.try_emplace(option.type, "| key | default | values | meaning |\n|---|---|---|---|\n").first->second;
    table += "| `" + std::string(option.key) + "` | " + (option.required ? "required" : std::string(option.fallback)) +
             " | " + option.values + " | " + std::string(option.help) + " |\n";
  }
  ASSERT_EQ(tables.size(), filter_types().size());
  for (const auto& [type, table] : tables) EXPECT_THAT(page, testing::HasSubstr(table)) << type;
}

}  // namespace
}  // namespace bulkload
