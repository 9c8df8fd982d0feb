#include "bulkload/sink/durable_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "fault_points.h"
#include "test_folder.h"

namespace bulkload::testing {
namespace {

using base::Code;

TEST(FileLock, SecondHolderIsBusyAtOnce) {
  const TestFolder folder;
  const auto first = FileLock::acquire(folder / "lock");
  ASSERT_TRUE(first.ok());
  const auto second = FileLock::acquire(folder / "lock");
  EXPECT_EQ(second.status().code(), Code::busy);
}

TEST(FileLock, ReleaseRemovesTheFileAndLetsTheNextIn) {
  const TestFolder folder;
  {
    const auto first = FileLock::acquire(folder / "lock");
    ASSERT_TRUE(first.ok());
  }
  EXPECT_TRUE(folder.names().empty());
  EXPECT_TRUE(FileLock::acquire(folder / "lock").ok());
}

TEST(FileLock, LockOfAKilledProcessIsNoObstacle) {
  const TestFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    const auto lock = FileLock::acquire(folder / "lock");
    ::kill(::getpid(), lock.ok() ? SIGKILL : SIGTERM);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(WTERMSIG(status), SIGKILL);
  ASSERT_EQ(folder.names().size(), 1U);
  EXPECT_TRUE(FileLock::acquire(folder / "lock").ok());
}

TEST(FileLock, LinkIsNotFollowed) {
  const TestFolder folder;
  ASSERT_EQ(symlink((folder / "other").c_str(), (folder / "lock").c_str()), 0);
  EXPECT_EQ(FileLock::acquire(folder / "lock").status().code(), Code::local_io);
}

TEST(File, PrivateFilesAreThoseNobodyElseCouldHaveWritten) {
  const TestFolder folder;
  const std::string path = folder / "state";
  write_all(path, "x");
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  EXPECT_TRUE(File::open_private(path).ok());
  for (const mode_t mode : {0664U, 0646U}) {
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
    EXPECT_EQ(File::open_private(path).status().code(), Code::config);
  }
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  ASSERT_EQ(link(path.c_str(), (folder / "second").c_str()), 0);
  EXPECT_EQ(File::open_private(path).status().code(), Code::config);
  ASSERT_EQ(unlink((folder / "second").c_str()), 0);
  if (geteuid() != 0) return;  // only root can give files away
  ASSERT_EQ(chown(path.c_str(), 12345, static_cast<gid_t>(-1)), 0);
  EXPECT_EQ(File::open_private(path).status().code(), Code::config);
}

TEST(File, LinksFoldersAndPipesAreNotFiles) {
  const TestFolder folder;
  write_all(folder / "file", "x");
  ASSERT_EQ(symlink((folder / "file").c_str(), (folder / "link").c_str()), 0);
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  ASSERT_EQ(mkdir((folder / "folder").c_str(), 0700), 0);
  for (const char* name : {"link", "pipe", "folder"}) {
    EXPECT_EQ(File::open(folder / name).status().code(), Code::config) << name;
    EXPECT_EQ(*file_kind(folder / name), FileKind::other) << name;
  }
  EXPECT_EQ(*file_kind(folder / "file"), FileKind::regular);
  EXPECT_EQ(*file_kind(folder / "none"), FileKind::missing);
}

TEST(File, CreateReplacesALinkAndLeavesItsTarget) {
  const TestFolder folder;
  write_all(folder / "target", "kept");
  ASSERT_EQ(symlink((folder / "target").c_str(), (folder / "link").c_str()), 0);
  auto file = File::create(folder / "link", 0600);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE(file->append("new").ok());
  EXPECT_EQ(read_all(folder / "target"), "kept");
  EXPECT_EQ(read_all(folder / "link"), "new");
}

TEST(File, ErrorsSayWhatWhereAndWhatToDo) {
  const TestFolder folder;
  const auto status = File::create(folder / "none/file", 0600).status();
  EXPECT_EQ(status.code(), Code::local_io);
  EXPECT_EQ(status.message(),
            "cannot create " + (folder / "none/file") + ": No such file or directory; make the folder first");
  EXPECT_EQ(io_error("write", "a", ENOSPC).message(),
            "cannot write a: No space left on device; make room and run again");
}

TEST(ReplaceFile, HasTheOldContentOrTheNewWhateverFails) {
  for (int point = 1;; ++point) {
    const TestFolder folder;
    write_all(folder / "file", "old");
    arm_fault(Fault::fail_once, point, EIO);
    const base::Status status = replace_file(folder / "file", "new content");
    const bool reached = disarm_fault();
    const std::string content = read_all(folder / "file");
    EXPECT_TRUE(content == "new content" || (content == "old" && !status.ok())) << point;
    if (reached) {
      EXPECT_EQ(status.code(), Code::local_io) << point;
      continue;
    }
    EXPECT_TRUE(status.ok());
    EXPECT_GE(point, 5);  // remove, write, sync, rename and sync of the folder have failed
    break;
  }
}

}  // namespace
}  // namespace bulkload::testing
