#include <gmock/gmock.h>

#include <limits>

#include "arrow_builder.h"
#include "bulkload/sink/sql_name.h"
#include "duckdb_queries.h"
#include "loads.h"
#include "test_folder.h"

namespace bulkload::testing {
namespace {

using base::Code;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<Field> kIdAndValue = {{"id", Type::string}, {"value", Type::string}};

class DuckdbSink : public DuckdbTest {
 protected:
  SinkOptions options(Mode mode, bool all_at_once = false) const {
    SinkOptions made = sink_options("duckdb", path_, mode);
    made.table = "t";
    made.all_at_once = all_at_once;
    return made;
  }

  std::string ask(const std::string& sql) const { return duckdb_query(path_, sql); }

  // Writes rows in one go, to the end.
  base::Status load(const SinkOptions& made, const std::vector<Field>& fields, const Rows& rows) const {
    const auto sink = make_sink(made);
    if (!sink.ok()) return sink.status();
    base::Status status = (*sink)->open(table_schema(fields)).status();
    if (status.ok()) status = (*sink)->write(record_batch(fields, rows));
    if (status.ok()) status = (*sink)->commit("end").status();
    return status.ok() ? (*sink)->forget() : status;
  }

  // Writes some rows and saves, and is gone.
  void leave_unfinished(const SinkOptions& made, int first_row, int rows) const {
    const auto sink = opened_sink(made);
    ASSERT_TRUE(sink->write(load_batch(first_row, rows)).ok());
    ASSERT_TRUE(sink->save("1").ok());
    ASSERT_TRUE(sink->write(load_batch(first_row + rows, 50)).ok());
  }

