#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "arrow_builder.h"
#include "bulkload/sink/durable_file.h"
#include "bulkload/sink/sqlite_database.h"
#include "loads.h"
#include "test_folder.h"

namespace bulkload::testing {
namespace {

using base::Code;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SqliteSink : public ::testing::Test {
 protected:
  SinkOptions options(Mode mode, bool all_at_once = false) const {
    SinkOptions made = sink_options("sqlite", path_, mode);
    made.all_at_once = all_at_once;
    return made;
  }

  std::string ask(const std::string& sql) const { return query(path_, sql); }

  // Writes rows in one go, to the end.
  base::Status load(const SinkOptions& made, const std::vector<Field>& fields, const Rows& rows) const {
    const auto sink = opened_sink(made, nullptr, fields);
    base::Status status = sink->write(record_batch(fields, rows));
    if (status.ok()) status = sink->commit("end").status();
    return status.ok() ? sink->forget() : status;
  }

  const TestFolder folder_;
  const std::string path_ = folder_ / "rows.db";
};

const std::vector<Field> kIdAndValue = {{"id", Type::string}, {"value", Type::string}};

TEST_F(SqliteSink, MakesATypedTableInTheSchemasOrder) {
  const std::vector<Field> fields = {{"id", Type::string},      {"count", Type::int64},  {"share", Type::float64},
                                     {"active", Type::boolean}, {"at", Type::timestamp}, {"more", Type::json}};
  ASSERT_TRUE(load(options(Mode::append), fields,
                   {{"x", int64_t{-9223372036854775807 - 1}, 0.1, true, int64_t{1770708665123456}, "{\"k\": 1}"},
                    {kNull, kNull, kNull, kNull, kNull, kNull}})
                  .ok());
  EXPECT_EQ(ask("SELECT group_concat(name || ' ' || type) FROM pragma_table_info('t')"),
            "id TEXT,count INTEGER,share REAL,active INTEGER,at TEXT,more TEXT");
  EXPECT_EQ(ask("SELECT * FROM t"),
            "x|-9223372036854775808|0.1|1|2026-02-10 07:31:05.123456|{\"k\": 1}\nNULL|NULL|NULL|NULL|NULL|NULL");
}

TEST_F(SqliteSink, TimesAreWhatSqlitesDateFunctionsRead) {
  const std::vector<Field> fields = {{"at", Type::timestamp}};
  ASSERT_TRUE(load(options(Mode::append), fields, {{int64_t{1770708665000000}}, {int64_t{-1500000}}}).ok());
  EXPECT_EQ(ask("SELECT at, strftime('%s', at) FROM t"),
            "2026-02-10 07:31:05|1770708665\n1969-12-31 23:59:58.500000|-2");
}

TEST_F(SqliteSink, OddTextsReadBackAsTheyWere) {
  const std::string large(size_t{1} << 20, 'x');
  const Rows rows = {{"'\"`;--", ""}, {"a\nb\r", "\xF0\x9F\x98\x80"}, {std::string("a\0b", 3), large}};
  ASSERT_TRUE(load(options(Mode::append), kIdAndValue, rows).ok());
  EXPECT_EQ(ask("SELECT hex(id), typeof(value) FROM t WHERE rowid < 3"), "2722603B2D2D|text\n610A620D|text");
  EXPECT_EQ(ask("SELECT hex(value) FROM t WHERE rowid = 2"), "F09F9880");
  EXPECT_EQ(ask("SELECT hex(id), length(value), value = printf('%.*c', 1048576, 'x') FROM t WHERE rowid = 3"),
            "610062|1048576|1");
}

TEST_F(SqliteSink, NewDatabaseHasLargePagesAndAWriteAheadLog) {
  ASSERT_TRUE(run_load({options(Mode::append)}).ok());
  EXPECT_EQ(ask("PRAGMA page_size"), "16384");
  EXPECT_EQ(ask("PRAGMA journal_mode"), "wal");
  EXPECT_THAT(folder_.names(), ElementsAre("rows.db"));
}

TEST_F(SqliteSink, AppendedRowsAreVisibleAtEachSave) {
  const auto sink = opened_sink(options(Mode::append));
  ASSERT_TRUE(sink->write(load_batch(0, 2)).ok());
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "0");
  ASSERT_TRUE(sink->save("1").ok());
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "2");
  ASSERT_TRUE(sink->write(load_batch(2, 2)).ok());
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "2");
  const auto result = sink->commit("end");
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->rows_written, 4);
  EXPECT_EQ(result->where, path_ + ", table t");
  EXPECT_EQ(ask("SELECT group_concat(n) FROM t"), "0,1,2,3");
}

