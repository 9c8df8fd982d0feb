#include <gmock/gmock.h>
#include <sys/stat.h>

#include <limits>

#include "arrow_builder.h"
#include "duckdb_queries.h"
#include "loads.h"
#include "test_folder.h"

namespace bulkload::testing {
namespace {

using base::Code;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ParquetSink : public DuckdbTest {
 protected:
  SinkOptions options(Mode mode, std::map<std::string, std::string> settings = {}) const {
    settings["format"] = "parquet";
    return sink_options("file", path_, mode, std::move(settings));
  }

  // A query in which FILE is the file.
  std::string ask(std::string sql) const {
    for (size_t at = sql.find("FILE"); at != std::string::npos; at = sql.find("FILE")) sql.replace(at, 4, path_);
    return duckdb_query("", sql);
  }

  std::string numbers() const { return ask("SELECT list(n) FROM 'FILE'"); }
  std::string row_groups() const {
    return ask(
        "SELECT list(row_group_num_rows ORDER BY row_group_id) FROM parquet_metadata('FILE') WHERE column_id = 0");
  }

  const TestFolder folder_;
  const std::string path_ = folder_ / "rows.parquet";
};

TEST_F(ParquetSink, WritesRealTypesAndAllValuesAtTheirLimits) {
  const std::vector<Field> fields = {{"id", Type::string},      {"count", Type::int64}, {"share", Type::float64},
                                     {"active", Type::boolean}, {"t", Type::timestamp}, {"more", Type::json}};
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  const auto sink = opened_sink(options(Mode::replace), nullptr, fields);
  const Rows rows = {
      {std::string("a\0b", 3), kLeast, 0.1, true, int64_t{1770708665123456}, "{\"k\": 1,  \"n\": 1e400}"},
      {kNull, kNull, kNull, kNull, kNull, kNull},
      {"", kMost, std::numeric_limits<double>::max(), false, int64_t{-62167219200000000}, "[]"},
      {"\xF0\x9F\x98\x80", int64_t{0}, -std::numeric_limits<double>::denorm_min(), false, int64_t{253402300799999999},
       "\"\\u0000\""}};
  ASSERT_TRUE(sink->write(record_batch(fields, rows)).ok());
  ASSERT_TRUE(sink->commit("end").ok());
  ASSERT_TRUE(sink->forget().ok());
  EXPECT_EQ(ask("SELECT name, type, converted_type, repetition_type FROM parquet_schema('FILE') WHERE type IS NOT NULL "
                "AND num_children IS NULL"),
            "id|BYTE_ARRAY|UTF8|OPTIONAL\ncount|INT64|INT_64|OPTIONAL\nshare|DOUBLE|NULL|OPTIONAL\n"
            "active|BOOLEAN|NULL|OPTIONAL\nt|INT64|TIMESTAMP_MICROS|OPTIONAL\nmore|BYTE_ARRAY|UTF8|OPTIONAL");
  EXPECT_THAT(ask("SELECT logical_type FROM parquet_schema('FILE') WHERE name = 't'"), HasSubstr("isAdjustedToUTC=1"));
  EXPECT_EQ(ask("SELECT hex(id), count, share, active, epoch_us(t), more FROM 'FILE'"),
            "610062|-9223372036854775808|0.1|true|1770708665123456|{\"k\": 1,  \"n\": 1e400}\n"
            "NULL|NULL|NULL|NULL|NULL|NULL\n"
            "|9223372036854775807|1.7976931348623157e+308|false|-62167219200000000|[]\n"
            "F09F9880|0|-5e-324|false|253402300799999999|\"\\u0000\"");
}

TEST_F(ParquetSink, RowGroupsAreFullHoweverTheRowsCome) {
  const auto sink = opened_sink(options(Mode::replace, {{"row_group_size", "1000"}}));
  int row = 0;
  for (const int count : {1, 2999, 10, 989, 3, 700}) {
    ASSERT_TRUE(sink->write(load_batch(row, count)).ok());
    ASSERT_TRUE(sink->save("x").ok());
    row += count;
  }
  const auto result = sink->commit("end");
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->rows_written, 4702);
  EXPECT_EQ(result->where, path_);
  ASSERT_TRUE(sink->forget().ok());
  EXPECT_EQ(row_groups(), "[1000, 1000, 1000, 1000, 702]");
  EXPECT_EQ(ask("SELECT count(*), sum(n), bool_and(id = 'r' || n) FROM 'FILE'"), "4702|11052051|true");
  EXPECT_EQ(ask("SELECT count(*) FROM 'FILE' WHERE n <> file_row_number"), "0");
  EXPECT_EQ(ask("SELECT count(*) FROM 'FILE' WHERE id = 'r4321'"), "1");  // through statistics and Bloom filters
  EXPECT_THAT(folder_.names(), ElementsAre("rows.parquet"));
}

TEST_F(ParquetSink, RowsAreGatheredFromSlicesOfLargerArraysToo) {
  const std::vector<Field> fields = {
      {"n", Type::int64}, {"even", Type::boolean}, {"text", Type::string}, {"x", Type::float64}};
  Rows rows;
  for (int64_t n = 0; n < 5000; ++n) {
    const bool null = n % 7 == 0;
    rows.push_back({n, null ? Cell(kNull) : Cell(n % 2 == 0), null ? Cell(kNull) : Cell("row " + std::to_string(n)),
                    static_cast<double>(n) / 2});
  }
  for (const auto& [parent_offset, child_offset] : {std::pair(3, 5), std::pair(0, 0), std::pair(2, 9)}) {
    ArrowArray array = arrow_array(fields, rows, parent_offset, child_offset);
    const auto batch = RecordBatch::take(&array, table_schema(fields));
    ASSERT_TRUE(batch.ok());
    const auto sink = opened_sink(options(Mode::replace, {{"row_group_size", "700"}}), nullptr, fields);
    ASSERT_TRUE(sink->write(*batch).ok());
    ASSERT_TRUE(sink->commit("end").ok());
    ASSERT_TRUE(sink->forget().ok());
    EXPECT_EQ(
        ask("SELECT count(*) FROM 'FILE' WHERE n = file_row_number AND x = n / 2 AND ((n % 7 = 0 AND even IS NULL "
            "AND text IS NULL) OR (even = (n % 2 = 0) AND text = 'row ' || n))"),
        "5000");
  }
}

TEST_F(ParquetSink, LargeRowsCloseARowGroupBeforeMemoryGrows) {
  const auto sink = opened_sink(options(Mode::replace, {{"row_group_size", "100"}}), nullptr, {{"id", Type::string}});
  for (int batch = 0; batch < 4; ++batch) {
    const Rows rows(10, {std::string(size_t{30} << 10, 'x')});
    ASSERT_TRUE(sink->write(record_batch({{"id", Type::string}}, rows)).ok());
  }
  ASSERT_TRUE(sink->commit("end").ok());
  EXPECT_EQ(row_groups(), "[20, 20]");
}

TEST_F(ParquetSink, CompressionIsOfChoice) {
  for (const auto& [key, codec] : std::map<std::string, std::string>{
           {"none", "UNCOMPRESSED"}, {"snappy", "SNAPPY"}, {"gzip", "GZIP"}, {"zstd", "ZSTD"}, {"lz4", "LZ4_RAW"}}) {
    ASSERT_TRUE(run_load({options(Mode::replace, {{"compression", key}})}).ok());
    EXPECT_EQ(ask("SELECT DISTINCT compression FROM parquet_metadata('FILE')"), codec);
    EXPECT_EQ(numbers(), "[0, 1, 2, 3, 4, 5]");
  }
  ASSERT_TRUE(run_load({options(Mode::replace)}).ok());
  EXPECT_EQ(ask("SELECT DISTINCT compression FROM parquet_metadata('FILE')"), "SNAPPY");
}

TEST_F(ParquetSink, NothingIsVisibleBeforeCommitAndARunGoesOnFromItsLastSave) {
  for (const char* group : {"1", "3", "1000"}) {
    const SinkOptions made = options(Mode::replace, {{"row_group_size", group}});
    ASSERT_TRUE(run_load({made, 100, 1, 1}).ok());
    for (int attempt = 0; attempt < 3; ++attempt) {
      std::optional<SavedState> saved;
      const auto sink = opened_sink(made, &saved);
      EXPECT_EQ(saved.has_value(), attempt > 0);
      if (saved.has_value()) {
        EXPECT_EQ(saved->text, "state " + std::to_string(attempt - 1));
      }
      ASSERT_TRUE(sink->write(load_batch(2 * attempt, 2)).ok());
      ASSERT_TRUE(sink->save("state " + std::to_string(attempt)).ok());
      ASSERT_TRUE(sink->write(load_batch(50, 7)).ok());
      EXPECT_EQ(numbers(), "[100]");
    }
    const auto sink = opened_sink(made);
    ASSERT_TRUE(sink->commit("end").ok());
    ASSERT_TRUE(sink->forget().ok());
    EXPECT_EQ(numbers(), "[0, 1, 2, 3, 4, 5]");
    EXPECT_THAT(folder_.names(), ElementsAre("rows.parquet"));
  }
}

TEST_F(ParquetSink, FileWithoutRowsHasItsColumns) {
  ASSERT_TRUE(run_load({options(Mode::replace), 0, 0}).ok());
  EXPECT_EQ(ask("SELECT count(*) FROM 'FILE'"), "0");
  EXPECT_EQ(ask("SELECT list(name) FROM parquet_schema('FILE') WHERE num_children IS NULL"), "[id, n, note]");
  ASSERT_TRUE(run_load({options(Mode::append), 3, 1, 2}).ok());
  EXPECT_EQ(numbers(), "[3, 4]");
}

TEST_F(ParquetSink, ReplaceOnNewDataKeepsTheOldRowsWhenNoneCame) {
  ASSERT_TRUE(run_load({options(Mode::replace_on_new_data), 0}).ok());
  ASSERT_TRUE(run_load({options(Mode::replace_on_new_data), 0, 0}).ok());
  EXPECT_EQ(numbers(), "[0, 1, 2, 3, 4, 5]");
  ASSERT_TRUE(run_load({options(Mode::replace_on_new_data), 7, 1, 1}).ok());
  EXPECT_EQ(numbers(), "[7]");
}

TEST_F(ParquetSink, AppendKeepsTheRowGroupsThatAreThere) {
  const SinkOptions made = options(Mode::append, {{"row_group_size", "4"}});
  ASSERT_TRUE(run_load({made, 0}).ok());
  ASSERT_TRUE(run_load({made, 6}).ok());
  ASSERT_TRUE(run_load({made, 12, 0}).ok());
  ASSERT_TRUE(run_load({made, 12}).ok());
  EXPECT_EQ(numbers(), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]");
  EXPECT_EQ(row_groups(), "[4, 2, 4, 2, 4, 2]");
  EXPECT_EQ(ask("SELECT bool_and(id = 'r' || n) FROM 'FILE'"), "true");
}

TEST_F(ParquetSink, AppendTakesAFileOfAnotherWriterWithTheSameColumns) {
  ASSERT_EQ(ask("COPY (SELECT 'a' AS id, -1::BIGINT AS n, 'x' AS note) TO 'FILE' (FORMAT parquet, COMPRESSION zstd, "
                "KV_METADATA {owner: 'me'})"),
            "");
  chmod(path_.c_str(), 0640);
  ASSERT_TRUE(run_load({options(Mode::append)}).ok());
  EXPECT_EQ(numbers(), "[-1, 0, 1, 2, 3, 4, 5]");
  EXPECT_EQ(ask("SELECT decode(value) FROM parquet_kv_metadata('FILE')"), "me");
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0640U);
}

