#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "load.h"
#include "support/duckdb_library.h"
#include "support/postgres_server.h"
#include "unit/sink/duckdb_queries.h"

namespace e2e {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kMarch = {"--from", "2025-03-01", "--to", "2025-04-01"};

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// A database that runs load into, and what its own programs say of it: rows as lines.
class Database {
 public:
  virtual ~Database() = default;
  virtual std::map<std::string, std::string> out() const = 0;
  virtual std::string query(const std::string& sql) const = 0;
};

class SqliteFile final : public Database {
 public:
  explicit SqliteFile(const Load& load) : load_(load) {}
  std::map<std::string, std::string> out() const override { return {{"type", "sqlite"}, {"mode", "append"}}; }
  std::string query(const std::string& sql) const override {
    std::string text;
    for (const std::string& value : load_.column(sql)) text += value + "\n";
    return text;
  }

 private:
  const Load& load_;
};

class DuckdbFile final : public Database {
 public:
  std::map<std::string, std::string> out() const override {
    return {{"type", "duckdb"}, {"mode", "append"}, {"path", folder_ / "load.duckdb"}};
  }
  std::string query(const std::string& sql) const override {
    return bulkload::testing::duckdb_query(folder_ / "load.duckdb", sql);
  }

 private:
  test_support::TempFolder folder_;
};

class PostgresqlServer final : public Database {
 public:
  std::map<std::string, std::string> out() const override {
    return {{"type", "postgresql"},
            {"mode", "append"},
            {"host", "127.0.0.1"},
            {"port", std::to_string(server_.port())},
            {"user", test_support::PostgresServer::kUser},
            {"password", test_support::PostgresServer::kPassword},
            {"database", "postgres"}};
  }
  std::string query(const std::string& sql) const override { return server_.query(sql); }

 private:
  test_support::PostgresServer server_;
};

using Case = std::pair<std::string, std::string>;  // destination, source

class Reconcile : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const std::string& type = GetParam().first;
    if (type == "postgresql" && !test_support::PostgresServer::programs())
      GTEST_SKIP() << "PostgreSQL is not installed";
    if (type == "duckdb" && !test_support::has_duckdb_library()) GTEST_SKIP() << test_support::kNoDuckdb;
    if (type == "sqlite") database_ = std::make_unique<SqliteFile>(load_);
    if (type == "duckdb") database_ = std::make_unique<DuckdbFile>();
    if (type == "postgresql") database_ = std::make_unique<PostgresqlServer>();
    load_.out = database_->out();
    load_.out["table"] = source();
  }

  const std::string& source() const { return GetParam().second; }

  nlohmann::json report(const std::vector<std::string>& more = {}) const {
    const auto result = load_.bulkload("reconcile", source(), with(with(kMarch, {"-f", "json"}), more));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return nlohmann::json::parse(result.out).at(0);
  }

  int count(const std::string& what) const {
    return std::stoi(database_->query("SELECT " + what + " FROM " + source()));
  }

  const EmulatorProcess emulator_{{"--no-rate-limits", "--size", "events=3000", "--size", "profiles=2000"}};
  Load load_{emulator_};
  std::unique_ptr<Database> database_;
};

TEST_P(Reconcile, ReportsAndMergesWhatIsMissingAndNothingElse) {
  const std::string time = source() == "events" ? "datetime" : "created";
  load_.in = {{"incremental", "true"}, {"incremental_field", time}};
  ASSERT_EQ(load_.bulkload("run", source(), {"-c", "diff.yml"}).exit_code, 0);
  const std::string diff = test_support::read_file(load_.file("diff.yml"));
  EXPECT_EQ(report()["Late"], 0);

  const std::string march = time + " >= '2025-03-01 00:00:00Z' AND " + time + " < '2025-04-01 00:00:00Z'";
  const std::string without = "DELETE FROM " + source() + " WHERE id IN (SELECT id FROM " + source() + " WHERE ";
  database_->query(without + march + " ORDER BY " + time + " LIMIT 3)");
  database_->query(without + time + " >= '2025-04-02 00:00:00Z' LIMIT 1)");
  const auto found = report();
  EXPECT_EQ(found["Late"], 3) << "and what is missing of April is none of its business";
  EXPECT_THAT(found["OldestLate"].get<std::string>(), HasSubstr("2025-03-0"));
  EXPECT_GT(found["OldestLag"], 86'400 * 365);
  EXPECT_EQ(report({"--apply"})["Late"], 3);
  EXPECT_EQ(report()["Late"], 0);
  EXPECT_EQ(static_cast<size_t>(count("count(*)")) + 1, true_ids(emulator_, source()).size());
  EXPECT_EQ(count("count(*) - count(DISTINCT id)"), 0);
  EXPECT_EQ(test_support::read_file(load_.file("diff.yml")), diff) << "the watermark stays where it is";
}

INSTANTIATE_TEST_SUITE_P(Of, Reconcile,
                         testing::Values(Case("sqlite", "events"), Case("sqlite", "profiles"), Case("duckdb", "events"),
                                         Case("postgresql", "events")),
                         [](const auto& parameter) { return parameter.param.first + "_" + parameter.param.second; });

TEST(ReconcileArguments, ThatMakeNoSenseAreRefused) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  Load load(emulator);
  const auto backwards = load.bulkload("reconcile", "events", {"--from", "2025-03-01", "--to", "2025-02-01"});
  EXPECT_EQ(backwards.exit_code, 2);
  EXPECT_THAT(backwards.err, HasSubstr("--to: must be later than --from"));
  EXPECT_EQ(load.bulkload("reconcile", "events", {"--from", "yesterday", "--to", "2025-02-01"}).exit_code, 2);
  const auto timeless = load.bulkload("reconcile", "tags", kMarch);
  EXPECT_EQ(timeless.exit_code, 2);
  load.out = {{"type", "stdout"}};
  const auto stream = load.bulkload("reconcile", "events", kMarch);
  EXPECT_EQ(stream.exit_code, 2);
  EXPECT_THAT(stream.err, HasSubstr("rows cannot be looked up by id in type stdout"));
}

}  // namespace
}  // namespace e2e
