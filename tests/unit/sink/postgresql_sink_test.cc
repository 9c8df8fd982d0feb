#include <gmock/gmock.h>

#include "bulkload/sink/postgresql_connection.h"
#include "postgresql_fixture.h"

namespace bulkload::testing {
namespace {

using base::Code;
using ::testing::HasSubstr;

using PostgresqlSink = PostgresqlTest;

constexpr const char* kNumbers = "SELECT string_agg(n::text, ',' ORDER BY n) FROM t";
constexpr const char* kTables =
    "SELECT string_agg(tablename, ',' ORDER BY tablename) FROM pg_tables WHERE schemaname = "
    "'public'";

TEST_F(PostgresqlSink, AppendedRowsAreVisibleAtEachSave) {
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
  EXPECT_EQ(result->where, "PostgreSQL database postgres, table public.t");
  EXPECT_TRUE(result->warnings.empty());
  EXPECT_EQ(ask(kNumbers), "0,1,2,3");
}

TEST_F(PostgresqlSink, AllAtOnceAndTheOtherModesShowNothingBeforeCommit) {
  ASSERT_TRUE(run_load({options(Mode::append), 100, 1, 1}).ok());
  int first_row = 0;
  for (const SinkOptions& made : {options(Mode::append, true), options(Mode::merge), options(Mode::replace),
                                  options(Mode::replace_on_new_data)}) {
    first_row += 10;
    const std::string before = ask(kNumbers);
    const auto sink = opened_sink(made);
    ASSERT_TRUE(sink->write(load_batch(first_row, 2)).ok());
    ASSERT_TRUE(sink->save("1").ok());
    EXPECT_EQ(ask(kNumbers), before);
    ASSERT_TRUE(sink->commit("end").ok());
    EXPECT_NE(ask(kNumbers), before);
    ASSERT_TRUE(sink->forget().ok());
    EXPECT_EQ(ask(kTables), "_bulkload_state,t");
  }
}

TEST_F(PostgresqlSink, FirstLoadOfEveryModeMakesTheTable) {
  for (const SinkOptions& made : {options(Mode::append), options(Mode::append, true), options(Mode::merge),
                                  options(Mode::replace), options(Mode::replace_on_new_data)}) {
    ASSERT_TRUE(run_load({made}).ok());
    EXPECT_EQ(ask("SELECT * FROM t WHERE n = 3"), "r3|3|say \"3\",\nthen go");
    EXPECT_EQ(ask(kNumbers), "0,1,2,3,4,5");
    EXPECT_EQ(ask(kTables), "_bulkload_state,t");
    ASSERT_EQ(ask("DROP TABLE t"), "");
  }
}

TEST_F(PostgresqlSink, GoesOnFromTheLastSave) {
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
    EXPECT_EQ(ask(kNumbers), "0,1,2,3,4,5");
    ASSERT_EQ(ask("DELETE FROM t"), "");
  }
}

TEST_F(PostgresqlSink, CommittedStateIsFoundUntilItIsForgotten) {
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

TEST_F(PostgresqlSink, ReplaceKeepsGrantsViewsIndexesAndFurtherColumns) {
  ASSERT_TRUE(run_load({options(Mode::append), 0}).ok());
  ASSERT_EQ(ask("DROP ROLE IF EXISTS reader; CREATE ROLE reader; GRANT SELECT ON t TO reader; CREATE INDEX by_n ON t "
                "(n); CREATE VIEW doubled AS SELECT 2 * n FROM t; ALTER TABLE t ADD COLUMN own int DEFAULT 7;"
                "COMMENT ON TABLE t IS 'mine'"),
            "");
  ASSERT_TRUE(run_load({options(Mode::replace), 6, 1, 2}).ok());
  EXPECT_EQ(ask("SELECT n, own FROM t ORDER BY n"), "6|7\n7|7");
  EXPECT_EQ(ask("SELECT * FROM doubled"), "12\n14");
  EXPECT_EQ(ask("SELECT has_table_privilege('reader', 't', 'SELECT'), obj_description('t'::regclass), "
                "to_regclass('by_n')"),
            "t|mine|by_n");
  EXPECT_EQ(ask("DROP OWNED BY reader; DROP ROLE reader"), "");
}

TEST_F(PostgresqlSink, ReadersOfAReplacedTableSeeTheOldRowsToTheEndAndNeverWait) {
  ASSERT_TRUE(run_load({options(Mode::append), 0}).ok());
  const auto sink = opened_sink(options(Mode::replace));
  ASSERT_TRUE(sink->write(load_batch(10, 3)).ok());
  auto reader = postgresql::Connection::open(
      {{"host", server().socket_folder()}, {"port", std::to_string(server().port())}, {"user", server().kUser}});
  ASSERT_TRUE(reader.ok());
  ASSERT_TRUE(reader->run("BEGIN ISOLATION LEVEL REPEATABLE READ").ok());
  const auto count = [&] { return reader->query("SELECT count(*) FROM t").value()[0][0]; };
  EXPECT_EQ(count(), "6");
  ASSERT_TRUE(sink->commit("end").ok());  // and waits for no reader
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "3");
  EXPECT_EQ(count(), "6");
}

TEST_F(PostgresqlSink, ReplaceGivesColumnsTheirNewTypes) {
  ASSERT_EQ(ask("CREATE TABLE t (id int DEFAULT 1 PRIMARY KEY, note varchar(3), n text); INSERT INTO t VALUES (1)"),
            "");
  ASSERT_TRUE(run_load({options(Mode::replace)}).ok());
  EXPECT_EQ(ask("SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 't'::regclass AND "
                "attnum > 0"),
            "id|text\nnote|text\nn|bigint");
  EXPECT_EQ(ask(kNumbers), "0,1,2,3,4,5");
}

TEST_F(PostgresqlSink, ReplaceSaysWhichViewIsInTheWayAndGoesOnOnceItIsDropped) {
  ASSERT_EQ(ask("CREATE TABLE t (n text); CREATE VIEW texts AS SELECT n FROM t; INSERT INTO t VALUES ('old')"), "");
  const auto status = run_load({options(Mode::replace)});
  EXPECT_EQ(status.code(), Code::config);
  EXPECT_THAT(status.message(), HasSubstr("view texts"));
  EXPECT_EQ(ask("SELECT n FROM t"), "old");
  ASSERT_EQ(ask("DROP VIEW texts"), "");
  ASSERT_TRUE(run_load({options(Mode::replace)}).ok());
  EXPECT_EQ(ask(kNumbers), "0,1,2,3,4,5");
}

TEST_F(PostgresqlSink, ReplaceOnNewDataKeepsTheOldRowsWhenNoneCame) {
  ASSERT_TRUE(run_load({options(Mode::replace_on_new_data), 0}).ok());
  ASSERT_TRUE(run_load({options(Mode::replace_on_new_data), 0, 0}).ok());
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "6");
  ASSERT_TRUE(run_load({options(Mode::replace), 0, 0}).ok());
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "0");
  EXPECT_EQ(ask(kTables), "_bulkload_state,t");
}