  const TestFolder folder_;
  const std::string path_ = folder_ / "rows.duckdb";
};

TEST_F(DuckdbSink, MakesATypedTableInTheSchemasOrderWithAllValuesAtTheirLimits) {
  const std::vector<Field> fields = {{"id", Type::string},      {"count", Type::int64},  {"share", Type::float64},
                                     {"active", Type::boolean}, {"at", Type::timestamp}, {"more", Type::json}};
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  constexpr int64_t kYear0 = -62167219200000000;
  constexpr int64_t kYear9999 = 253402300799999999;
  ASSERT_TRUE(load(options(Mode::append), fields,
                   {{"x", kLeast, 0.1, true, int64_t{1770708665123456}, "{\"k\": 1,  \"n\": 1e400}"},
                    {kNull, kNull, kNull, kNull, kNull, kNull},
                    {"", kMost, std::numeric_limits<double>::max(), false, kYear0, "[]"},
                    {"y", int64_t{0}, -std::numeric_limits<double>::denorm_min(), false, kYear9999, "\"\\u0000\""}})
                  .ok());
  EXPECT_EQ(
      ask("SELECT string_agg(column_name || ' ' || data_type, ', ') FROM duckdb_columns() WHERE table_name = 't'"),
      "id VARCHAR, count BIGINT, share DOUBLE, active BOOLEAN, at TIMESTAMP WITH TIME ZONE, more JSON");
  EXPECT_EQ(ask("SELECT id, count, share, active, epoch_us(\"at\"), more FROM t"),
            "x|-9223372036854775808|0.1|true|1770708665123456|{\"k\": 1,  \"n\": 1e400}\n"
            "NULL|NULL|NULL|NULL|NULL|NULL\n"
            "|9223372036854775807|1.7976931348623157e+308|false|-62167219200000000|[]\n"
            "y|0|-5e-324|false|253402300799999999|\"\\u0000\"");
  EXPECT_EQ(ask("SET TimeZone = 'Asia/Tokyo'; SELECT \"at\" FROM t LIMIT 1"), "2026-02-10 16:31:05.123456+09");
  EXPECT_EQ(ask("SELECT more ->> '$.k' FROM t LIMIT 1"), "1");
}

TEST_F(DuckdbSink, OddTextsReadBackAsTheyWere) {
  const std::string large(size_t{1} << 20, 'x');
  const Rows rows = {{"'\"`;--", ""},
                     {"a\nb\r", "\xF0\x9F\x98\x80"},
                     {std::string("a\0b", 3), large},
                     {"123456789012", "1234567890123"}};
  ASSERT_TRUE(load(options(Mode::append), kIdAndValue, rows).ok());
  EXPECT_EQ(ask("SELECT hex(id), value FROM t WHERE rowid = 0"), "2722603B2D2D|");
  EXPECT_EQ(ask("SELECT hex(id), hex(value) FROM t WHERE rowid = 1"), "610A620D|F09F9880");
  EXPECT_EQ(ask("SELECT hex(id), value = repeat('x', 1048576) FROM t WHERE rowid = 2"), "610062|true");
  EXPECT_EQ(ask("SELECT * FROM t WHERE rowid = 3"), "123456789012|1234567890123");
}

TEST_F(DuckdbSink, BatchesOfManyRowsAndSlicesOfLargerArraysArriveInOrder) {
  const std::vector<Field> fields = {{"n", Type::int64}, {"even", Type::boolean}, {"text", Type::string}};
  Rows rows;
  for (int64_t n = 0; n < 5000; ++n) {
    const bool null = n % 7 == 0;
    rows.push_back({n, null ? Cell(kNull) : Cell(n % 2 == 0), null ? Cell(kNull) : Cell("row " + std::to_string(n))});
  }
  ArrowArray array = arrow_array(fields, rows, 3, 5);
  const auto batch = RecordBatch::take(&array, table_schema(fields));
  ASSERT_TRUE(batch.ok());
  const auto sink = opened_sink(options(Mode::append), nullptr, fields);
  ASSERT_TRUE(sink->write(*batch).ok());
  ASSERT_TRUE(sink->commit("end").ok());
  ASSERT_TRUE(sink->forget().ok());
  EXPECT_EQ(ask("SELECT count(*) FROM t WHERE n = rowid AND ((n % 7 = 0 AND even IS NULL AND text IS NULL) OR "
                "(even = (n % 2 = 0) AND text = 'row ' || n))"),
            "5000");
}

TEST_F(DuckdbSink, AppendedRowsAreThereFromEachSaveOn) {
  leave_unfinished(options(Mode::append), 0, 2);
  EXPECT_EQ(ask("SELECT list(n) FROM t"), "[0, 1]");
  const auto sink = opened_sink(options(Mode::append));
  ASSERT_TRUE(sink->write(load_batch(2, 2)).ok());
  const auto result = sink->commit("end");
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->rows_written, 4);
  EXPECT_EQ(result->where, path_ + ", table t");
  ASSERT_TRUE(sink->forget().ok());
  EXPECT_EQ(ask("SELECT list(n) FROM t"), "[0, 1, 2, 3]");
  EXPECT_THAT(folder_.names(), ElementsAre("rows.duckdb"));
}

TEST_F(DuckdbSink, AllAtOnceAndTheOtherModesShowNothingBeforeCommit) {
  ASSERT_TRUE(run_load({options(Mode::append), 0, 1, 1}).ok());
  int first_row = 0;
  for (const SinkOptions& made : {options(Mode::append, true), options(Mode::merge), options(Mode::replace),
                                  options(Mode::replace_on_new_data)}) {
    first_row += 100;
    const std::string before = ask("SELECT list(n) FROM t");
    leave_unfinished(made, first_row, 2);
    EXPECT_EQ(ask("SELECT list(n) FROM t"), before);
    const auto sink = opened_sink(made);
    ASSERT_TRUE(sink->commit("end").ok());
    ASSERT_TRUE(sink->forget().ok());
    EXPECT_NE(ask("SELECT list(n) FROM t"), before);
    EXPECT_EQ(ask("SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE '%staging%'"), "0");
  }
}

TEST_F(DuckdbSink, GoesOnFromTheLastSave) {
  for (const bool all_at_once : {false, true}) {
    leave_unfinished(options(Mode::append, all_at_once), 0, 2);
    {
      std::optional<SavedState> saved;
      opened_sink(options(Mode::append, all_at_once), &saved);
      ASSERT_TRUE(saved.has_value());
      EXPECT_EQ(saved->text, "1");
      EXPECT_FALSE(saved->committed);
    }
    ASSERT_TRUE(run_load({options(Mode::append, all_at_once)}).ok());
    EXPECT_EQ(ask("SELECT list(n) FROM t"), "[0, 1, 2, 3, 4, 5]");
    ASSERT_EQ(ask("DELETE FROM t"), "");
  }
}

TEST_F(DuckdbSink, CommittedStateIsFoundUntilItIsForgotten) {
  {
    const auto sink = opened_sink(options(Mode::replace));
    ASSERT_TRUE(sink->write(load_batch(0, 2)).ok());
    ASSERT_TRUE(sink->commit("it's the end").ok());
  }
  std::optional<SavedState> saved;
  const auto sink = opened_sink(options(Mode::replace), &saved);
  ASSERT_TRUE(saved.has_value());
  EXPECT_EQ(saved->text, "it's the end");
  EXPECT_TRUE(saved->committed);
  ASSERT_TRUE(sink->forget().ok());
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "2");
  EXPECT_EQ(ask("SELECT count(*) FROM _bulkload_state"), "0");
}