TEST_F(SqliteSink, AllAtOnceAndTheOtherModesShowNothingBeforeCommit) {
  ASSERT_TRUE(run_load({options(Mode::append), 100, 1, 1}).ok());
  int first_row = 0;
  for (const SinkOptions& made : {options(Mode::append, true), options(Mode::merge), options(Mode::replace),
                                  options(Mode::replace_on_new_data)}) {
    first_row += 10;
    const std::string before = ask("SELECT group_concat(n) FROM t");
    const auto sink = opened_sink(made);
    ASSERT_TRUE(sink->write(load_batch(first_row, 2)).ok());
    ASSERT_TRUE(sink->save("1").ok());
    EXPECT_EQ(ask("SELECT group_concat(n) FROM t"), before);
    ASSERT_TRUE(sink->commit("end").ok());
    EXPECT_NE(ask("SELECT group_concat(n) FROM t"), before);
    ASSERT_TRUE(sink->forget().ok());
    EXPECT_EQ(ask("SELECT group_concat(name) FROM sqlite_master WHERE name LIKE '%staging%'"), "NULL");
  }
}

TEST_F(SqliteSink, GoesOnFromTheLastSave) {
  for (const bool all_at_once : {false, true}) {
    {
      const auto sink = opened_sink(options(Mode::append, all_at_once));
      ASSERT_TRUE(sink->write(load_batch(0, 2)).ok());
      ASSERT_TRUE(sink->save("1").ok());
      ASSERT_TRUE(sink->write(load_batch(2, 50)).ok());
    }
    std::optional<SavedState> saved;
    opened_sink(options(Mode::append, all_at_once), &saved);
    ASSERT_TRUE(saved.has_value());
    EXPECT_EQ(saved->text, "1");
    EXPECT_FALSE(saved->committed);
    ASSERT_TRUE(run_load({options(Mode::append, all_at_once)}).ok());
    EXPECT_EQ(ask("SELECT group_concat(n) FROM t"), "0,1,2,3,4,5");
    ASSERT_EQ(ask("DELETE FROM t"), "");
  }
}

TEST_F(SqliteSink, CommittedStateIsFoundUntilItIsForgotten) {
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
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "2");
  EXPECT_EQ(ask("SELECT count(*) FROM _bulkload_state"), "0");
}

TEST_F(SqliteSink, ReplaceKeepsIndexesTriggersAndViews) {
  ASSERT_TRUE(run_load({options(Mode::append), 0}).ok());
  ASSERT_EQ(ask("CREATE INDEX by_n ON t (n); CREATE VIEW doubled AS SELECT 2 * n FROM t; CREATE TABLE log (n);"
                "CREATE TRIGGER logged AFTER DELETE ON t BEGIN INSERT INTO log VALUES (old.n); END;"),
            "");
  ASSERT_TRUE(run_load({options(Mode::replace), 6, 1, 2}).ok());
  EXPECT_EQ(ask("SELECT group_concat(n) FROM t"), "6,7");
  EXPECT_EQ(ask("SELECT group_concat(name) FROM sqlite_master WHERE tbl_name = 't'"), "t,by_n,logged");
  EXPECT_EQ(ask("SELECT * FROM doubled"), "12\n14");
  EXPECT_EQ(ask("DELETE FROM t WHERE n = 7; SELECT * FROM log"), "7");
}