TEST_F(ParquetSink, AppendToOtherColumnsOrToNoParquetFileIsRefused) {
  for (const char* other : {"SELECT 'a' AS id, 1::BIGINT AS n", "SELECT 'a' AS id, 1::INTEGER AS n, 'x' AS note",
                            "SELECT 'a' AS ID, 1::BIGINT AS n, 'x' AS note"}) {
    ASSERT_EQ(ask("COPY (" + std::string(other) + ") TO 'FILE' (FORMAT parquet)"), "");
    const auto status = open_status(options(Mode::append));
    EXPECT_EQ(status.code(), Code::config);
    EXPECT_THAT(status.message(), HasSubstr("has other columns: use mode replace or another path"));
    EXPECT_TRUE(open_status(options(Mode::replace)).ok());
  }
  write_all(path_, "id,n,note\n");
  const auto status = open_status(options(Mode::append));
  EXPECT_EQ(status.code(), Code::config);
  EXPECT_THAT(status.message(), HasSubstr("is no Parquet file"));
  EXPECT_EQ(read_all(path_), "id,n,note\n");
}

TEST_F(ParquetSink, CommittedStateIsFoundUntilItIsForgotten) {
  for (const Mode mode : {Mode::replace, Mode::append}) {
    {
      const auto sink = opened_sink(options(mode));
      ASSERT_TRUE(sink->write(load_batch(0, 2)).ok());
      ASSERT_TRUE(sink->commit("end").ok());
    }
    std::optional<SavedState> saved;
    const auto sink = opened_sink(options(mode), &saved);
    ASSERT_TRUE(saved.has_value());
    EXPECT_EQ(saved->text, "end");
    EXPECT_TRUE(saved->committed);
    ASSERT_TRUE(sink->forget().ok());
  }
  EXPECT_EQ(numbers(), "[0, 1, 0, 1]");
  EXPECT_THAT(folder_.names(), ElementsAre("rows.parquet"));
}