TEST_F(DuckdbSink, ReplaceKeepsIndexesAndViewsInAnySchema) {
  for (const std::string schema : {"main", "temp_marts"}) {
    SinkOptions append = options(Mode::append);
    append.settings["schema"] = schema;
    SinkOptions replace = options(Mode::replace);
    replace.settings["schema"] = schema;
    ASSERT_TRUE(run_load({append, 0}).ok());
    ASSERT_EQ(ask("USE " + schema + "; CREATE INDEX by_n ON t (n); CREATE VIEW doubled AS SELECT 2 * n FROM t"), "");
    ASSERT_TRUE(run_load({replace, 6, 1, 2}).ok());
    EXPECT_EQ(ask("USE " + schema + "; SELECT list(n) FROM t"), "[6, 7]");
    EXPECT_EQ(ask("SELECT index_name FROM duckdb_indexes() WHERE schema_name = '" + schema + "'"), "by_n");
    EXPECT_EQ(ask("USE " + schema + "; SELECT * FROM doubled"), "12\n14");
  }
}

TEST_F(DuckdbSink, ReplaceSaysWhichIndexDoesNotFitAndGoesOnOnceItIsDropped) {
  ASSERT_EQ(ask("CREATE TABLE t (old INTEGER); CREATE INDEX by_old ON t (old); INSERT INTO t VALUES (1)"), "");
  const auto status = run_load({options(Mode::replace)});
  EXPECT_EQ(status.code(), Code::config);
  EXPECT_THAT(status.message(), HasSubstr("an index of table t does not fit"));
  EXPECT_EQ(ask("SELECT * FROM t"), "1");
  ASSERT_EQ(ask("DROP INDEX by_old"), "");
  ASSERT_TRUE(run_load({options(Mode::replace)}).ok());
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "6");
}

TEST_F(DuckdbSink, ReplaceOnNewDataKeepsTheOldRowsWhenNoneCame) {
  ASSERT_TRUE(run_load({options(Mode::replace_on_new_data), 0}).ok());
  ASSERT_TRUE(run_load({options(Mode::replace_on_new_data), 0, 0}).ok());
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "6");
  ASSERT_TRUE(run_load({options(Mode::replace), 0, 0}).ok());
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "0");
}

TEST_F(DuckdbSink, MergeUpdatesKnownIdsAndTheLastRowWins) {
  ASSERT_TRUE(load(options(Mode::merge), kIdAndValue, {{"a", "1"}, {"b", "1"}, {"a", "2"}}).ok());
  EXPECT_EQ(ask("SELECT * FROM t ORDER BY id"), "a|2\nb|1");
  ASSERT_TRUE(load(options(Mode::merge), kIdAndValue, {{"b", "3"}, {"c", "3"}, {"c", "4"}, {"b", "5"}}).ok());
  EXPECT_EQ(ask("SELECT * FROM t ORDER BY id"), "a|2\nb|5\nc|4");
}

