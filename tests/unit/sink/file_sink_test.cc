#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <functional>

#include "arrow_builder.h"
#include "bulkload/sink/state_file.h"
#include "fault_points.h"
#include "loads.h"
#include "test_folder.h"

namespace bulkload::testing {
namespace {

using base::Code;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FileSink : public ::testing::Test {
 protected:
  SinkOptions options(Mode mode, std::map<std::string, std::string> settings = {}) const {
    return sink_options("file", path_, mode, std::move(settings));
  }

  // A run that was stopped after two saves, with rows behind the second.
  void leave_unfinished(const SinkOptions& made) const {
    const auto sink = opened_sink(made);
    ASSERT_TRUE(sink->write(load_batch(0, 2)).ok());
    ASSERT_TRUE(sink->save("1").ok());
    ASSERT_TRUE(sink->write(load_batch(2, 2)).ok());
    ASSERT_TRUE(sink->save("2").ok());
    ASSERT_TRUE(sink->write(load_batch(4, 100)).ok());
  }

  unsigned permissions(const std::string& path) const {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
  }

  const TestFolder folder_;
  const std::string path_ = folder_ / "rows.csv";
};

TEST_F(FileSink, NothingIsVisibleBeforeCommitAndNothingElseIsLeftAfterIt) {
  const auto sink = opened_sink(options(Mode::replace));
  ASSERT_TRUE(sink->write(load_batch(0, 2)).ok());
  ASSERT_TRUE(sink->save("1").ok());
  EXPECT_THAT(folder_.names(), ElementsAre("rows.csv.lock", "rows.csv.part", "rows.csv.state"));
  const auto result = sink->commit("end");
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(result->rows_written, 2);
  EXPECT_EQ(result->where, path_);
  EXPECT_THAT(folder_.names(), ElementsAre("rows.csv", "rows.csv.lock", "rows.csv.state"));
  ASSERT_TRUE(sink->forget().ok());
  EXPECT_THAT(folder_.names(), ElementsAre("rows.csv"));
  EXPECT_EQ(read_all(path_), kCsvHeader + csv_lines(0, 2));
}

TEST_F(FileSink, GoesOnFromTheLastSaveAndCutsOffWhatCameAfter) {
  leave_unfinished(options(Mode::replace));
  std::optional<SavedState> saved;
  opened_sink(options(Mode::replace), &saved);
  ASSERT_TRUE(saved.has_value());
  EXPECT_EQ(saved->text, "2");
  EXPECT_FALSE(saved->committed);
  ASSERT_TRUE(run_load({options(Mode::replace)}).ok());
  EXPECT_EQ(read_all(path_), kCsvHeader + csv_lines(0, 6));
}

TEST_F(FileSink, CommittedStateIsFoundUntilItIsForgotten) {
  {
    const auto sink = opened_sink(options(Mode::replace));
    ASSERT_TRUE(sink->write(load_batch(0, 2)).ok());
    ASSERT_TRUE(sink->commit("end").ok());
  }
  std::optional<SavedState> saved;
  const auto sink = opened_sink(options(Mode::replace), &saved);
  ASSERT_TRUE(saved.has_value());
  EXPECT_EQ(saved->text, "end");
  EXPECT_TRUE(saved->committed);
  ASSERT_TRUE(sink->forget().ok());
  EXPECT_EQ(read_all(path_), kCsvHeader + csv_lines(0, 2));
  opened_sink(options(Mode::replace), &saved);
  EXPECT_FALSE(saved.has_value());
}

TEST_F(FileSink, AppendAddsRowsWithoutASecondHeader) {
  for (const char* compression : {"none", "gzip", "zstd"}) {
    const SinkOptions made = sink_options("file", folder_ / compression, Mode::append, {{"compression", compression}});
    ASSERT_TRUE(run_load({made, 0}).ok());
    const auto status = run_load({made, 6});
    ASSERT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(file_text(made), kCsvHeader + csv_lines(0, 12)) << compression;
  }
}

TEST_F(FileSink, ReplaceLeavesTheNewRowsAlone) {
  for (const Mode mode : {Mode::replace, Mode::replace_on_new_data}) {
    ASSERT_TRUE(run_load({options(mode), 0}).ok());
    ASSERT_TRUE(run_load({options(mode), 6}).ok());
    EXPECT_EQ(read_all(path_), kCsvHeader + csv_lines(6, 6));
  }
}

TEST_F(FileSink, ZeroRowsGiveAHeaderInReplaceModeAndChangeNothingInTheOthers) {
  for (const Mode mode : {Mode::append, Mode::replace_on_new_data}) {
    ASSERT_TRUE(run_load({options(mode), 0, 0}).ok());
    EXPECT_THAT(folder_.names(), IsEmpty());
  }
  write_all(path_, kCsvHeader + csv_lines(0, 1));
  for (const Mode mode : {Mode::append, Mode::replace_on_new_data}) {
    ASSERT_TRUE(run_load({options(mode), 0, 0}).ok());
    EXPECT_EQ(read_all(path_), kCsvHeader + csv_lines(0, 1));
  }
  ASSERT_TRUE(run_load({options(Mode::replace), 0, 0}).ok());
  EXPECT_EQ(read_all(path_), kCsvHeader);
  EXPECT_THAT(folder_.names(), ElementsAre("rows.csv"));
}

TEST_F(FileSink, ToolsReadThePartFileAtEverySaveAndTheFileAtTheEnd) {
  for (const auto& [compression, tool] : {std::pair{"gzip", "gzip -t < "}, {"zstd", "zstd -q -t < "}}) {
    for (const char* format : {"csv", "jsonl"}) {
      const SinkOptions made = options(Mode::replace, {{"compression", compression}, {"format", format}});
      const auto sink = opened_sink(made);
      for (int save = 0; save < 3; ++save) {
        ASSERT_TRUE(sink->save("x").ok());
        EXPECT_EQ(save > 0 ? std::system((tool + path_ + ".part").c_str()) : 0, 0) << tool << save;
        ASSERT_TRUE(sink->write(load_batch(0, 1000)).ok());
      }
      ASSERT_TRUE(sink->commit("x").ok());
      EXPECT_EQ(std::system((tool + path_).c_str()), 0) << tool;
      ASSERT_TRUE(sink->forget().ok());
      ASSERT_TRUE(run_load({made, 0, 0}).ok());
      EXPECT_EQ(std::system((tool + path_).c_str()), 0) << tool << "without rows";
    }
  }
}

TEST_F(FileSink, TextOverManyFramesReadsBackWhole) {
  const SinkOptions made = options(Mode::replace, {{"compression", "gzip"}});
  ASSERT_TRUE(run_load({made, 0, 10, 4000}).ok());
  EXPECT_EQ(file_text(made), kCsvHeader + csv_lines(0, 40'000));
}

TEST_F(FileSink, AppendingToAnotherKindOfFileIsRefused) {
  const auto refused = [&](const std::string& content, std::map<std::string, std::string> settings) {
    write_all(path_, content);
    const auto status = open_status(options(Mode::append, std::move(settings)));
    EXPECT_EQ(status.code(), Code::config) << content;
    EXPECT_EQ(read_all(path_), content);
    return status.message();
  };
  EXPECT_THAT(refused("id,n\n1,2\n", {}), HasSubstr("other columns"));
  EXPECT_THAT(refused("id,n,note,more\n", {}), HasSubstr("other columns"));
  EXPECT_THAT(refused(kCsvHeader, {{"format", "jsonl"}}), HasSubstr("other columns or another format"));
  EXPECT_THAT(refused(kCsvHeader, {{"compression", "gzip"}}), HasSubstr("not compressed with gzip"));
  EXPECT_THAT(refused(kCsvHeader, {{"compression", "zstd"}}), HasSubstr("not compressed with zstd"));
  EXPECT_THAT(refused(kCsvHeader + "r1,1", {}), HasSubstr("ends within a line"));
}

TEST_F(FileSink, AppendingToAnEmptyFileWritesTheHeader) {
  write_all(path_, "");
  ASSERT_TRUE(run_load({options(Mode::append), 0, 1, 1}).ok());
  EXPECT_EQ(read_all(path_), kCsvHeader + csv_lines(0, 1));
}

TEST_F(FileSink, SecondRunIsBusyAndTheFirstIsNotDisturbed) {
  const auto sink = opened_sink(options(Mode::replace));
  ASSERT_TRUE(sink->write(load_batch(0, 2)).ok());
  ASSERT_TRUE(sink->save("1").ok());
  EXPECT_EQ(open_status(options(Mode::replace)).code(), Code::busy);
  auto other = make_sink(options(Mode::replace));
  ASSERT_TRUE(other.ok());
  EXPECT_EQ((*other)->abandon().code(), Code::busy);
  ASSERT_TRUE(sink->commit("end").ok());
  EXPECT_EQ(read_all(path_), kCsvHeader + csv_lines(0, 2));
}

TEST_F(FileSink, StateCutAtEveryByteIsRefusedAndLeftAsItIs) {
  leave_unfinished(options(Mode::replace));
  const std::string state = read_all(path_ + ".state");
  for (size_t size = 0; size < state.size(); ++size) {
    write_all(path_ + ".state", state.substr(0, size));
    ASSERT_EQ(open_status(options(Mode::replace)).code(), Code::config) << size;
    ASSERT_EQ(read_all(path_ + ".state").size(), size);
  }
  write_all(path_ + ".state", state);
  EXPECT_TRUE(run_load({options(Mode::replace)}).ok());
  EXPECT_EQ(read_all(path_), kCsvHeader + csv_lines(0, 6));
}

TEST_F(FileSink, StateWithOneBitFlippedIsRefused) {
  leave_unfinished(options(Mode::replace));
  const std::string state = read_all(path_ + ".state");
  for (size_t bit = 0; bit < 8 * state.size(); ++bit) {
    std::string flipped = state;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    write_all(path_ + ".state", flipped);
    ASSERT_EQ(load_state(path_ + ".state").status().code(), Code::config) << flipped;
  }
}

TEST_F(FileSink, StateOfANewerReleaseIsRefused) {
  leave_unfinished(options(Mode::replace));
  write_all(path_ + ".state", R"({"crc":"00000000","v":2})");
  EXPECT_THAT(open_status(options(Mode::replace)).message(), HasSubstr("newer release"));
}

TEST_F(FileSink, FilesOfAnUnfinishedRunThatOthersCouldHaveMadeAreRefusedAndLeftAsTheyAre) {
  const std::string aside = folder_ / "aside";
  std::map<std::string, std::function<bool(const char*)>> changes = {
      {"others may write", [](const char* path) { return chmod(path, 0666) == 0; }},
      {"a link",
       [&](const char* path) { return std::rename(path, aside.c_str()) == 0 && symlink(aside.c_str(), path) == 0; }},
      {"a second name", [&](const char* path) { return link(path, aside.c_str()) == 0; }},
      {"a pipe", [](const char* path) { return unlink(path) == 0 && mkfifo(path, 0600) == 0; }},
      {"a folder", [](const char* path) { return unlink(path) == 0 && mkdir(path, 0700) == 0; }}};
  if (geteuid() == 0) changes["another owner"] = [](const char* path) { return chown(path, 12345, 12345) == 0; };
  for (const char* extension : {".state", ".part"}) {
    const std::string path = path_ + extension;
    for (const auto& [what, change] : changes) {
      leave_unfinished(options(Mode::append));
      ASSERT_TRUE(change(path.c_str()));
      EXPECT_EQ(open_status(options(Mode::append)).code(), Code::config) << extension << ": " << what;
      EXPECT_TRUE(std::filesystem::exists(std::filesystem::symlink_status(path))) << extension << ": " << what;
      for (const std::string& name : folder_.names()) std::filesystem::remove_all(folder_ / name);
    }
  }
}

// What others can do there (remove files) loses no row and repeats none: rows are in the part file until the commit.
TEST_F(FileSink, RunGoesOnInAFolderThatEverybodyMayWriteTo) {
  ASSERT_EQ(chmod((folder_ / ".").c_str(), 01777), 0);
  leave_unfinished(options(Mode::append));
  EXPECT_TRUE(run_load({options(Mode::append)}).ok());
  EXPECT_EQ(read_all(path_), kCsvHeader + csv_lines(0, 6));
}

TEST_F(FileSink, PartFileThatIsMissingOrShortIsRefused) {
  leave_unfinished(options(Mode::replace));
  ASSERT_EQ(truncate((path_ + ".part").c_str(), 20), 0);
  EXPECT_THAT(open_status(options(Mode::replace)).message(), HasSubstr("is shorter than"));
  ASSERT_EQ(unlink((path_ + ".part").c_str()), 0);
  EXPECT_FALSE(open_status(options(Mode::replace)).ok());
  EXPECT_TRUE(std::filesystem::exists(path_ + ".state"));
}

TEST_F(FileSink, UnfinishedRunGoesOnOnlyWithItsOwnColumnsAndFormat) {
  leave_unfinished(options(Mode::replace));
  for (const SinkOptions& other : {options(Mode::append), options(Mode::replace, {{"format", "jsonl"}}),
                                   options(Mode::replace, {{"compression", "gzip"}})}) {
    EXPECT_THAT(open_status(other).message(), HasSubstr("unfinished run"));
  }
  EXPECT_EQ(open_status(options(Mode::replace), {{"id", Type::string}}).code(), Code::config);
  EXPECT_TRUE(open_status(options(Mode::replace)).ok());
}

TEST_F(FileSink, PartFileIsPrivateAndTheFileFollowsTheUmask) {
  const mode_t before = umask(027);
  const auto sink = opened_sink(options(Mode::replace));
  ASSERT_TRUE(sink->write(load_batch(0, 1)).ok());
  ASSERT_TRUE(sink->save("1").ok());
  EXPECT_EQ(permissions(path_ + ".part"), 0600U);
  EXPECT_EQ(permissions(path_ + ".state"), 0600U);
  EXPECT_EQ(permissions(path_ + ".lock"), 0600U);
  ASSERT_TRUE(sink->commit("1").ok());
  umask(before);
  EXPECT_EQ(permissions(path_), 0640U);
}

TEST_F(FileSink, ReplacedFileKeepsItsPermissions) {
  write_all(path_, "old");
  ASSERT_EQ(chmod(path_.c_str(), 0604), 0);
  ASSERT_TRUE(run_load({options(Mode::replace)}).ok());
  EXPECT_EQ(permissions(path_), 0604U);
}

TEST_F(FileSink, DestinationsThatAreNoFilesAreRefused) {
  ASSERT_EQ(mkdir(path_.c_str(), 0700), 0);
  EXPECT_EQ(open_status(options(Mode::replace)).code(), Code::config);
  ASSERT_EQ(rmdir(path_.c_str()), 0);
  ASSERT_EQ(symlink("/dev/null", path_.c_str()), 0);
  EXPECT_EQ(open_status(options(Mode::append)).code(), Code::config);
  EXPECT_THAT(folder_.names(), ElementsAre("rows.csv"));
  EXPECT_EQ(open_status(sink_options("file", folder_ / "none/rows.csv", Mode::append)).code(), Code::local_io);
}

TEST_F(FileSink, AbandonLeavesTheOldFileAndNothingElse) {
  write_all(path_, kCsvHeader);
  leave_unfinished(options(Mode::append));
  const auto sink = opened_sink(options(Mode::append));
  ASSERT_TRUE(sink->abandon().ok());
  EXPECT_THAT(folder_.names(), ElementsAre("rows.csv"));
  EXPECT_EQ(read_all(path_), kCsvHeader);
}

TEST_F(FileSink, AbandonGivesUpADamagedState) {
  leave_unfinished(options(Mode::replace));
  write_all(path_ + ".state", "{");
  auto sink = make_sink(options(Mode::replace));
  ASSERT_TRUE(sink.ok());
  EXPECT_EQ((*sink)->open(table_schema(load_fields())).status().code(), Code::config);
  ASSERT_TRUE((*sink)->abandon().ok());
  EXPECT_THAT(folder_.names(), IsEmpty());
}

TEST_F(FileSink, AbandonInTheMiddleOfAnAppendTakesTheRowsBack) {
  int abandoned = 0;
  for (int point = 1; point < 30; ++point) {
    write_all(path_, kCsvHeader);
    const auto sink = opened_sink(options(Mode::append));
    ASSERT_TRUE(sink->write(load_batch(0, 50)).ok());
    arm_fault(Fault::fail_after, point, ENOSPC);
    const bool committed = sink->commit("end").ok();
    disarm_fault();
    ASSERT_TRUE(sink->abandon().ok());
    EXPECT_THAT(folder_.names(), ElementsAre("rows.csv"));
    if (committed) break;
    const std::string content = read_all(path_);
    // Past the last write of the commit all rows are there; before, none.
    EXPECT_TRUE(content == kCsvHeader || content == kCsvHeader + csv_lines(0, 50)) << point;
    abandoned += content == kCsvHeader ? 1 : 0;
  }
  EXPECT_GE(abandoned, 8);
}

TEST_F(FileSink, AppendInterruptedAndThenDisturbedByOthersIsRefused) {
  write_all(path_, kCsvHeader);
  {
    const auto sink = opened_sink(options(Mode::append));
    ASSERT_TRUE(sink->write(load_batch(0, 50)).ok());
    arm_fault(Fault::fail_after, 10, EIO);
    ASSERT_FALSE(sink->commit("end").ok());
    disarm_fault();
  }
  write_all(path_, "");
  EXPECT_THAT(open_status(options(Mode::append)).message(), HasSubstr("was changed while"));
}

TEST_F(FileSink, StateTextThatIsNotUtf8IsAnErrorOfTheHost) {
  const auto sink = opened_sink(options(Mode::replace));
  EXPECT_EQ(sink->save("\xFF").code(), Code::internal);
}

}  // namespace
}  // namespace bulkload::testing