TEST_F(ParquetSink, SecondRunIsBusyAndAbandonLeavesTheOldFile) {
  ASSERT_TRUE(run_load({options(Mode::replace), 7, 1, 1}).ok());
  const auto sink = opened_sink(options(Mode::replace, {{"row_group_size", "2"}}));
  EXPECT_EQ(open_status(options(Mode::append)).code(), Code::busy);
  ASSERT_TRUE(sink->write(load_batch(0, 5)).ok());
  ASSERT_TRUE(sink->save("1").ok());
  EXPECT_THAT(folder_.names(), ::testing::Contains("rows.parquet.tail1"));
  ASSERT_TRUE(sink->abandon().ok());
  EXPECT_EQ(numbers(), "[7]");
  EXPECT_THAT(folder_.names(), ElementsAre("rows.parquet"));
}

TEST_F(ParquetSink, UnfinishedRunGoesOnOnlyWithItsConfigurationAndItsFiles) {
  {
    const auto sink = opened_sink(options(Mode::replace, {{"row_group_size", "2"}}));
    ASSERT_TRUE(sink->write(load_batch(0, 5)).ok());
    ASSERT_TRUE(sink->save("1").ok());
  }
  const auto opened = [&] { return open_status(options(Mode::replace, {{"row_group_size", "2"}})); };
  EXPECT_EQ(open_status(options(Mode::replace)).code(), Code::config);
  for (const char* name : {"rows.parquet.part", "rows.parquet.tail1"}) {
    const std::string path = folder_ / name;
    const std::string bytes = read_all(path);
    write_all(path, bytes.substr(0, bytes.size() - 1));
    EXPECT_EQ(opened().code(), Code::config) << name;
    std::filesystem::remove(path);
    EXPECT_FALSE(opened().ok()) << name;
    write_all(path, bytes);
    std::filesystem::permissions(path, std::filesystem::perms(0600));
    EXPECT_TRUE(opened().ok()) << name;
  }
  const std::string state = read_all(path_ + ".state");
  write_all(path_ + ".state", state.substr(1));
  EXPECT_THAT(opened().message(), HasSubstr("is damaged"));
}

TEST_F(ParquetSink, KeysAreChecked) {
  const auto problems = [&](const std::map<std::string, std::string>& settings) {
    SinkOptions made = sink_options("file", path_, Mode::replace, settings);
    const Problems found = check_sink_options(made);
    return found.empty() ? "" : found.front();
  };
  EXPECT_EQ(problems({{"format", "parquet"}, {"row_group_size", "122880"}, {"compression", "lz4"}}), "");
  for (const char* size : {"", "0", "-1", "1e6", "1048577", "many"}) {
    EXPECT_THAT(problems({{"format", "parquet"}, {"row_group_size", size}}), HasSubstr("row_group_size: must be"))
        << size;
  }
  EXPECT_THAT(problems({{"row_group_size", "5"}}), HasSubstr("only with format parquet"));
  EXPECT_THAT(problems({{"compression", "snappy"}}), HasSubstr("possible only with format parquet: use gzip or zstd"));
  EXPECT_THAT(problems({{"format", "parquet"}, {"delimiter", ";"}}), HasSubstr("delimiter: has no meaning"));
}

}  // namespace
}  // namespace bulkload::testing