TEST_F(DuckdbSink, MergeTakesTheLastRowOfManyBatches) {
  const auto sink = opened_sink(options(Mode::merge), nullptr, kIdAndValue);
  for (int batch = 0; batch < 4; ++batch) {
    Rows rows;
    for (int row = 0; row < 3000; ++row) {
      rows.push_back({std::to_string(row % 1500), std::to_string(batch) + "/" + std::to_string(row)});
    }
    ASSERT_TRUE(sink->write(record_batch(kIdAndValue, rows)).ok());
    if (batch % 2 == 0) {
      ASSERT_TRUE(sink->save("1").ok());
    }
  }
  ASSERT_TRUE(sink->commit("end").ok());
  ASSERT_TRUE(sink->forget().ok());
  EXPECT_EQ(ask("SELECT count(*) FROM t WHERE value = '3/' || (id::INTEGER + 1500)"), "1500");
}

TEST_F(DuckdbSink, MergeKeepsAPrimaryKeyAndWhatOtherColumnsHave) {
  ASSERT_EQ(ask("CREATE TABLE t (ID VARCHAR PRIMARY KEY, value VARCHAR, own VARCHAR DEFAULT 'new'); "
                "INSERT INTO t VALUES ('a', '1', 'kept'), ('z', '9', NULL)"),
            "");
  ASSERT_TRUE(load(options(Mode::merge), kIdAndValue, {{"a", "2"}, {"b", "2"}, {"a", "3"}, {"z", "8"}}).ok());
  EXPECT_EQ(ask("SELECT * FROM t ORDER BY id"), "a|3|kept\nb|2|new\nz|8|NULL");
}

TEST_F(DuckdbSink, MergeIntoATableWithRepeatedIdsSaysWhatToDo) {
  ASSERT_TRUE(load(options(Mode::append), kIdAndValue, {{"a", "1"}, {"a", "2"}, {kNull, "3"}, {kNull, "4"}}).ok());
  const auto status = open_status(options(Mode::merge), kIdAndValue);
  EXPECT_EQ(status.code(), Code::config);
  const std::string remedy =
      "DELETE FROM \"main\".\"t\" WHERE rowid NOT IN (SELECT max(rowid) FROM \"main\".\"t\" "
      "GROUP BY \"id\")";
  EXPECT_THAT(status.message(), HasSubstr(remedy));
  ASSERT_EQ(ask(remedy), "");
  EXPECT_TRUE(load(options(Mode::merge), kIdAndValue, {{"a", "3"}}).ok());
  EXPECT_EQ(ask("SELECT * FROM t ORDER BY ALL"), "a|3\nNULL|4");
}

TEST_F(DuckdbSink, MergeNeedsIds) {
  EXPECT_EQ(open_status(options(Mode::merge), {{"name", Type::string}}).code(), Code::config);
  EXPECT_EQ(load(options(Mode::merge), kIdAndValue, {{kNull, "1"}}).code(), Code::data);
}

TEST_F(DuckdbSink, MissingColumnsAreAddedAndOthersKept) {
  ASSERT_EQ(ask("CREATE TABLE t (own VARCHAR DEFAULT 'mine', ID VARCHAR); INSERT INTO t VALUES ('x', 'old')"), "");
  for (const SinkOptions& made : {options(Mode::append), options(Mode::append, true), options(Mode::merge)}) {
    ASSERT_TRUE(load(made, kIdAndValue, {{"new", "1"}}).ok());
    EXPECT_EQ(ask("SELECT * FROM t"), "x|old|NULL\nmine|new|1");
    ASSERT_EQ(ask("DELETE FROM t WHERE ID = 'new'"), "");
  }
}