TEST_F(SqliteSink, ReplaceSaysWhichIndexDoesNotFitAndGoesOnOnceItIsDropped) {
  ASSERT_EQ(ask("CREATE TABLE t (old); CREATE INDEX by_old ON t (old); INSERT INTO t VALUES (1)"), "");
  const auto status = run_load({options(Mode::replace)});
  EXPECT_EQ(status.code(), Code::config);
  EXPECT_THAT(status.message(), HasSubstr("no such column: old"));
  EXPECT_EQ(ask("SELECT * FROM t"), "1");
  ASSERT_EQ(ask("DROP INDEX by_old"), "");
  ASSERT_TRUE(run_load({options(Mode::replace)}).ok());
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "6");
}

TEST_F(SqliteSink, ReplaceOnNewDataKeepsTheOldRowsWhenNoneCame) {
  ASSERT_TRUE(run_load({options(Mode::replace_on_new_data), 0}).ok());
  ASSERT_TRUE(run_load({options(Mode::replace_on_new_data), 0, 0}).ok());
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "6");
  ASSERT_TRUE(run_load({options(Mode::replace), 0, 0}).ok());
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "0");
}

TEST_F(SqliteSink, MergeUpdatesKnownIdsAndTheLastRowWins) {
  const Rows first = {{"a", "1"}, {"b", "1"}, {"a", "2"}};
  const Rows second = {{"b", "3"}, {"c", "3"}, {"c", "4"}, {"b", "5"}};
  ASSERT_TRUE(load(options(Mode::merge), kIdAndValue, first).ok());
  EXPECT_EQ(ask("SELECT * FROM t ORDER BY id"), "a|2\nb|1");
  ASSERT_TRUE(load(options(Mode::merge), kIdAndValue, second).ok());
  EXPECT_EQ(ask("SELECT * FROM t ORDER BY id"), "a|2\nb|5\nc|4");
}

TEST_F(SqliteSink, MergeUsesAUniqueIndexThatIsThere) {
  ASSERT_EQ(ask("CREATE TABLE t (ID TEXT PRIMARY KEY, value TEXT, own TEXT); INSERT INTO t VALUES ('a', '1', 'kept')"),
            "");
  ASSERT_TRUE(load(options(Mode::merge), kIdAndValue, {{"a", "2"}, {"b", "2"}}).ok());
  EXPECT_EQ(ask("SELECT * FROM t ORDER BY id"), "a|2|kept\nb|2|NULL");
  EXPECT_EQ(ask("SELECT count(*) FROM sqlite_master WHERE type = 'index'"), "2");  // of t and of the state table
}

TEST_F(SqliteSink, MergeIntoATableWithRepeatedIdsSaysWhatToDo) {
  ASSERT_TRUE(load(options(Mode::append), kIdAndValue, {{"a", "1"}, {"a", "2"}}).ok());
  const auto status = open_status(options(Mode::merge), kIdAndValue);
  EXPECT_EQ(status.code(), Code::config);
  EXPECT_THAT(status.message(), HasSubstr("DELETE FROM \"t\" WHERE rowid NOT IN"));
  ASSERT_EQ(ask("DELETE FROM \"t\" WHERE rowid NOT IN (SELECT max(rowid) FROM \"t\" GROUP BY id)"), "");
  EXPECT_TRUE(load(options(Mode::merge), kIdAndValue, {{"a", "3"}}).ok());
  EXPECT_EQ(ask("SELECT * FROM t"), "a|3");
}

TEST_F(SqliteSink, ReplaceAfterMergeTakesRepeatedIds) {
  ASSERT_TRUE(load(options(Mode::merge), kIdAndValue, {{"a", "1"}}).ok());
  ASSERT_TRUE(load(options(Mode::replace), kIdAndValue, {{"a", "1"}, {"a", "2"}}).ok());
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "2");
}

TEST_F(SqliteSink, MergeNeedsIds) {
  EXPECT_EQ(open_status(options(Mode::merge), {{"name", Type::string}}).code(), Code::config);
  EXPECT_EQ(load(options(Mode::merge), kIdAndValue, {{kNull, "1"}}).code(), Code::data);
}