TEST_F(PostgresqlSink, MergeUpdatesKnownIdsAndTheLastRowWins) {
  ASSERT_TRUE(load(options(Mode::merge), kIdAndValue, {{"a", "1"}, {"b", "1"}, {"a", "2"}}).ok());
  EXPECT_EQ(ask("SELECT * FROM t ORDER BY id"), "a|2\nb|1");
  ASSERT_TRUE(load(options(Mode::merge), kIdAndValue, {{"b", "3"}, {"c", "3"}, {"c", "4"}, {"b", "5"}}).ok());
  EXPECT_EQ(ask("SELECT * FROM t ORDER BY id"), "a|2\nb|5\nc|4");
}

TEST_F(PostgresqlSink, LastRowOfAnIdWinsOverSavesAndProcesses) {
  for (const char* value : {"1", "2", "3"}) {
    const auto sink = opened_sink(options(Mode::merge), nullptr, kIdAndValue);
    ASSERT_TRUE(sink->write(record_batch(kIdAndValue, {{"a", value}, {"b", value}})).ok());
    ASSERT_TRUE(sink->save(value).ok());
    ASSERT_TRUE(sink->write(record_batch(kIdAndValue, {{"a", "lost"}})).ok());  // its tuple's place may be used again
  }
  ASSERT_EQ(ask("VACUUM _bulkload_staging_t"), "");
  ASSERT_TRUE(load(options(Mode::merge), kIdAndValue, {{"a", "4"}}).ok());
  EXPECT_EQ(ask("SELECT * FROM t ORDER BY id"), "a|4\nb|3");
}

TEST_F(PostgresqlSink, MergeUsesAUniqueIndexThatIsThere) {
  ASSERT_EQ(ask("CREATE TABLE t (id varchar PRIMARY KEY, value text, own text); INSERT INTO t VALUES ('a', '1', "
                "'kept')"),
            "");
  ASSERT_TRUE(load(options(Mode::merge), kIdAndValue, {{"a", "2"}, {"b", "2"}}).ok());
  EXPECT_EQ(ask("SELECT * FROM t ORDER BY id"), "a|2|kept\nb|2|NULL");
  EXPECT_EQ(ask("SELECT count(*) FROM pg_indexes WHERE tablename = 't'"), "1");
}

