// Existing tables and the names in them.
#include <gmock/gmock.h>

#include "bulkload/sink/sql_name.h"
#include "postgresql_fixture.h"

namespace bulkload::testing {
namespace {

using base::Code;
using ::testing::HasSubstr;

using PostgresqlTable = PostgresqlTest;

constexpr const char* kColumns =
    "SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute "
    "WHERE "
    "attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped";

TEST_F(PostgresqlTable, HasATypeForEachType) {
  const std::vector<Field> fields = {{"id", Type::string},      {"count", Type::int64},  {"share", Type::float64},
                                     {"active", Type::boolean}, {"at", Type::timestamp}, {"more", Type::json}};
  for (const SinkOptions& made : {options(Mode::append), options(Mode::replace), options(Mode::merge)}) {
    ASSERT_TRUE(load(made, fields, {{"x", int64_t{1}, 0.5, true, int64_t{0}, "{}"}}).ok());
    EXPECT_EQ(ask(kColumns),
              "id text, count bigint, share double precision, active boolean, at timestamp with time zone, more jsonb");
    ASSERT_EQ(ask("DROP TABLE t"), "");
  }
  for (const char* type : {"json", "text"}) {
    ASSERT_TRUE(load(options(Mode::append, false, {{"json_type", type}}), {{"more", Type::json}}, {{"{}"}}).ok());
    EXPECT_EQ(ask(kColumns), "more " + std::string(type));
    ASSERT_EQ(ask("DROP TABLE t"), "");
  }
}

TEST_F(PostgresqlTable, MissingColumnsAreAddedAndOthersKept) {
  ASSERT_EQ(ask("CREATE TABLE t (own text DEFAULT 'mine', id varchar); INSERT INTO t VALUES ('x', 'old')"), "");
  for (const SinkOptions& made :
       {options(Mode::append), options(Mode::append, true), options(Mode::merge), options(Mode::replace)}) {
    ASSERT_TRUE(load(made, kIdAndValue, {{"new", "1"}}).ok());
    EXPECT_EQ(ask("SELECT * FROM t WHERE id = 'new'"), "mine|new|1");
    EXPECT_EQ(ask(kColumns), "own text, id character varying, value text");
    ASSERT_EQ(ask("DELETE FROM t WHERE id = 'new'"), "");
  }
}

TEST_F(PostgresqlTable, NarrowedRowsLeaveColumnsNull) {
  ASSERT_TRUE(run_load({options(Mode::append), 0, 1, 1}).ok());
  ASSERT_TRUE(load(options(Mode::append), {{"n", Type::int64}}, {{int64_t{7}}}).ok());
  EXPECT_EQ(ask("SELECT id, n FROM t ORDER BY n"), "r0|0\nNULL|7");
}

TEST_F(PostgresqlTable, ColumnOfAnotherTypeIsRefusedWithAdvice) {
  const std::vector<Field> fields = {
      {"id", Type::string}, {"n", Type::int64}, {"f", Type::float64}, {"at", Type::timestamp}};
  for (const char* column : {"n integer", "n smallint", "n numeric", "n text", "f real", "f numeric", "id varchar(20)",
                             "id char(9)", "id uuid", "at timestamp", "at timestamptz(0)", "at text", "at date",
                             "n bigint GENERATED ALWAYS AS (1) STORED"}) {
    ASSERT_EQ(ask("CREATE TABLE t (" + std::string(column) + ")"), "");
    for (const Mode mode : {Mode::append, Mode::merge}) {
      const auto status = open_status(options(mode), fields);
      EXPECT_EQ(status.code(), Code::config) << column;
      EXPECT_THAT(status.message(), HasSubstr("of table t is ")) << column;
    }
    ASSERT_EQ(ask("DROP TABLE t"), "");
  }
  ASSERT_EQ(ask("CREATE TABLE t (id text, n integer)"), "");
  const std::string message = open_status(options(Mode::append), fields).message();
  EXPECT_THAT(message, HasSubstr("column n of table t is integer, and the rows have bigint: "));
  const size_t begin = message.find("ALTER TABLE");
  ASSERT_EQ(ask(message.substr(begin, message.find(", or") - begin)), "");
  EXPECT_TRUE(open_status(options(Mode::append), fields).ok());
}

TEST_F(PostgresqlTable, JsonColumnsMayHaveAnyTypeUnlessOneIsAskedFor) {
  const std::vector<Field> fields = {{"a", Type::json}, {"b", Type::json}, {"c", Type::json}};
  const char* kTable = "CREATE TABLE t (a json, b text, c varchar)";
  ASSERT_EQ(ask(kTable), "");
  for (const SinkOptions& made : {options(Mode::append), options(Mode::append, true), options(Mode::replace)}) {
    ASSERT_TRUE(load(made, fields, {{"{\"k\": 1.0}", "{ }", "[1 ]"}}).ok());
    EXPECT_EQ(ask("SELECT * FROM t"), "{\"k\": 1.0}|{ }|[1 ]");
    ASSERT_EQ(ask("DELETE FROM t"), "");
  }
  const auto status = open_status(options(Mode::append, false, {{"json_type", "jsonb"}}), fields);
  EXPECT_THAT(status.message(), HasSubstr("column a of table t is json, and the rows have jsonb"));
  ASSERT_TRUE(load(options(Mode::replace, false, {{"json_type", "jsonb"}}), fields, {{"1", "2", "3"}}).ok());
  EXPECT_EQ(ask(kColumns), "a jsonb, b jsonb, c jsonb");
}

TEST_F(PostgresqlTable, ThatInsistsOnAColumnWhichTheRowsHaveNotIsRefusedBeforeTheyAreLoaded) {
  ASSERT_EQ(ask("CREATE TABLE t (own int NOT NULL, id text)"), "");
  for (const Mode mode : {Mode::append, Mode::merge, Mode::replace}) {
    const auto status = open_status(options(mode), kIdAndValue);
    EXPECT_EQ(status.code(), Code::config);
    EXPECT_THAT(status.message(), HasSubstr("column own of table t is NOT NULL"));
  }
  ASSERT_EQ(ask("DROP TABLE t; CREATE TABLE t (own int GENERATED ALWAYS AS IDENTITY, more int NOT NULL DEFAULT 3, id "
                "text NOT NULL)"),
            "");
  ASSERT_TRUE(load(options(Mode::append), kIdAndValue, {{"a", "1"}}).ok());
  EXPECT_EQ(ask("SELECT * FROM t"), "1|3|a|1");
}

TEST_F(PostgresqlTable, RowsThatBreakItsOwnRulesAreDataErrorsWithoutTheRowsValues) {
  ASSERT_EQ(ask("CREATE TABLE t (id text CHECK (id <> 'secret'), value text)"), "");
  const auto status = load(options(Mode::append), kIdAndValue, {{"a", "1"}, {"secret", "2"}});
  EXPECT_EQ(status.code(), Code::data);
  EXPECT_THAT(status.message(), HasSubstr("t_id_check"));
  EXPECT_THAT(status.message(), Not(HasSubstr("secret")));
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "0");
}

TEST_F(PostgresqlTable, ThatIsNoTableIsRefused) {
  for (const char* thing : {"VIEW t AS SELECT 1 AS id", "MATERIALIZED VIEW t AS SELECT 1 AS id", "SEQUENCE t"}) {
    ASSERT_EQ(ask("CREATE " + std::string(thing)), "");
    EXPECT_THAT(open_status(options(Mode::append)).message(), HasSubstr("is a view"));
    EXPECT_THAT(open_status(options(Mode::replace)).message(), HasSubstr("is a view"));
    ASSERT_EQ(ask("DROP SCHEMA public CASCADE; CREATE SCHEMA public"), "");
  }
}

TEST_F(PostgresqlTable, MayBePartitioned) {
  ASSERT_EQ(
      ask("CREATE TABLE t (id text, n bigint, note text) PARTITION BY RANGE (n); CREATE TABLE low PARTITION OF t FOR "
          "VALUES FROM (0) TO (3); CREATE TABLE high PARTITION OF t FOR VALUES FROM (3) TO (100)"),
      "");
  ASSERT_TRUE(run_load({options(Mode::append)}).ok());
  ASSERT_TRUE(run_load({options(Mode::replace)}).ok());
  EXPECT_EQ(ask("SELECT (SELECT count(*) FROM low), (SELECT count(*) FROM high)"), "3|3");
}

TEST_F(PostgresqlTable, NamesNeedNotBePlain) {
  const std::vector<Field> fields = {{"select", Type::string},
                                     {"a \"b\" 'c'", Type::string},
                                     {"\xC3\xA9.$", Type::string},
                                     {"A", Type::string},
                                     {"a", Type::string}};
  const std::string long_name(63, 'n');
  for (const std::string table :
       {"order", "my \"table\"; DROP TABLE t", "\xF0\x9F\x98\x80", "it's", "T", "%s", long_name.c_str()}) {
    for (const Mode mode : {Mode::append, Mode::replace}) {
      SinkOptions made = options(mode);
      made.table = table;
      ASSERT_TRUE(load(made, fields, {{"1", "2", "3", "4", "5"}}).ok()) << table;
      EXPECT_EQ(ask("SELECT * FROM " + sql_name(table)), "1|2|3|4|5");
    }
  }
}

TEST_F(PostgresqlTable, LongNamesWithOneBeginningHaveStagingTablesOfTheirOwn) {
  SinkOptions first = options(Mode::replace);
  first.table = std::string(62, 'n') + "1";
  SinkOptions second = first;
  second.table.back() = '2';
  const auto one = opened_sink(first);
  const auto two = opened_sink(second);
  ASSERT_TRUE(one->write(load_batch(0, 1)).ok());
  ASSERT_TRUE(two->write(load_batch(1, 2)).ok());
  ASSERT_TRUE(one->commit("end").ok());
  ASSERT_TRUE(two->commit("end").ok());
  EXPECT_EQ(ask("SELECT (SELECT count(*) FROM " + first.table + "), (SELECT count(*) FROM " + second.table + ")"),
            "1|2");
}

TEST_F(PostgresqlTable, NamesThatTheServerWouldCutOffAreRefused) {
  const std::string name(64, 'n');
  const auto status = open_status(options(Mode::append), {{name, Type::string}});
  EXPECT_EQ(status.code(), Code::config);
  EXPECT_THAT(status.message(), HasSubstr("names of at most 63 bytes"));
  SinkOptions made = options(Mode::append);
  made.table = name;
  EXPECT_THAT(check_sink_options(made), ::testing::ElementsAre(HasSubstr("table: must have a name of at most 63")));
}

TEST_F(PostgresqlTable, MadeBeforehandNeedsNoRightToMakeTables) {
  ASSERT_EQ(ask("CREATE ROLE loader LOGIN"), "");
  SinkOptions made = options(Mode::append);
  made.settings["user"] = "loader";
  made.settings["schema"] = "public";
  const auto status = open_status(made);
  EXPECT_EQ(status.code(), Code::config);
  EXPECT_THAT(status.message(), HasSubstr("grant the user what is missing"));
  ASSERT_TRUE(run_load({options(Mode::append), 0, 1, 1}).ok());
  ASSERT_EQ(ask("GRANT USAGE ON SCHEMA public TO loader; GRANT ALL ON t, _bulkload_state TO loader"), "");
  const auto loaded = run_load({made});
  EXPECT_TRUE(loaded.ok()) << loaded.message();
  EXPECT_EQ(ask("SELECT count(*) FROM t; DROP OWNED BY loader; DROP ROLE loader"), "7");
}

}  // namespace
}  // namespace bulkload::testing