TEST_F(DuckdbSink, ColumnOfAnotherTypeIsRefusedWithAdvice) {
  ASSERT_EQ(ask("CREATE TABLE t (id VARCHAR, value INTEGER)"), "");
  for (const Mode mode : {Mode::append, Mode::merge}) {
    const auto status = open_status(options(mode), kIdAndValue);
    EXPECT_EQ(status.code(), Code::config);
    EXPECT_THAT(status.message(),
                HasSubstr("column value of table t is INTEGER, and the rows have VARCHAR: use mode replace"));
  }
  EXPECT_TRUE(load(options(Mode::replace), kIdAndValue, {{"a", "1"}}).ok());
}

TEST_F(DuckdbSink, WiderTypesThatAreThereFit) {
  ASSERT_EQ(ask("CREATE TABLE t (id VARCHAR(10), n HUGEINT, more VARCHAR)"), "");
  const std::vector<Field> fields = {{"id", Type::string}, {"n", Type::int64}, {"more", Type::json}};
  ASSERT_TRUE(load(options(Mode::append), fields, {{"007", int64_t{7}, "{\"a\":  1}"}}).ok());
  EXPECT_EQ(ask("SELECT *, typeof(n), typeof(more) FROM t"), "007|7|{\"a\":  1}|HUGEINT|VARCHAR");
}

TEST_F(DuckdbSink, ColumnNamesThatDifferInCaseAloneAreKeptApart) {
  const std::vector<Field> fields = {{"Email", Type::string}, {"email", Type::string}, {"rowid", Type::string}};
  ASSERT_TRUE(load(options(Mode::append), fields, {{"1", "2", "3"}}).ok());
  ASSERT_TRUE(load(options(Mode::append), fields, {{"5", "6", "7"}}).ok());
  EXPECT_EQ(ask("SELECT list(column_name) FROM duckdb_columns() WHERE table_name = 't'"), "[Email, email_2, rowid_2]");
  EXPECT_EQ(ask("SELECT * FROM t"), "1|2|3\n5|6|7");
}

TEST_F(DuckdbSink, NamesNeedNotBePlain) {
  const std::vector<Field> fields = {
      {"select", Type::string}, {"a \"b\" 'c'", Type::string}, {"\xC3\xA9.$", Type::string}};
  for (const char* table : {"order", "my \"table\"; DROP TABLE t", "\xF0\x9F\x98\x80", "it's"}) {
    for (const Mode mode : {Mode::append, Mode::replace}) {
      SinkOptions made = options(mode);
      made.table = table;
      made.settings["schema"] = "the \"schema\"'s";
      ASSERT_TRUE(load(made, fields, {{"1", "2", "3"}}).ok()) << table;
      EXPECT_EQ(ask("SELECT * FROM \"the \"\"schema\"\"'s\"." + sql_name(table)), "1|2|3");
    }
  }
}

TEST_F(DuckdbSink, TableIsTheSourcesNameByDefault) {
  SinkOptions made = options(Mode::append);
  made.table.clear();
  EXPECT_EQ(open_status(made).code(), Code::config);
  {
    auto sink = make_sink(made);
    ASSERT_TRUE(sink.ok());
    ASSERT_TRUE((*sink)->open(table_schema(load_fields(), {{"source", "lists"}})).ok());
  }
  EXPECT_EQ(ask("SELECT count(*) FROM lists"), "0");
}

TEST_F(DuckdbSink, SecondRunOnTheDatabaseIsBusyWhateverItsTable) {
  const auto sink = opened_sink(options(Mode::append));
  ASSERT_TRUE(sink->write(load_batch(0, 2)).ok());
  EXPECT_EQ(open_status(options(Mode::append)).code(), Code::busy);
  SinkOptions other = options(Mode::replace);
  other.table = "other";
  EXPECT_EQ(open_status(other).code(), Code::busy);
  std::filesystem::create_symlink(path_, folder_ / "alias.duckdb");
  other.settings["path"] = folder_ / "alias.duckdb";
  EXPECT_EQ(open_status(other).code(), Code::busy);
  ASSERT_TRUE(sink->commit("end").ok());
  ASSERT_TRUE(sink->forget().ok());
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "2");
}