TEST_F(PostgresqlSink, MergeIntoATableWithRepeatedIdsSaysWhatToDo) {
  ASSERT_TRUE(load(options(Mode::append), kIdAndValue, {{"a", "1"}, {"a", "2"}}).ok());
  const auto status = open_status(options(Mode::merge), kIdAndValue);
  EXPECT_EQ(status.code(), Code::config);
  const std::string advice =
      "DELETE FROM \"public\".\"t\" WHERE ctid NOT IN (SELECT max(ctid) FROM \"public\".\"t\" "
      "GROUP BY \"id\")";
  EXPECT_THAT(status.message(), HasSubstr(advice));
  ASSERT_EQ(ask(advice), "");
  EXPECT_TRUE(load(options(Mode::merge), kIdAndValue, {{"a", "3"}}).ok());
  EXPECT_EQ(ask("SELECT * FROM t"), "a|3");
}

TEST_F(PostgresqlSink, PartialAndWiderIndexesDoNotMakeIdsUnique) {
  ASSERT_EQ(
      ask("CREATE TABLE t (id text, value text, UNIQUE (id, value)); CREATE UNIQUE INDEX ON t (id) WHERE value <> "
          "''; CREATE UNIQUE INDEX ON t (lower(id))"),
      "");
  ASSERT_TRUE(load(options(Mode::merge), kIdAndValue, {{"a", "1"}}).ok());
  ASSERT_TRUE(load(options(Mode::merge), kIdAndValue, {{"a", "2"}}).ok());
  EXPECT_EQ(ask("SELECT * FROM t"), "a|2");
  EXPECT_EQ(ask("SELECT count(*) FROM pg_indexes WHERE tablename = 't'"), "4");
}

TEST_F(PostgresqlSink, MergeWithADeferrableConstraintIsRefusedBeforeTheRowsAreLoaded) {
  ASSERT_EQ(ask("CREATE TABLE t (id text UNIQUE DEFERRABLE, value text)"), "");
  const auto status = open_status(options(Mode::merge), kIdAndValue);
  EXPECT_EQ(status.code(), Code::config);
  EXPECT_THAT(status.message(), HasSubstr("make it NOT DEFERRABLE"));
}

TEST_F(PostgresqlSink, ReplaceAfterMergeTakesRepeatedIds) {
  ASSERT_TRUE(load(options(Mode::merge), kIdAndValue, {{"a", "1"}}).ok());
  ASSERT_TRUE(load(options(Mode::replace), kIdAndValue, {{"a", "1"}, {"a", "2"}}).ok());
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "2");
}

TEST_F(PostgresqlSink, MergeNeedsIds) {
  EXPECT_EQ(open_status(options(Mode::merge), {{"name", Type::string}}).code(), Code::config);
  EXPECT_EQ(load(options(Mode::merge), kIdAndValue, {{kNull, "1"}}).code(), Code::data);
}

TEST_F(PostgresqlSink, TableOfOnlyIdsCanBeMerged) {
  const std::vector<Field> ids = {{"id", Type::string}};
  ASSERT_TRUE(load(options(Mode::merge), ids, {{"a"}, {"b"}}).ok());
  ASSERT_TRUE(load(options(Mode::merge), ids, {{"b"}, {"c"}, {"c"}}).ok());
  EXPECT_EQ(ask("SELECT * FROM t ORDER BY id"), "a\nb\nc");
}

TEST_F(PostgresqlSink, TableIsTheSourcesNameByDefault) {
  SinkOptions made = options(Mode::append);
  made.table.clear();
  EXPECT_EQ(open_status(made).code(), Code::config);
  auto sink = make_sink(made);
  ASSERT_TRUE(sink.ok());
  ASSERT_TRUE((*sink)->open(table_schema(load_fields(), {{"source", "lists"}})).ok());
  EXPECT_EQ(ask("SELECT count(*) FROM lists"), "0");
}

