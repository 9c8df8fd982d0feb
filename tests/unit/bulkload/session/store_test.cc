#include "bulkload/session/store.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "bulkload/session/session_table.h"
#include "support/child_process.h"
#include "support/files.h"

namespace bulkload {
namespace {

namespace fs = std::filesystem;
using base::Code;
using testing::HasSubstr;

unsigned permissions(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0U;
}

class StoreTest : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  base::Status open(const std::string& name) const { return Store::open(path(name)).status(); }

  test_support::TempFolder folder_;
};

TEST_F(StoreTest, FileAndFoldersAreMadeForTheirOwnerAlone) {
  ASSERT_TRUE(open("state/deep/bulkload.db").ok());
  EXPECT_EQ(permissions(path("state")), 0700U);
  EXPECT_EQ(permissions(path("state/deep")), 0700U);
  EXPECT_EQ(permissions(path("state/deep/bulkload.db")), 0600U);
}

TEST_F(StoreTest, FileThatOthersMayReadIsClosedToThem) {
  ASSERT_TRUE(open("s.db").ok());
  ASSERT_EQ(::chmod(path("s.db").c_str(), 0644), 0);
  ASSERT_TRUE(open("s.db").ok());
  EXPECT_EQ(permissions(path("s.db")), 0600U);
}

TEST_F(StoreTest, FileThatOthersMayWriteIsRefused) {
  ASSERT_TRUE(open("s.db").ok());
  ASSERT_EQ(::chmod(path("s.db").c_str(), 0666), 0);
  EXPECT_EQ(open("s.db").code(), Code::config);
}

TEST_F(StoreTest, LinksAreRefused) {
  ASSERT_TRUE(open("s.db").ok());
  fs::create_symlink(path("s.db"), path("soft.db"));
  EXPECT_EQ(open("soft.db").code(), Code::config);
  fs::create_symlink(path("nowhere"), path("dangling.db"));
  EXPECT_EQ(open("dangling.db").code(), Code::config);
  fs::create_hard_link(path("s.db"), path("hard.db"));
  EXPECT_EQ(open("hard.db").code(), Code::config);
  EXPECT_FALSE(fs::exists(path("nowhere")));
}

TEST_F(StoreTest, AnotherUsersFileIsRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  ASSERT_TRUE(open("s.db").ok());
  ASSERT_EQ(::chown(path("s.db").c_str(), 12345, 12345), 0);
  const base::Status status = open("s.db");
  EXPECT_EQ(status.code(), Code::config);
  EXPECT_THAT(status.message(), HasSubstr("belongs to another user"));
}

TEST_F(StoreTest, NewerStoreIsRefused) {
  {
    auto store = Store::open(path("s.db"));
    ASSERT_TRUE(store.ok());
    ASSERT_TRUE(store->database().run("PRAGMA user_version = 2").ok());
  }
  const base::Status status = open("s.db");
  EXPECT_EQ(status.code(), Code::config);
  EXPECT_THAT(status.message(), HasSubstr("newer"));
}

TEST_F(StoreTest, AnotherProgramsDatabaseAndOtherFilesAreRefusedAndKept) {
  {
    auto database = Database::open(path("other.db"), 100);
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE(database->run("CREATE TABLE rows (id)").ok());
  }
  EXPECT_EQ(open("other.db").code(), Code::config);
  test_support::write_file(path("text.db"), std::string(4096, 'x'));
  ASSERT_EQ(::chmod(path("text.db").c_str(), 0600), 0);
  EXPECT_EQ(open("text.db").code(), Code::config);
  EXPECT_EQ(test_support::read_file(path("text.db")), std::string(4096, 'x'));
  fs::create_directory(path("folder.db"));
  EXPECT_FALSE(open("folder.db").ok());
}

TEST_F(StoreTest, TransactionThatFailsLeavesNothing) {
  auto store = Store::open(path("s.db"));
  ASSERT_TRUE(store.ok());
  const base::Status status = store->transaction([&] {
    EXPECT_TRUE(store->database().run("CREATE TABLE more (id)").ok());
    return base::Status(Code::data, "no");
  });
  EXPECT_EQ(status.code(), Code::data);
  EXPECT_EQ(*store->database().number("SELECT count(*) FROM sqlite_schema WHERE name = 'more'"), 0);
  EXPECT_FALSE(store->database().in_transaction());
}

TEST_F(StoreTest, ProcessesThatMakeItAtOnceAgree) {
  for (int round = 0; round < 5; ++round) {
    const std::string name = "s" + std::to_string(round) + ".db";
    const auto child = [&] { return open(name).ok() ? 0 : 1; };
    pid_t children[4];
    for (pid_t& pid : children) {
      pid = fork();
      if (pid == 0) _exit(child());
    }
    for (const pid_t pid : children) {
      int status = -1;
      ASSERT_EQ(waitpid(pid, &status, 0), pid);
      EXPECT_EQ(status, 0);
    }
    EXPECT_TRUE(open(name).ok());
  }
}

/// Where the store is with these variables; in a process of its own, as the environment is the whole process's.
std::string usual_path(const char* state, const char* home) {
  state == nullptr ? unsetenv("XDG_STATE_HOME") : setenv("XDG_STATE_HOME", state, 1);
  home == nullptr ? unsetenv("HOME") : setenv("HOME", home, 1);
  const auto path = default_store_path();
  return path.ok() ? *path : "refused";
}

TEST(DefaultStorePath, FollowsTheXdgBaseDirectorySpecification) {
  const auto code = test_support::run_forked([] {
    const bool right = usual_path("/s", "/h") == "/s/bulkload/bulkload.db" &&
                       usual_path(nullptr, "/h") == "/h/.local/state/bulkload/bulkload.db" &&
                       usual_path("", "/h") == "/h/.local/state/bulkload/bulkload.db" &&
                       usual_path("relative", "/h") == "/h/.local/state/bulkload/bulkload.db" &&
                       usual_path(nullptr, nullptr) == "refused" && usual_path(nullptr, "") == "refused";
    return right ? 0 : 1;
  });
  EXPECT_EQ(code, 0);
}

Session some_session(const std::string& name) {
  Session session;
  session.name = name;
  session.cron = "0 5 * * *";
  session.timezone = "Asia/Tokyo";
  session.delay_sec = 60;
  session.database = "shop";
  session.table = "lists";
  session.time_column = "created";
  session.folder = "/srv/loads";
  session.config = "in: {type: klaviyo}\n";
  session.config_diff = "in: {start_time: 2026-02-10}\n";
  session.created_us = 1;
  session.updated_us = 2;
  return session;
}

class SessionTableTest : public StoreTest {
 protected:
  SessionTableTest() : store_(Store::open(path("s.db")).value()) {}
  Store store_;
};

TEST_F(SessionTableTest, SessionComesBackAsItWasStored) {
  ASSERT_TRUE(create_session(store_, some_session("it's \"daily\"")).ok());
  const auto session = find_session(store_, "it's \"daily\"");
  ASSERT_TRUE(session.ok());
  EXPECT_GT(session->id, 0);
  EXPECT_EQ(session->cron, "0 5 * * *");
  EXPECT_EQ(session->timezone, "Asia/Tokyo");
  EXPECT_EQ(session->delay_sec, 60);
  EXPECT_EQ(session->database, "shop");
  EXPECT_EQ(session->table, "lists");
  EXPECT_EQ(session->time_column, "created");
  EXPECT_EQ(session->folder, "/srv/loads");
  EXPECT_EQ(session->config, "in: {type: klaviyo}\n");
  EXPECT_EQ(session->config_diff, "in: {start_time: 2026-02-10}\n");
  EXPECT_EQ(session->created_us, 1);
  EXPECT_EQ(session->updated_us, 2);
}

TEST_F(SessionTableTest, ListIsSortedByName) {
  for (const char* name : {"b", "a", "c"}) ASSERT_TRUE(create_session(store_, some_session(name)).ok());
  const auto sessions = list_sessions(store_);
  ASSERT_TRUE(sessions.ok());
  std::string names;
  for (const Session& session : *sessions) names += session.name;
  EXPECT_EQ(names, "abc");
}

TEST_F(SessionTableTest, NamesAreUnique) {
  ASSERT_TRUE(create_session(store_, some_session("a")).ok());
  ASSERT_TRUE(create_session(store_, some_session("b")).ok());
  EXPECT_EQ(create_session(store_, some_session("a")).code(), Code::config);
  Session session = *find_session(store_, "b");
  session.name = "a";
  EXPECT_EQ(update_session(store_, session).code(), Code::config);
  session.name = "c";
  EXPECT_TRUE(update_session(store_, session).ok());
  EXPECT_FALSE(find_session(store_, "b").ok());
  EXPECT_EQ(find_session(store_, "c")->created_us, 1);
}

TEST_F(SessionTableTest, UnknownNameNamesTheNearest) {
  ASSERT_TRUE(create_session(store_, some_session("daily")).ok());
  EXPECT_EQ(find_session(store_, "dayly").status().message(),
            "there is no session 'dayly'; did you mean 'daily'? 'bulkload session list' lists them");
  EXPECT_EQ(find_session(store_, "xyz").status().code(), Code::config);
}

TEST_F(SessionTableTest, DiffIsStoredAloneAndOutlivesTheStore) {
  ASSERT_TRUE(create_session(store_, some_session("a")).ok());
  ASSERT_TRUE(store_config_diff(store_, find_session(store_, "a")->id, "in: {}\n").ok());
  auto again = Store::open(path("s.db"));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(find_session(*again, "a")->config_diff, "in: {}\n");
  EXPECT_EQ(find_session(*again, "a")->updated_us, 2);
}

TEST_F(SessionTableTest, IdsAreNeverUsedAgain) {
  ASSERT_TRUE(create_session(store_, some_session("a")).ok());
  const Session first = *find_session(store_, "a");
  ASSERT_TRUE(delete_session(store_, first).ok());
  ASSERT_TRUE(create_session(store_, some_session("a")).ok());
  EXPECT_GT(find_session(store_, "a")->id, first.id);
}

}  // namespace
}  // namespace bulkload
