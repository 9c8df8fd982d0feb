// Mode merge in every database: by which columns rows are found, and which are marked as deleted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "arrow_builder.h"
#include "duckdb_queries.h"
#include "loads.h"
#include "support/postgres_server.h"
#include "test_folder.h"

namespace bulkload::testing {
namespace {

using base::Code;
using test_support::PostgresServer;
using ::testing::HasSubstr;

const std::vector<Field> kMembers = {{"id", Type::string}, {"list_id", Type::string}, {"note", Type::string}};
constexpr int64_t kSecond = 1'000'000;

class Merge : public ::testing::TestWithParam<std::string> {
 protected:
  static const PostgresServer& server() {
    static const PostgresServer only;
    return only;
  }

  void SetUp() override {
    if (GetParam() == "duckdb" && !test_support::has_duckdb_library()) GTEST_SKIP() << test_support::kNoDuckdb;
    if (GetParam() != "postgresql") return;
    if (!PostgresServer::programs()) GTEST_SKIP() << "NOT TESTED: PostgreSQL's server is not installed";
    ASSERT_EQ(ask("DROP SCHEMA public CASCADE; CREATE SCHEMA public"), "");
  }

  SinkOptions options(Deletes deletes = Deletes::ignored) const {
    SinkOptions made = sink_options(GetParam(), path_, Mode::merge);
    made.deletes = deletes;
    if (GetParam() != "postgresql") return made;
    made.settings = {{"host", server().socket_folder()},
                     {"port", std::to_string(server().port())},
                     {"user", PostgresServer::kUser},
                     {"database", "postgres"}};
    return made;
  }

  std::string ask(const std::string& sql) const {
    if (GetParam() == "sqlite") return query(path_, sql);
    return GetParam() == "duckdb" ? duckdb_query(path_, sql) : server().query(sql);
  }

  // A column's time as seconds since 1970.
  static std::string seconds(const std::string& column) {
    if (GetParam() == "sqlite") return "CAST(strftime('%s', " + column + ") AS INTEGER)";
    return "CAST(extract(epoch FROM " + column + ") AS BIGINT)";
  }

  std::string marks() const { return ask("SELECT id, " + seconds("_deleted_at") + " FROM t ORDER BY list_id, id"); }

  // The table's columns: those of the rows, and behind them that of the marks when rows are marked.
  static TableSchema schema(std::vector<Field> fields, Deletes deletes, const std::string& key) {
    if (deletes != Deletes::ignored) fields.push_back({std::string(kDeletedAt), Type::timestamp});
    return table_schema(fields, {{"key", key}});
  }

  static RecordBatch batch(Rows rows, const TableSchema& schema) {
    for (Row& row : rows) row.resize(schema.fields.size(), kNull);
    return record_batch(schema.fields, rows);
  }

  // Rows of members, in one run that began so many seconds after 1970.
  base::Result<SinkResult> load(const Rows& rows, const SinkOptions& made, int64_t begun_sec = 0,
                                const std::string& key = "list_id,id") const {
    return load(rows, made, begun_sec, schema(kMembers, made.deletes, key));
  }

  base::Result<SinkResult> load(const Rows& rows, const SinkOptions& made, int64_t begun_sec,
                                const TableSchema& columns) const {
    auto sink = make_sink(made);
    if (!sink.ok()) return sink.status();
    base::Status status = (*sink)->open(columns).status();
    if (!status.ok()) return status;
    (*sink)->set_begin(begun_sec * kSecond);
    status = (*sink)->write(batch(rows, columns));
    if (!status.ok()) return status;
    auto result = (*sink)->commit("end");
    if (result.ok()) status = (*sink)->forget();
    return status.ok() ? std::move(result) : status;
  }