TEST_F(SqliteSink, MissingColumnsAreAddedAndOthersKept) {
  ASSERT_EQ(ask("CREATE TABLE t (own TEXT DEFAULT 'mine', ID varchar(20)); INSERT INTO t VALUES ('x', 'old')"), "");
  for (const SinkOptions& made : {options(Mode::append), options(Mode::append, true), options(Mode::merge)}) {
    ASSERT_TRUE(load(made, kIdAndValue, {{"new", "1"}}).ok());
    EXPECT_EQ(ask("SELECT * FROM t"), "x|old|NULL\nmine|new|1");
    ASSERT_EQ(ask("DELETE FROM t WHERE ID = 'new'"), "");
  }
}

TEST_F(SqliteSink, ColumnOfAnotherTypeIsRefusedWithAdvice) {
  ASSERT_EQ(ask("CREATE TABLE t (id TEXT, value INTEGER)"), "");
  for (const Mode mode : {Mode::append, Mode::merge}) {
    const auto status = open_status(options(mode), kIdAndValue);
    EXPECT_EQ(status.code(), Code::config);
    EXPECT_THAT(status.message(),
                HasSubstr("column value of table t is INTEGER, and the rows have TEXT: use mode replace"));
  }
  EXPECT_TRUE(load(options(Mode::replace), kIdAndValue, {{"a", "1"}}).ok());
}

TEST_F(SqliteSink, DeclaredTypesOfTheSameKindFit) {
  ASSERT_EQ(ask("CREATE TABLE t (id NVARCHAR(100), value, n BIGINT, d DOUBLE, b BOOLEAN)"), "");
  const std::vector<Field> fields = {
      {"id", Type::string}, {"value", Type::json}, {"n", Type::int64}, {"d", Type::float64}, {"b", Type::boolean}};
  ASSERT_TRUE(load(options(Mode::append), fields, {{"007", "007", int64_t{7}, 7.0, true}}).ok());
  EXPECT_EQ(ask("SELECT *, typeof(value), typeof(d) FROM t"), "007|007|7|7.0|1|text|real");
}

TEST_F(SqliteSink, ColumnNamesThatDifferInCaseAloneAreKeptApart) {
  const std::vector<Field> fields = {
      {"Email", Type::string}, {"email", Type::string}, {"EMAIL", Type::string}, {"email_2", Type::string}};
  ASSERT_TRUE(load(options(Mode::append), fields, {{"1", "2", "3", "4"}}).ok());
  ASSERT_TRUE(load(options(Mode::append), fields, {{"5", "6", "7", "8"}}).ok());
  EXPECT_EQ(ask("SELECT group_concat(name) FROM pragma_table_info('t')"), "Email,email_3,EMAIL_4,email_2");
  EXPECT_EQ(ask("SELECT * FROM t"), "1|2|3|4\n5|6|7|8");
}

TEST_F(SqliteSink, NamesNeedNotBePlain) {
  const std::vector<Field> fields = {
      {"select", Type::string}, {"a \"b\" 'c'", Type::string}, {"\xC3\xA9.$", Type::string}};
  for (const char* table : {"order", "my \"table\"; DROP TABLE t", "\xF0\x9F\x98\x80", "it's"}) {
    for (const Mode mode : {Mode::append, Mode::replace}) {
      SinkOptions made = options(mode);
      made.table = table;
      ASSERT_TRUE(load(made, fields, {{"1", "2", "3"}}).ok()) << table;
      EXPECT_EQ(ask("SELECT * FROM " + sql_name(table)), "1|2|3");
    }
  }
}

TEST_F(SqliteSink, TableIsTheSourcesNameByDefault) {
  SinkOptions made = options(Mode::append);
  made.table.clear();
  EXPECT_EQ(open_status(made).code(), Code::config);
  auto sink = make_sink(made);
  ASSERT_TRUE(sink.ok());
  ASSERT_TRUE((*sink)->open(table_schema(load_fields(), {{"source", "lists"}})).ok());
  EXPECT_EQ(ask("SELECT count(*) FROM lists"), "0");
}

