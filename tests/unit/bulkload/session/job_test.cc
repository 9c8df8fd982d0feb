#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "bulkload/session/job_lock.h"
#include "bulkload/session/job_table.h"
#include "bulkload/session/report.h"
#include "bulkload/session/session_table.h"
#include "bulkload/session/store.h"
#include "support/child_process.h"
#include "support/files.h"

namespace bulkload {
namespace {

using base::Code;
using testing::HasSubstr;

constexpr int64_t kNow = 1'770'000'000'000'000;  // 2026-02-02 02:40:00 UTC
constexpr int64_t kSecond = 1'000'000;

class JobTest : public testing::Test {
 protected:
  JobTest() : store_(open()) {
    for (const char* name : {"daily", "hourly"}) {
      Session session;
      session.name = name;
      session.database = "shop";
      session.table = "lists";
      EXPECT_TRUE(create_session(store_, session).ok());
    }
  }

  Store open() const { return Store::open((folder_ / "s.db").string()).value(); }
  Session session(const std::string& name) { return find_session(store_, name).value(); }
  base::Result<QueuedJob> add(const std::string& name) { return add_job(store_, session(name), std::nullopt, kNow); }
  JobStatus status(int64_t id) { return find_job(store_, id)->status; }

  test_support::TempFolder folder_;
  Store store_;
};

TEST_F(JobTest, HistoryTellsHowAJobWent) {
  const auto job = add_job(store_, session("daily"), kNow - 60 * kSecond, kNow);
  ASSERT_TRUE(job.ok());
  EXPECT_EQ(status(job->id), JobStatus::queued);
  ASSERT_TRUE(start_job(store_, job->id, kNow + kSecond).ok());
  EXPECT_EQ(status(job->id), JobStatus::running);
  ASSERT_TRUE(end_job(store_, job->id, JobStatus::success, 25, "", kNow + 4 * kSecond).ok());
  const Job ended = *find_job(store_, job->id);
  EXPECT_EQ(ended.status, JobStatus::success);
  EXPECT_EQ(ended.records, 25);
  EXPECT_EQ(ended.scheduled_us, kNow - 60 * kSecond);
  EXPECT_EQ(render(session_history({ended}, kNow), TableFormat::csv),
            "JobID,Status,Records,Database,Table,Priority,Started,Duration\n"
            "1,success,25,shop,lists,NORMAL,2026-02-02 02:40:01 UTC,3\n");
  EXPECT_THAT(describe(ended, kNow), HasSubstr("JobID      : 1\nStatus     : success\nSession    : daily\n"));
  EXPECT_THAT(describe(ended, kNow), HasSubstr("Scheduled  : 2026-02-02 02:39:00 UTC\n"));
}

TEST_F(JobTest, ExitCodesAreStatuses) {
  EXPECT_EQ(job_status_of(0), JobStatus::success);
  EXPECT_EQ(job_status_of(1), JobStatus::error);
  EXPECT_EQ(job_status_of(2), JobStatus::error);
  EXPECT_EQ(job_status_of(3), JobStatus::stopped);
}

TEST_F(JobTest, SessionHasOneRunAtATime) {
  auto first = add("daily");
  ASSERT_TRUE(first.ok());
  const auto second = add("daily");
  EXPECT_EQ(second.status().code(), Code::busy);
  EXPECT_THAT(second.status().message(), HasSubstr("session daily is running (job 1)"));
  EXPECT_TRUE(add("hourly").ok()) << "another session is not in the way";
  ASSERT_TRUE(end_job(store_, first->id, JobStatus::stopped, 0, "stopped by a signal", kNow).ok());
  EXPECT_TRUE(add("daily").ok());
}

TEST_F(JobTest, RunningSessionIsNeitherChangedNorDeleted) {
  const auto job = add("daily");
  ASSERT_TRUE(job.ok());
  EXPECT_EQ(update_session(store_, session("daily")).code(), Code::busy);
  EXPECT_EQ(delete_session(store_, session("daily")).code(), Code::busy);
  ASSERT_TRUE(end_job(store_, job->id, JobStatus::success, 0, "", kNow).ok());
  EXPECT_TRUE(update_session(store_, session("daily")).ok());
  EXPECT_TRUE(delete_session(store_, session("daily")).ok());
}

TEST_F(JobTest, JobWhoseProcessIsGoneWasKilledAndIsInNobodysWay) {
  std::optional<QueuedJob> job = add("daily").value();
  const int64_t id = job->id;
  ASSERT_TRUE(start_job(store_, id, kNow).ok());
  EXPECT_EQ(status(id), JobStatus::running);
  job.reset();  // as the kernel does when the process ends
  EXPECT_EQ(status(id), JobStatus::killed);
  EXPECT_EQ(render(session_history(*list_jobs(store_, session("daily").id), kNow + kSecond), TableFormat::csv),
            "JobID,Status,Records,Database,Table,Priority,Started,Duration\n"
            "1,killed,,shop,lists,NORMAL,2026-02-02 02:40:00 UTC,\n");
  EXPECT_TRUE(add("daily").ok());
}

TEST_F(JobTest, DeadJobIsFoundOutByTheNextRunToo) {
  add("daily").value();
  const auto next = add("daily");
  ASSERT_TRUE(next.ok());
  EXPECT_EQ(status(next->id - 1), JobStatus::killed);
}

TEST_F(JobTest, HistoryOutlivesTheSession) {
  const auto job = add("daily");
  ASSERT_TRUE(end_job(store_, job->id, JobStatus::success, 3, "", kNow).ok());
  ASSERT_TRUE(delete_session(store_, session("daily")).ok());
  const Job kept = *find_job(store_, job->id);
  EXPECT_EQ(kept.session, "daily");
  EXPECT_FALSE(kept.session_id.has_value());
  EXPECT_EQ(kept.records, 3);
}

TEST_F(JobTest, IssuedJobCarriesItsConfigurationUntilItsEnd) {
  Job draft;
  draft.database = "shop";
  draft.table = "lists";
  draft.time_column = "created";
  draft.folder = "/srv";
  draft.config = "in: {type: klaviyo, api_token: pk_literal}";
  const auto job = add_job(store_, draft, kNow);
  const auto other = add_job(store_, draft, kNow);
  ASSERT_TRUE(job.ok() && other.ok()) << "jobs without a session are not in each other's way";
  EXPECT_EQ(find_job(store_, job->id)->config, draft.config);
  EXPECT_EQ(find_job(store_, job->id)->folder, "/srv");
  ASSERT_TRUE(end_job(store_, job->id, JobStatus::success, 0, "", kNow).ok());
  EXPECT_EQ(find_job(store_, job->id)->config, "");
}

TEST_F(JobTest, NewestJobComesFirst) {
  for (int i = 0; i < 3; ++i) {
    const auto job = add("daily");
    ASSERT_TRUE(end_job(store_, job->id, JobStatus::error, 0, "no", kNow).ok());
  }
  const auto jobs = list_jobs(store_, std::nullopt);
  ASSERT_TRUE(jobs.ok());
  ASSERT_EQ(jobs->size(), 3U);
  EXPECT_EQ(jobs->front().id, 3);
  EXPECT_EQ(find_job(store_, 9).status().code(), Code::config);
}

TEST_F(JobTest, OfManyProcessesThatBeginAtOnceOneRuns) {
  constexpr int kProcesses = 6;
  int results[2];
  ASSERT_EQ(pipe(results), 0);
  pid_t children[kProcesses];
  for (pid_t& pid : children) {
    pid = fork();
    if (pid != 0) continue;
    Store store = open();
    const auto job = add_job(store, find_session(store, "daily").value(), std::nullopt, kNow);
    const char result = job.ok() ? 'r' : job.status().code() == Code::busy ? 'b' : 'f';
    if (write(results[1], &result, 1) != 1) _exit(1);
    pause();  // with the lock, until it is killed
  }
  std::string all(kProcesses, ' ');
  for (char& result : all) ASSERT_EQ(read(results[0], &result, 1), 1);
  EXPECT_EQ(std::count(all.begin(), all.end(), 'r'), 1) << all;
  EXPECT_EQ(std::count(all.begin(), all.end(), 'b'), kProcesses - 1) << all;
  EXPECT_EQ(status(1), JobStatus::queued);
  for (const pid_t pid : children) {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
  EXPECT_EQ(status(1), JobStatus::killed);
  close(results[0]);
  close(results[1]);
}

class JobLockTest : public testing::Test {
 protected:
  bool held(int64_t job) const { return *JobLock::is_held(path_, job); }

  test_support::TempFolder folder_;
  std::string path_ = (folder_ / "s.db.lock").string();
};

TEST_F(JobLockTest, IsSeenWithoutBeingTaken) {
  EXPECT_FALSE(held(1));
  std::optional<JobLock> lock = JobLock::acquire(path_, 1).value();
  EXPECT_TRUE(held(1));
  EXPECT_FALSE(held(2));
  EXPECT_EQ(JobLock::acquire(path_, 1).status().code(), Code::busy);
  EXPECT_TRUE(JobLock::acquire(path_, 2).ok());
  lock.reset();
  EXPECT_FALSE(held(1));
}

TEST_F(JobLockTest, GoesOnToAProcessThatGetsItsDescriptor) {
  std::optional<JobLock> lock = JobLock::acquire(path_, 1).value();
  const int descriptor = lock->descriptor();
  int done[2];
  ASSERT_EQ(pipe(done), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto adopted = JobLock::adopt(path_, 1, descriptor);
    const char result = adopted.ok() ? 'y' : 'n';
    if (write(done[1], &result, 1) != 1) _exit(1);
    pause();
  }
  char result = ' ';
  ASSERT_EQ(read(done[0], &result, 1), 1);
  EXPECT_EQ(result, 'y');
  lock.reset();
  EXPECT_TRUE(held(1)) << "the child has it still";
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_FALSE(held(1));
  close(done[0]);
  close(done[1]);
}

TEST_F(JobLockTest, DescriptorWithoutTheLockIsNotAdopted) {
  const auto lock = JobLock::acquire(path_, 1);
  const int other = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
  EXPECT_EQ(JobLock::adopt(path_, 1, other).status().code(), Code::config);
  EXPECT_EQ(JobLock::adopt(path_, 1, 999).status().code(), Code::config);
  ::close(other);
  const int elsewhere = ::open((folder_ / "else").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  EXPECT_EQ(JobLock::adopt(path_, 2, elsewhere).status().code(), Code::config) << "a lock on another file";
  ::close(elsewhere);
}

}  // namespace
}  // namespace bulkload