  const TestFolder folder_;
  const std::string path_ = folder_ / "rows.db";
};

TEST_P(Merge, RowsWithOneIdBelowSeveralParentsStayApartAndTheLastOfAKeyWins) {
  ASSERT_TRUE(load({{"a", "L1", "1"}, {"a", "L2", "1"}, {"a", "L1", "2"}}, options()).ok());
  EXPECT_EQ(ask("SELECT * FROM t ORDER BY list_id, id"), "a|L1|2\na|L2|1");
  ASSERT_TRUE(load({{"a", "L2", "3"}, {"b", "L1", "3"}, {"a", "L2", "4"}, {"b", "L2", "5"}}, options()).ok());
  EXPECT_EQ(ask("SELECT * FROM t ORDER BY list_id, id"), "a|L1|2\nb|L1|3\na|L2|4\nb|L2|5");
}

TEST_P(Merge, FurtherColumnsOfTheTableKeepTheirValuesForEachKey) {
  ASSERT_TRUE(load({{"a", "L1", "1"}, {"a", "L2", "1"}}, options()).ok());
  ASSERT_EQ(ask("ALTER TABLE t ADD COLUMN own VARCHAR"), "");
  ASSERT_EQ(ask("UPDATE t SET own = 'of ' || list_id"), "");
  ASSERT_TRUE(load({{"a", "L1", "2"}, {"a", "L3", "2"}}, options()).ok());
  EXPECT_EQ(ask("SELECT * FROM t ORDER BY list_id"), "a|L1|2|of L1\na|L2|1|of L2\na|L3|2|NULL");
}

TEST_P(Merge, TableThatWasMergedByIdAloneIsMergedByTheWholeKey) {
  ASSERT_TRUE(load({{"a", "L1", "1"}}, options(), 0, "id").ok());
  ASSERT_TRUE(load({{"a", "L1", "2"}}, options(), 0, "id").ok());
  EXPECT_EQ(ask("SELECT * FROM t"), "a|L1|2");
  ASSERT_TRUE(load({{"a", "L2", "3"}, {"a", "L1", "4"}}, options()).ok());
  ASSERT_TRUE(load({{"a", "L2", "5"}}, options()).ok());
  EXPECT_EQ(ask("SELECT * FROM t ORDER BY list_id"), "a|L1|4\na|L2|5");
}

TEST_P(Merge, UniqueIndexOfTheSameColumnsInAnotherOrderWillDo) {
  if (GetParam() == "duckdb") GTEST_SKIP() << "merges without an index";
  ASSERT_EQ(ask("CREATE TABLE t (id TEXT, list_id TEXT, note TEXT, UNIQUE (id, list_id))"), "");
  ASSERT_TRUE(load({{"a", "L1", "1"}, {"a", "L2", "1"}}, options()).ok());
  EXPECT_EQ(ask(GetParam() == "sqlite" ? "SELECT count(*) FROM pragma_index_list('t')"
                                       : "SELECT count(*) FROM pg_indexes WHERE tablename = 't'"),
            "1");
}

TEST_P(Merge, TableWithRepeatedKeysSaysWhatToDo) {
  ASSERT_EQ(ask("CREATE TABLE t (id VARCHAR, list_id VARCHAR, note VARCHAR)"), "");
  ASSERT_EQ(ask("INSERT INTO t VALUES ('a', 'L1', '1'), ('a', 'L2', '1'), ('a', 'L1', '2')"), "");
  SinkOptions made = options();
  const auto refused = load({{"a", "L1", "3"}}, made).status();
  EXPECT_EQ(refused.code(), Code::config);
  const std::string message = refused.message();
  EXPECT_THAT(message, HasSubstr("one row for each id and list_id, and table t has several"));
  const std::string advice = message.substr(message.find("DELETE FROM"));
  ASSERT_EQ(ask(advice), "") << advice;
  EXPECT_EQ(ask("SELECT * FROM t ORDER BY list_id"), "a|L1|2\na|L2|1");
  EXPECT_TRUE(load({{"a", "L1", "3"}}, made).ok());
}

TEST_P(Merge, KeyIsFollowedUnderItsNewName) {
  TableSchema renamed = schema(kMembers, Deletes::ignored, "list_id,id");
  renamed.fields[0].name = "member";
  renamed.fields[2].name = "id";
  ASSERT_TRUE(load({{"a", "L1", "1"}, {"b", "L1", "1"}}, options(), 0, renamed).ok());
  ASSERT_TRUE(load({{"b", "L1", "2"}}, options(), 0, renamed).ok());
  EXPECT_EQ(ask("SELECT member, id FROM t ORDER BY member"), "a|1\nb|2");
}

TEST_P(Merge, RowsWithoutTheWholeKeyAreRefused) {
  const auto lacking = load({{"a", "1"}}, options(), 0,
                            table_schema({{"id", Type::string}, {"note", Type::string}}, {{"key", "list_id,id"}}));
  EXPECT_EQ(lacking.status().code(), Code::config);
  EXPECT_THAT(lacking.status().message(), HasSubstr("by list_id and id"));
  const auto empty = load({{"a", "L1", "1"}, {"b", kNull, "1"}}, options());
  EXPECT_EQ(empty.status().code(), Code::data);
  EXPECT_THAT(empty.status().message(), HasSubstr("a row has no list_id"));
}

TEST_P(Merge, MissingRowsAreMarkedOnceAndKeepTheirTime) {
  const SinkOptions made = options(Deletes::marked);
  const auto first = load({{"a", "L1", "1"}, {"b", "L1", "1"}, {"a", "L2", "1"}}, made, 100);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->rows_deleted, 0);
  EXPECT_EQ(marks(), "a|NULL\nb|NULL\na|NULL");
  const auto second = load({{"b", "L1", "1"}, {"a", "L2", "2"}}, made, 200);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->rows_deleted, 1);
  EXPECT_EQ(marks(), "a|200\nb|NULL\na|NULL") << "a of L2 is another row";
  const auto third = load({{"b", "L1", "1"}}, made, 300);
  ASSERT_TRUE(third.ok());
  EXPECT_EQ(third->rows_deleted, 1);
  EXPECT_EQ(marks(), "a|200\nb|NULL\na|300");
  EXPECT_EQ(ask("SELECT note FROM t WHERE list_id = 'L2'"), "2") << "all else stays";
}