TEST_F(SqliteSink, SecondRunOnTheDatabaseIsBusyWhateverItsTable) {
  const auto sink = opened_sink(options(Mode::append));
  ASSERT_TRUE(sink->write(load_batch(0, 2)).ok());
  EXPECT_EQ(open_status(options(Mode::append)).code(), Code::busy);
  SinkOptions other = options(Mode::replace);
  other.table = "other";
  EXPECT_EQ(open_status(other).code(), Code::busy);
  std::filesystem::create_symlink(path_, folder_ / "alias.db");
  EXPECT_EQ(open_status(sink_options("sqlite", folder_ / "alias.db", Mode::append)).code(), Code::busy);
  ASSERT_TRUE(sink->commit("end").ok());
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "2");
}

TEST_F(SqliteSink, UnfinishedRunGoesOnOnlyInItsModeAndWithItsColumns) {
  {
    const auto sink = opened_sink(options(Mode::merge));
    ASSERT_TRUE(sink->save("1").ok());
  }
  for (const SinkOptions& other : {options(Mode::append), options(Mode::append, true), options(Mode::replace)}) {
    EXPECT_THAT(open_status(other).message(), HasSubstr("an unfinished run has mode merge"));
  }
  EXPECT_THAT(open_status(options(Mode::merge), kIdAndValue).message(), HasSubstr("has other columns"));
  EXPECT_TRUE(open_status(options(Mode::merge)).ok());
}

TEST_F(SqliteSink, DamagedNewerOrForeignStateIsRefused) {
  {
    const auto sink = opened_sink(options(Mode::append));
    ASSERT_TRUE(sink->save("1").ok());
  }
  for (const char* damage : {"state = '2'", "mode = 'replace, staged'", "rows = 1", "committed = 1", "crc = ''"}) {
    ASSERT_EQ(
        ask("CREATE TABLE kept AS SELECT * FROM _bulkload_state; UPDATE _bulkload_state SET " + std::string(damage)),
        "");
    EXPECT_THAT(open_status(options(Mode::append)).message(), HasSubstr("is damaged")) << damage;
    ASSERT_EQ(ask("REPLACE INTO _bulkload_state SELECT * FROM kept; DROP TABLE kept"), "");
  }
  EXPECT_TRUE(open_status(options(Mode::append)).ok());
  ASSERT_EQ(ask("UPDATE _bulkload_state SET version = 2"), "");
  EXPECT_THAT(open_status(options(Mode::append)).message(), HasSubstr("newer release"));
  ASSERT_EQ(ask("DROP TABLE _bulkload_state; CREATE TABLE _bulkload_state (a)"), "");
  EXPECT_THAT(open_status(options(Mode::append)).message(), HasSubstr("not this program's"));
}

TEST_F(SqliteSink, AbandonDropsStagingAndStateAndKeepsVisibleRows) {
  {
    const auto sink = opened_sink(options(Mode::append));
    ASSERT_TRUE(sink->write(load_batch(0, 2)).ok());
    ASSERT_TRUE(sink->save("1").ok());
    ASSERT_TRUE(sink->write(load_batch(2, 2)).ok());
    ASSERT_TRUE(sink->abandon().ok());
  }
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "2");
  {
    const auto sink = opened_sink(options(Mode::replace));
    ASSERT_TRUE(sink->write(load_batch(4, 2)).ok());
    ASSERT_TRUE(sink->save("1").ok());
  }
  auto sink = make_sink(options(Mode::replace));
  ASSERT_TRUE(sink.ok());
  ASSERT_TRUE((*sink)->abandon().ok());
  EXPECT_EQ(ask("SELECT group_concat(n) FROM t"), "0,1");
  EXPECT_EQ(ask("SELECT count(*) FROM sqlite_master WHERE name LIKE '%staging%'"), "0");
  EXPECT_EQ(ask("SELECT count(*) FROM _bulkload_state"), "0");
  EXPECT_THAT(folder_.names(), ElementsAre("rows.db"));
}