TEST_F(PostgresqlSink, SchemaIsTheSearchPathsFirstUnlessItIsNamed) {
  ASSERT_EQ(ask("DROP SCHEMA IF EXISTS other CASCADE; CREATE SCHEMA other"), "");
  ASSERT_TRUE(run_load({options(Mode::replace, false, {{"schema", "other"}})}).ok());
  EXPECT_EQ(ask("SELECT count(*) FROM other.t; SELECT count(*) FROM other._bulkload_state"), "6\n0");
  EXPECT_EQ(ask(kTables), "NULL");
  EXPECT_THAT(open_status(options(Mode::append, false, {{"schema", "nowhere"}})).message(),
              HasSubstr("schema: nowhere does not exist in database postgres: CREATE SCHEMA \"nowhere\""));
  ASSERT_EQ(ask("DROP SCHEMA public CASCADE"), "");
  EXPECT_THAT(open_status(options(Mode::append)).message(), HasSubstr("schema: is missing"));
  EXPECT_EQ(ask("CREATE SCHEMA public; DROP SCHEMA other CASCADE"), "");
}

TEST_F(PostgresqlSink, SecondRunOnTheTableIsBusyAndOthersAreNot) {
  const auto sink = opened_sink(options(Mode::append));
  ASSERT_TRUE(sink->write(load_batch(0, 2)).ok());
  for (const Mode mode : {Mode::append, Mode::replace}) {
    const auto status = open_status(options(mode));
    EXPECT_EQ(status.code(), Code::busy);
    EXPECT_THAT(status.message(), HasSubstr("another run is writing to table \"public\".\"t\" of database postgres"));
  }
  SinkOptions other = options(Mode::replace);
  other.table = "other";
  EXPECT_TRUE(run_load({other}).ok());
  ASSERT_TRUE(sink->commit("end").ok());
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "2");
}

TEST_F(PostgresqlSink, UnfinishedRunGoesOnOnlyInItsModeAndWithItsColumns) {
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

TEST_F(PostgresqlSink, DamagedNewerOrForeignStateIsRefused) {
  {
    const auto sink = opened_sink(options(Mode::append));
    ASSERT_TRUE(sink->save("1").ok());
  }
  for (const char* damage :
       {"state = '2'", "mode = 'replace, staged'", "rows = 1", "adapted = 1", "committed = true", "crc = ''"}) {
    ASSERT_EQ(
        ask("CREATE TABLE kept AS SELECT * FROM _bulkload_state; UPDATE _bulkload_state SET " + std::string(damage)),
        "");
    EXPECT_THAT(open_status(options(Mode::append)).message(), HasSubstr("is damaged")) << damage;
    ASSERT_EQ(ask("DELETE FROM _bulkload_state; INSERT INTO _bulkload_state SELECT * FROM kept; DROP TABLE kept"), "");
  }
  EXPECT_TRUE(open_status(options(Mode::append)).ok());
  ASSERT_EQ(ask("UPDATE _bulkload_state SET version = 2"), "");
  EXPECT_THAT(open_status(options(Mode::append)).message(), HasSubstr("newer release"));
  ASSERT_EQ(ask("DROP TABLE _bulkload_state; CREATE TABLE _bulkload_state (a int)"), "");
  EXPECT_THAT(open_status(options(Mode::append)).message(), HasSubstr("not this program's"));
}

TEST_F(PostgresqlSink, AbandonDropsStagingAndStateAndKeepsVisibleRows) {
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
  EXPECT_EQ(ask(kNumbers), "0,1");
  EXPECT_EQ(ask(kTables), "_bulkload_state,t");
  EXPECT_EQ(ask("SELECT count(*) FROM _bulkload_state"), "0");
}

TEST_F(PostgresqlSink, AbandonBeforeAnythingMakesNothing) {
  auto sink = make_sink(options(Mode::replace));
  ASSERT_TRUE(sink.ok());
  EXPECT_TRUE((*sink)->abandon().ok());
  EXPECT_EQ(ask(kTables), "NULL");
}

TEST_F(PostgresqlSink, GivesEveryIdOfTheTable) {
  std::vector<std::string> ids;
  const auto visit = [&](std::string_view id) { ids.emplace_back(id); };
  ASSERT_TRUE(each_id(options(Mode::append), visit).ok());
  EXPECT_TRUE(ids.empty());
  ASSERT_TRUE(run_load({options(Mode::append), 0, 1, 20'001}).ok());
  ASSERT_TRUE(each_id(options(Mode::append), visit).ok());
  ASSERT_EQ(ids.size(), 20'001u);
  EXPECT_EQ(ids.front() + ids.back(), "r0r20000");
  ASSERT_EQ(ask("ALTER TABLE t DROP COLUMN id"), "");
  EXPECT_EQ(each_id(options(Mode::append), visit).code(), Code::config);
}

}  // namespace
}  // namespace bulkload::testing