TEST_P(Merge, RowThatComesBackLosesItsMark) {
  const SinkOptions made = options(Deletes::marked);
  ASSERT_TRUE(load({{"a", "L1", "1"}, {"b", "L1", "1"}}, made, 100).ok());
  ASSERT_TRUE(load({{"b", "L1", "1"}}, made, 200).ok());
  const auto back = load({{"a", "L1", "2"}, {"b", "L1", "1"}}, made, 300);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->rows_deleted, 0);
  EXPECT_EQ(marks(), "a|NULL\nb|NULL");
  EXPECT_EQ(ask("SELECT note FROM t WHERE id = 'a'"), "2");
}

TEST_P(Merge, ExistingTableGetsTheColumnOfTheMarks) {
  ASSERT_TRUE(load({{"a", "L1", "1"}, {"b", "L1", "1"}}, options()).ok());
  const auto marked = load({{"b", "L1", "2"}}, options(Deletes::marked), 200);
  ASSERT_TRUE(marked.ok());
  EXPECT_EQ(marked->rows_deleted, 1);
  EXPECT_EQ(marks(), "a|200\nb|NULL");
  EXPECT_EQ(load({{"b", "L1", "2"}}, options())->rows_deleted, -1);
}

TEST_P(Merge, RunWithoutARowMarksNothingUnlessItIsToldTo) {
  ASSERT_TRUE(load({}, options(Deletes::marked), 50)->warnings.empty()) << "there is nothing to mark yet";
  ASSERT_TRUE(load({{"a", "L1", "1"}, {"b", "L1", "1"}}, options(Deletes::marked), 100).ok());
  const auto careful = load({}, options(Deletes::marked), 200);
  ASSERT_TRUE(careful.ok());
  EXPECT_EQ(careful->rows_deleted, 0);
  ASSERT_EQ(careful->warnings.size(), 1U);
  EXPECT_THAT(careful->warnings.front(), HasSubstr("all 2 rows"));
  EXPECT_THAT(careful->warnings.front(), HasSubstr("even_all"));
  EXPECT_EQ(marks(), "a|NULL\nb|NULL");
  const auto told = load({}, options(Deletes::even_all), 300);
  ASSERT_TRUE(told.ok());
  EXPECT_EQ(told->rows_deleted, 2);
  EXPECT_EQ(marks(), "a|300\nb|300");
  EXPECT_TRUE(load({}, options(Deletes::marked), 400)->warnings.empty()) << "there is nothing left to mark";
}

TEST_P(Merge, KilledRunMarksWhatNoneOfItsProcessesSaw) {
  const SinkOptions made = options(Deletes::marked);
  const TableSchema columns = schema(kMembers, made.deletes, "list_id,id");
  ASSERT_TRUE(load({{"a", "L1", "1"}, {"b", "L1", "1"}, {"c", "L1", "1"}, {"d", "L1", "1"}}, made, 100).ok());
  {
    auto sink = make_sink(made);
    ASSERT_TRUE((*sink)->open(columns).ok());
    (*sink)->set_begin(200 * kSecond);
    ASSERT_TRUE((*sink)->write(batch({{"a", "L1", "2"}}, columns)).ok());
    ASSERT_TRUE((*sink)->save("1").ok());
    ASSERT_TRUE((*sink)->write(batch({{"d", "L1", "2"}}, columns)).ok());
  }
  EXPECT_EQ(marks(), "a|NULL\nb|NULL\nc|NULL\nd|NULL");
  auto sink = make_sink(made);
  const auto saved = (*sink)->open(columns);
  ASSERT_TRUE(saved.ok());
  ASSERT_TRUE(saved->has_value());
  (*sink)->set_begin(200 * kSecond);
  ASSERT_TRUE((*sink)->write(batch({{"b", "L1", "2"}}, columns)).ok());
  EXPECT_EQ((*sink)->commit("end")->rows_deleted, 2);
  ASSERT_TRUE((*sink)->forget().ok());
  EXPECT_EQ(marks(), "a|NULL\nb|NULL\nc|200\nd|200") << "what was written behind the last save was not kept";
}

INSTANTIATE_TEST_SUITE_P(Into, Merge, ::testing::Values("sqlite", "postgresql", "duckdb"),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace bulkload::testing