TEST_F(DuckdbSink, UnfinishedRunGoesOnOnlyInItsModeAndWithItsColumns) {
  leave_unfinished(options(Mode::merge), 0, 2);
  for (const SinkOptions& other : {options(Mode::append), options(Mode::append, true), options(Mode::replace)}) {
    EXPECT_THAT(open_status(other).message(), HasSubstr("an unfinished run has mode merge"));
  }
  EXPECT_THAT(open_status(options(Mode::merge), kIdAndValue).message(), HasSubstr("has other columns"));
  EXPECT_TRUE(open_status(options(Mode::merge)).ok());
}

TEST_F(DuckdbSink, DamagedNewerOrForeignStateIsRefused) {
  leave_unfinished(options(Mode::append), 0, 2);
  for (const char* damage : {"state = '2'", "mode = 'replace, staged'", "rows = 1", "committed = true", "crc = ''"}) {
    ASSERT_EQ(ask("CREATE TABLE kept AS FROM _bulkload_state; UPDATE _bulkload_state SET " + std::string(damage)), "");
    EXPECT_THAT(open_status(options(Mode::append)).message(), HasSubstr("is damaged")) << damage;
    ASSERT_EQ(ask("DELETE FROM _bulkload_state; INSERT INTO _bulkload_state FROM kept; DROP TABLE kept"), "");
  }
  EXPECT_TRUE(open_status(options(Mode::append)).ok());
  ASSERT_EQ(ask("UPDATE _bulkload_state SET version = 2"), "");
  EXPECT_THAT(open_status(options(Mode::append)).message(), HasSubstr("newer release"));
  ASSERT_EQ(ask("DROP TABLE _bulkload_state; CREATE TABLE _bulkload_state (a INTEGER)"), "");
  EXPECT_THAT(open_status(options(Mode::append)).message(), HasSubstr("not this program's"));
}

TEST_F(DuckdbSink, AbandonDropsStagingAndStateAndKeepsVisibleRows) {
  {
    const auto sink = opened_sink(options(Mode::append));
    ASSERT_TRUE(sink->write(load_batch(0, 2)).ok());
    ASSERT_TRUE(sink->save("1").ok());
    ASSERT_TRUE(sink->write(load_batch(2, 2)).ok());
    ASSERT_TRUE(sink->abandon().ok());
  }
  EXPECT_EQ(ask("SELECT list(n) FROM t"), "[0, 1]");
  leave_unfinished(options(Mode::replace), 4, 2);
  auto sink = make_sink(options(Mode::replace));
  ASSERT_TRUE(sink.ok());
  ASSERT_TRUE((*sink)->abandon().ok());
  EXPECT_EQ(ask("SELECT list(n) FROM t"), "[0, 1]");
  EXPECT_EQ(ask("SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE '%staging%'"), "0");
  EXPECT_EQ(ask("SELECT count(*) FROM _bulkload_state"), "0");
  EXPECT_THAT(folder_.names(), ElementsAre("rows.duckdb"));
}

TEST_F(DuckdbSink, AbandonBeforeAnythingMakesNoDatabase) {
  auto sink = make_sink(options(Mode::replace));
  ASSERT_TRUE(sink.ok());
  EXPECT_TRUE((*sink)->abandon().ok());
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(DuckdbSink, WhatIsNoTableOrDatabaseIsRefused) {
  ASSERT_EQ(ask("CREATE VIEW t AS SELECT 1 AS id"), "");
  EXPECT_THAT(open_status(options(Mode::append)).message(), HasSubstr("is a view"));
  EXPECT_THAT(open_status(options(Mode::replace)).message(), HasSubstr("is a view"));
  const std::string text = folder_ / "text.duckdb";
  write_all(text, std::string(5000, 'x'));
  SinkOptions other = options(Mode::append);
  other.settings["path"] = text;
  EXPECT_EQ(open_status(other).code(), Code::config);
  EXPECT_EQ(read_all(text), std::string(5000, 'x'));
  other.settings["path"] = folder_ / "none/rows.duckdb";
  EXPECT_EQ(open_status(other).code(), Code::local_io);
  std::filesystem::create_directory(folder_ / "folder");
  other.settings["path"] = folder_ / "folder";
  EXPECT_EQ(open_status(other).code(), Code::config);
}

TEST_F(DuckdbSink, RowsThatBreakTheTablesOwnRulesAreDataErrors) {
  ASSERT_EQ(ask("CREATE TABLE t (id VARCHAR NOT NULL, value VARCHAR)"), "");
  const auto status = load(options(Mode::append), kIdAndValue, {{"a", "1"}, {kNull, "2"}});
  EXPECT_EQ(status.code(), Code::data) << status.message();
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "0");
}

