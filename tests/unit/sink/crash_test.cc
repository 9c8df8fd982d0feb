// Every load is killed at each write, sync, truncate, rename and unlink of its process, and its disk fails at each of
// them; the next run must end up with exactly the rows of an undisturbed one.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <ostream>

#include "bulkload/sink/registry.h"
#include "duckdb_queries.h"
#include "fault_points.h"
#include "loads.h"
#include "test_folder.h"

namespace bulkload::testing {
namespace {

using base::Code;
using base::Status;

struct Destination {
  std::string type;
  std::string format;
  std::string compression;
  Mode mode;
  bool all_at_once;
  bool split = false;

  friend std::ostream& operator<<(std::ostream& out, const Destination& self) {
    out << self.type << '_' << mode_name(self.mode) << (self.all_at_once ? "_at_once" : "")
        << (self.split ? "_split" : "");
    return self.format.empty() ? out : out << '_' << self.format << '_' << self.compression;
  }
};

std::vector<Destination> destinations() {
  std::vector<Destination> all;
  for (const char* compression : {"none", "gzip", "zstd"}) {
    all.push_back({"file", "csv", compression, Mode::append, false});
    all.push_back({"file", "jsonl", compression, Mode::replace, false});
  }
  all.push_back({"file", "csv", "none", Mode::replace, false});
  all.push_back({"file", "csv", "none", Mode::replace_on_new_data, false});
  for (const Mode mode : {Mode::append, Mode::replace}) all.push_back({"file", "csv", "none", mode, false, true});
  all.push_back({"file", "jsonl", "zstd", Mode::replace, false, true});
  for (const Mode mode : {Mode::append, Mode::replace, Mode::replace_on_new_data, Mode::merge}) {
    all.push_back({"sqlite", "", "", mode, false});
  }
  all.push_back({"sqlite", "", "", Mode::append, true});
  for (const Mode mode : {Mode::append, Mode::replace, Mode::merge}) {
    all.push_back({"duckdb", "", "", mode, false});
    if (mode != Mode::merge) all.push_back({"file", "parquet", "snappy", mode, false});
  }
  all.push_back({"duckdb", "", "", Mode::append, true});
  return all;
}

// A destination with two rows in it, onto which a load of four is written whose first is one of the two.
class Scene {
 public:
  explicit Scene(const Destination& destination) : destination_(destination) {
    std::map<std::string, std::string> settings;
    if (destination.type == "file")
      settings = {{"format", destination.format}, {"compression", destination.compression}};
    // A row group of three: some of the rows are in the part file at a save, and some after it.
    if (destination.format == "parquet") settings["row_group_size"] = "3";
    load_.options = sink_options(destination.type, folder_ / "rows", destination.mode, settings);
    if (destination.split) split(load_.options);
    load_.options.all_at_once = destination.all_at_once;
    load_.first_row = 1;
    load_.batches = 2;
    load_.done_path = folder_ / "done";
    Load before = load_;
    before.first_row = 0;
    before.batches = 1;
    before.done_path.clear();
    const Status status = run_load(before);
    EXPECT_TRUE(status.ok()) << status.message();
  }

  Status load() const { return run_load(load_); }

  // The destination's content, in order.
  std::string content() const {
    if (destination_.split) return split_text(load_.options);
    if (destination_.type == "file") return file_text(load_.options);
    return query(load_.options.get("path"), "SELECT n FROM t ORDER BY rowid; PRAGMA integrity_check");
  }

  std::set<std::string> names() const { return folder_.names(); }

 private:
  const Destination destination_;
  const TestFolder folder_;
  Load load_;
};

// Runs the load in a process of its own, killed at its `point`th call. True when the point was reached.
bool killed(const Scene& scene, int point) {
  const pid_t child = fork();
  if (child == 0) {
    arm_fault(Fault::kill, point);
    _exit(scene.load().ok() ? 0 : 1);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  if (WIFSIGNALED(status)) {
    EXPECT_EQ(WTERMSIG(status), SIGKILL);
    return true;
  }
  EXPECT_EQ(WEXITSTATUS(status), 0);
  return false;
}

class Crash : public ::testing::TestWithParam<Destination> {
 protected:
  void SetUp() override {
    const bool needs_duckdb = GetParam().type == "duckdb" || GetParam().format == "parquet";
    if (needs_duckdb && !test_support::has_duckdb_library()) GTEST_SKIP() << test_support::kNoDuckdb;
    const Scene scene(GetParam());
    EXPECT_TRUE(scene.load().ok());
    undisturbed_ = scene.content();
    names_ = scene.names();
  }

  void expect_undisturbed(const Scene& scene, int point) const {
    const Status status = scene.load();
    ASSERT_TRUE(status.ok()) << "after point " << point << ": " << status.message();
    ASSERT_EQ(scene.content(), undisturbed_) << "after point " << point;
    ASSERT_EQ(scene.names(), names_) << "after point " << point;
  }

  std::string undisturbed_;
  std::set<std::string> names_;
};

TEST_P(Crash, KilledAnywhereNothingIsLostAndNothingTwice) {
  int points = 0;
  for (;; ++points) {
    const Scene scene(GetParam());
    if (!killed(scene, points + 1)) break;
    ASSERT_NO_FATAL_FAILURE(expect_undisturbed(scene, points + 1));
  }
  EXPECT_GE(points, 15);
  RecordProperty("points", points);
}

TEST_P(Crash, KilledDuringTheRecoveryFromAKill) {
  for (int point = 1;; point += 4) {
    const Scene scene(GetParam());
    if (!killed(scene, point)) break;
    for (int again = 1; again < 5; ++again) killed(scene, 1 + (point * again) % 11);
    ASSERT_NO_FATAL_FAILURE(expect_undisturbed(scene, point));
  }
}

TEST_P(Crash, DiskThatFailsAnywhereIsReportedAndTheRunGoesOnLater) {
  int reported = 0;
  for (int point = 1;; ++point) {
    const Scene scene(GetParam());
    arm_fault(point % 2 == 0 ? Fault::fail_once : Fault::fail_after, point, point % 4 < 2 ? ENOSPC : EIO);
    const Status status = scene.load();
    const bool reached = disarm_fault();
    if (!status.ok()) {
      ++reported;
      ASSERT_TRUE(status.code() == Code::local_io) << point << ": " << status.message();
    }
    ASSERT_NO_FATAL_FAILURE(expect_undisturbed(scene, point));
    if (!reached) break;
  }
  EXPECT_GE(reported, 12);
}

INSTANTIATE_TEST_SUITE_P(Everywhere, Crash, ::testing::ValuesIn(destinations()), ::testing::PrintToStringParamName());

}  // namespace
}  // namespace bulkload::testing