TEST_F(SqliteSink, AbandonBeforeAnythingMakesNoDatabase) {
  auto sink = make_sink(options(Mode::replace));
  ASSERT_TRUE(sink.ok());
  EXPECT_TRUE((*sink)->abandon().ok());
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(SqliteSink, WhatIsNoTableOrDatabaseIsRefused) {
  ASSERT_EQ(ask("CREATE VIEW t AS SELECT 1 AS id"), "");
  EXPECT_THAT(open_status(options(Mode::append)).message(), HasSubstr("is a view"));
  EXPECT_THAT(open_status(options(Mode::replace)).message(), HasSubstr("is a view"));
  const std::string text = folder_ / "text.db";
  write_all(text, std::string(5000, 'x'));
  EXPECT_EQ(open_status(sink_options("sqlite", text, Mode::append)).code(), Code::config);
  EXPECT_EQ(read_all(text), std::string(5000, 'x'));
  EXPECT_EQ(open_status(sink_options("sqlite", folder_ / "none/rows.db", Mode::append)).code(), Code::local_io);
  std::filesystem::create_directory(folder_ / "folder");
  EXPECT_EQ(open_status(sink_options("sqlite", folder_ / "folder", Mode::append)).code(), Code::local_io);
}

TEST_F(SqliteSink, RowsThatBreakTheTablesOwnRulesAreDataErrors) {
  ASSERT_EQ(ask("CREATE TABLE t (id TEXT NOT NULL, value TEXT)"), "");
  EXPECT_EQ(load(options(Mode::append), kIdAndValue, {{"a", "1"}, {kNull, "2"}}).code(), Code::data);
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "0");
}

TEST(SqliteDatabase, HeldBySomebodyElseIsBusy) {
  const TestFolder folder;
  auto holder = Database::open(folder / "rows.db", 0);
  ASSERT_TRUE(holder.ok());
  ASSERT_TRUE(holder->run("PRAGMA journal_mode = WAL; CREATE TABLE t (a); BEGIN IMMEDIATE").ok());
  auto other = Database::open(folder / "rows.db", 1);
  ASSERT_TRUE(other.ok());
  const auto status = other->run("BEGIN IMMEDIATE");
  EXPECT_EQ(status.code(), Code::busy);
  EXPECT_THAT(status.message(), HasSubstr("another program is writing to it"));
  ASSERT_TRUE(holder->run("COMMIT").ok());
  EXPECT_TRUE(other->run("BEGIN IMMEDIATE").ok());
}

TEST(SqliteDatabase, FullDatabaseIsAnErrorOfTheDisk) {
  const TestFolder folder;
  auto database = Database::open(folder / "rows.db", 0);
  ASSERT_TRUE(database.ok());
  ASSERT_TRUE(database->run("CREATE TABLE t (a); PRAGMA max_page_count = 3").ok());
  EXPECT_EQ(database->run("INSERT INTO t VALUES (zeroblob(1000000))").code(), Code::local_io);
}

TEST_F(SqliteSink, GivesTheIdsOfItsTable) {
  std::vector<std::string> ids;
  const IdVisitor collect = [&](std::string_view id) { ids.emplace_back(id); };
  SinkOptions made = options(Mode::append);
  EXPECT_TRUE(each_id(made, collect).ok()) << "there is no database";
  EXPECT_EQ(file_kind(path_).value(), FileKind::missing);
  ASSERT_TRUE(load(made, kIdAndValue, {{"a", "1"}, {kNull, "2"}, {"c", "3"}}).ok());
  EXPECT_TRUE(each_id(made, collect).ok());
  EXPECT_THAT(ids, ElementsAre("a", "c"));
  made.table = "other";
  EXPECT_TRUE(each_id(made, collect).ok()) << "there is no table";
  EXPECT_EQ(ids.size(), 2u);
  query(path_, "CREATE TABLE other (value TEXT)");
  EXPECT_EQ(each_id(made, collect).code(), Code::config);
}

}  // namespace
}  // namespace bulkload::testing
