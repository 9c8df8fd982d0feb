#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bulkload/sink/file_names.h"
#include "loads.h"
#include "test_folder.h"

namespace bulkload::testing {
namespace {

using base::Code;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class SplitFileSink : public ::testing::Test {
 protected:
  SinkOptions options(Mode mode, std::map<std::string, std::string> settings = {}) const {
    SinkOptions made = sink_options("file", prefix_, mode, std::move(settings));
    split(made);
    return made;
  }

  void load(Mode mode, int first_row, int batches) const {
    Load job;
    job.options = options(mode);
    job.first_row = first_row;
    job.batches = batches;
    job.rows_per_batch = 1;
    const base::Status status = run_load(job);
    ASSERT_TRUE(status.ok()) << status.message();
  }

  static std::string file_of(int row) { return kCsvHeader + csv_lines(row, 1) + "--\n"; }

  const TestFolder folder_;
  const std::string prefix_ = folder_ / "rows_";
};

TEST_F(SplitFileSink, BeginsTheNextFileWhereOneIsLongEnoughEachWithItsHeader) {
  load(Mode::replace, 0, 3);
  EXPECT_THAT(folder_.names(), ElementsAre("rows_000.csv", "rows_001.csv", "rows_002.csv"));
  EXPECT_EQ(split_text(options(Mode::replace)), file_of(0) + file_of(1) + file_of(2));
}

TEST_F(SplitFileSink, AppendNumbersItsFilesBehindThoseThatAreThere) {
  load(Mode::append, 0, 2);
  write_all(folder_ / "rows_007.csv", "theirs\n");
  load(Mode::append, 2, 1);
  EXPECT_THAT(folder_.names(), ElementsAre("rows_000.csv", "rows_001.csv", "rows_007.csv", "rows_008.csv"));
}

TEST_F(SplitFileSink, ReplaceRemovesTheFilesOfALongerSequenceAndNothingElse) {
  load(Mode::replace, 0, 3);
  for (const char* other : {"rows_x.csv", "rows_1.csv", "rows_001.jsonl"}) write_all(folder_ / other, "theirs\n");
  load(Mode::replace, 7, 1);
  EXPECT_THAT(folder_.names(), ElementsAre("rows_000.csv", "rows_001.jsonl", "rows_1.csv", "rows_x.csv"));
  EXPECT_EQ(read_all(folder_ / "rows_000.csv"), kCsvHeader + csv_lines(7, 1));
}

TEST_F(SplitFileSink, NoRowsReplaceByOneFileOfTheHeaderAndAddNothing) {
  load(Mode::append, 0, 0);
  EXPECT_THAT(folder_.names(), ElementsAre());
  load(Mode::replace, 0, 2);
  load(Mode::replace_on_new_data, 0, 0);
  EXPECT_EQ(split_text(options(Mode::replace)), file_of(0) + file_of(1));
  load(Mode::replace, 0, 0);
  EXPECT_EQ(split_text(options(Mode::replace)), kCsvHeader + "--\n");
}

TEST_F(SplitFileSink, NothingIsVisibleBeforeCommitAndCleanupLeavesNothing) {
  const auto sink = opened_sink(options(Mode::append));
  for (int row = 0; row < 3; ++row) ASSERT_TRUE(sink->write(load_batch(row, 1)).ok());
  ASSERT_TRUE(sink->save("1").ok());
  for (const std::string& name : folder_.names()) EXPECT_FALSE(name.ends_with(".csv")) << name;
  ASSERT_TRUE(sink->abandon().ok());
  EXPECT_THAT(folder_.names(), ElementsAre());
}

TEST_F(SplitFileSink, AStateWhoseFilesAreGoneOrShorterIsRefused) {
  {
    const auto sink = opened_sink(options(Mode::append));
    for (int row = 0; row < 3; ++row) ASSERT_TRUE(sink->write(load_batch(row, 1)).ok());
    ASSERT_TRUE(sink->save("1").ok());
  }
  write_all(prefix_ + ".part1", "");
  const base::Status status = open_status(options(Mode::append));
  EXPECT_EQ(status.code(), Code::config);
  EXPECT_THAT(status.message(), HasSubstr(".part1 is shorter than "));
  EXPECT_EQ(open_status(options(Mode::append, {{"format", "jsonl"}})).code(), Code::config);
}

TEST_F(SplitFileSink, SecondRunSaysThatItIsBusy) {
  const auto sink = opened_sink(options(Mode::append));
  EXPECT_EQ(open_status(options(Mode::append)).code(), Code::busy);
}

TEST(FileNames, AreWhatTheyWouldBeInEmbulk) {
  const auto names = FileNames::parse("out/sample_", "%03d.%02d.", "csv.gz");
  ASSERT_TRUE(names.ok());
  EXPECT_EQ(names->of(0), "out/sample_000.00.csv.gz");
  EXPECT_EQ(names->of(123), "out/sample_000.123.csv.gz");
  EXPECT_EQ(FileNames::parse("x", ".%4d-", "e")->of(7), "x.   7-e");
}

TEST(FileNames, FindTheirOwnAmongOthers) {
  const TestFolder folder;
  for (const char* name : {"a00.csv", "a07.csv", "a123.csv", "a7.csv", "a08.csvx", "b09.csv", "a-1.csv"}) {
    write_all(folder / name, "");
  }
  const auto names = FileNames::parse(folder / "a", "%02d", ".csv");
  ASSERT_TRUE(names.ok());
  EXPECT_THAT(*names->existing(), UnorderedElementsAre(0, 7, 123));
}

}  // namespace
}  // namespace bulkload::testing
