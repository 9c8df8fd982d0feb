#include "bulkload/plugin_library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "unit/host/fake_plugin.h"
#include "unit/host/scratch_folder.h"

namespace bulkload {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class PluginLibraryTest : public testing::Test {
 protected:
  ScratchFolder folder_;
};

TEST_F(PluginLibraryTest, LoadsThePluginOfTheType) {
  const auto path = find_plugin("fake", {FAKE_PLUGIN_FOLDER});
  ASSERT_TRUE(path.ok()) << path.status().message();
  const auto library = PluginLibrary::open(*path, "fake");
  ASSERT_TRUE(library.ok()) << library.status().message();
  EXPECT_STREQ(library->table().name, "fake");
}

TEST_F(PluginLibraryTest, FirstPlaceOfTheSearchPathWins) {
  folder_.write("libbulk_input_fake.so", "");
  const auto path = find_plugin("fake", {folder_.path("none"), folder_.root(), FAKE_PLUGIN_FOLDER});
  ASSERT_TRUE(path.ok());
  EXPECT_EQ(*path, folder_.path("libbulk_input_fake.so"));
}

TEST_F(PluginLibraryTest, CommandLineAndEnvironmentComeBeforeTheInstalledFolder) {
  setenv("BULK_INPUT_PLUGIN_PATH", "/a::/b", 1);
  const std::vector<std::string> path = plugin_search_path({"/c/d.so"});
  unsetenv("BULK_INPUT_PLUGIN_PATH");
  ASSERT_EQ(path.size(), 4U);
  EXPECT_EQ(path[0], "/c/d.so");
  EXPECT_EQ(path[1], "/a");
  EXPECT_EQ(path[2], "/b");
  EXPECT_THAT(path[3], testing::EndsWith("/lib/bulk_input"));
}

TEST_F(PluginLibraryTest, NamedFileMayBeCalledAnything) {
  fs::copy_file(FAKE_PLUGIN_FOLDER "/libbulk_input_fake.so", folder_.path("mine.so"));
  const auto path = find_plugin("fake", {folder_.path("mine.so")});
  ASSERT_TRUE(path.ok());
  EXPECT_TRUE(PluginLibrary::open(*path, "fake").ok());
  EXPECT_THAT(PluginLibrary::open(*path, "klaviyo").status().message(), HasSubstr("it is the plugin 'fake'"));
}

TEST_F(PluginLibraryTest, MissingPluginNamesThoseThatAreThere) {
  const base::Status status = find_plugin("fakes", {FAKE_PLUGIN_FOLDER}).status();
  EXPECT_EQ(status.code(), base::Code::config);
  EXPECT_EQ(status.message(), "there is no plugin 'fakes'; installed: fake; did you mean 'fake'?");
  EXPECT_THAT(find_plugin("x", {}).status().message(), HasSubstr("none is installed"));
  EXPECT_THAT(installed_plugins({FAKE_PLUGIN_FOLDER, FAKE_PLUGIN_FOLDER, "/none"}), ElementsAre("fake"));
}

TEST_F(PluginLibraryTest, TypeCannotLeaveTheFolder) {
  for (const char* type : {"", "../x", "a/b", "a b", "."}) {
    EXPECT_THAT(find_plugin(type, {FAKE_PLUGIN_FOLDER}).status().message(), HasSubstr("not a plugin's name")) << type;
  }
}

TEST_F(PluginLibraryTest, WhatIsNoPluginIsRefused) {
  folder_.write("text.so", "no library");
  EXPECT_EQ(PluginLibrary::open(folder_.path("text.so"), "").status().code(), base::Code::config);
  EXPECT_EQ(PluginLibrary::open(folder_.path("none.so"), "").status().code(), base::Code::config);
  const base::Status status = PluginLibrary::open("/lib/x86_64-linux-gnu/libm.so.6", "").status();
  EXPECT_EQ(status.code(), base::Code::config);
}

TEST_F(PluginLibraryTest, TableMustBeWhole) {
  EXPECT_EQ(check_plugin_table(&fake_plugin(), "fake"), "");
  EXPECT_EQ(check_plugin_table(&fake_plugin(), ""), "");
  EXPECT_NE(check_plugin_table(nullptr, ""), "");
  bulk_input_plugin table = fake_plugin();
  table.struct_size = sizeof(table) - 1;
  EXPECT_THAT(check_plugin_table(&table, ""), HasSubstr("older contract"));
  table = fake_plugin();
  table.cancel = nullptr;
  EXPECT_THAT(check_plugin_table(&table, ""), HasSubstr("gaps"));
  table = fake_plugin();
  table.version = nullptr;
  EXPECT_THAT(check_plugin_table(&table, ""), HasSubstr("gaps"));
  table = fake_plugin();
  table.struct_size += 64;
  EXPECT_EQ(check_plugin_table(&table, ""), "");
}

}  // namespace
}  // namespace bulkload