TEST_F(DuckdbSink, TooLittleMemoryIsSaidSoAndTheRunGoesOnWithMore) {
  SinkOptions made = options(Mode::append);
  made.settings["memory_limit"] = "1MB";
  const auto status = load(made, kIdAndValue, {{"a", std::string(size_t{8} << 20, 'x')}});
  EXPECT_EQ(status.code(), Code::out_of_memory) << status.message();
  EXPECT_THAT(status.message(), HasSubstr("raise memory_limit"));
  EXPECT_TRUE(load(options(Mode::append), kIdAndValue, {{"a", std::string(size_t{8} << 20, 'x')}}).ok());
}

TEST_F(DuckdbSink, TemporaryFilesOfADeadRunAreRemovedAndNoOthers) {
  const std::string spill = path_ + ".tmp";
  std::filesystem::create_directory(spill);
  write_all(spill + "/duckdb_temp_storage_DEFAULT-0.tmp", "x");
  ASSERT_TRUE(run_load({options(Mode::append)}).ok());
  EXPECT_THAT(folder_.names(), ElementsAre("rows.duckdb"));
  std::filesystem::create_directory(spill);
  write_all(spill + "/mine.txt", "x");
  ASSERT_TRUE(run_load({options(Mode::append)}).ok());
  EXPECT_EQ(read_all(spill + "/mine.txt"), "x");
}

TEST_F(DuckdbSink, IdsOfATableAreGivenOnceEach) {
  std::vector<std::string> ids;
  const auto visit = [&](std::string_view id) { ids.emplace_back(id); };
  EXPECT_TRUE(each_id(options(Mode::append), visit).ok());
  EXPECT_TRUE(folder_.names().empty());
  ASSERT_TRUE(load(options(Mode::append), kIdAndValue, {{"b", "1"}, {kNull, "2"}, {"a", kNull}}).ok());
  EXPECT_TRUE(each_id(options(Mode::append), visit).ok());
  EXPECT_THAT(ids, ElementsAre("b", "a"));
  SinkOptions other = options(Mode::append);
  other.table = "other";
  EXPECT_TRUE(each_id(other, visit).ok());
  ASSERT_EQ(ask("CREATE TABLE other (a INTEGER)"), "");
  EXPECT_EQ(each_id(other, visit).code(), Code::config);
}

TEST_F(DuckdbSink, KeysAreChecked) {
  const auto problems = [&](const std::string& key, const std::string& value) {
    SinkOptions made = options(Mode::append);
    made.settings[key] = value;
    return check_sink_options(made).size();
  };
  for (const char* memory : {"128MB", "2GB", "1GiB"}) EXPECT_EQ(problems("memory_limit", memory), 0U) << memory;
  for (const char* memory : {"", "0MB", "128", "MB", "-1MB", "80%"}) EXPECT_EQ(problems("memory_limit", memory), 1U);
  for (const char* threads : {"1", "64"}) EXPECT_EQ(problems("threads", threads), 0U) << threads;
  for (const char* threads : {"", "0", "65", "2x", "many"}) EXPECT_EQ(problems("threads", threads), 1U) << threads;
  for (const char* path : {":memory:", "md:mine", "s3://bucket/x"}) EXPECT_EQ(problems("path", path), 1U) << path;
  EXPECT_EQ(problems("schema", ""), 1U);
}

}  // namespace
}  // namespace bulkload::testing
