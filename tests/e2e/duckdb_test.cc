#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <sstream>

#include "load.h"
#include "unit/sink/duckdb_queries.h"

namespace e2e {
namespace {

using bulkload::testing::duckdb_query;
using testing::AllOf;
using testing::HasSubstr;

using Keys = std::map<std::string, std::string>;

/// A load into DuckDB or Parquet, and what came of it.
class Destination {
 public:
  Destination(const EmulatorProcess& emulator, Keys out) : load(emulator) {
    const bool table = out["type"] == "duckdb";
    path_ = load.file(table ? "load.duckdb" : "load.parquet");
    out["path"] = path_;
    if (table) out["table"] = "loaded";
    load.out = std::move(out);
    database_ = table ? path_ : "";
    rows_ = table ? "loaded" : "read_parquet('" + path_ + "')";
  }

  /// A query's answer; ROWS is the table or file.
  std::string ask(std::string sql) const {
    for (size_t at = sql.find("ROWS"); at != std::string::npos; at = sql.find("ROWS")) sql.replace(at, 4, rows_);
    return duckdb_query(database_, sql);
  }

  std::vector<std::string> ids() const {
    std::vector<std::string> found;
    std::istringstream lines(ask("SELECT id FROM ROWS"));
    for (std::string line; std::getline(lines, line);) found.push_back(line);
    std::sort(found.begin(), found.end());
    return found;
  }

  Load load;

 private:
  std::string path_;
  std::string database_;
  std::string rows_;
};

class DuckdbLoad : public bulkload::testing::DuckdbTest {};

TEST_F(DuckdbLoad, HasTheValuesThatSqliteHas) {
  const EmulatorProcess emulator({"--no-rate-limits", "--nasty"});
  Load sqlite(emulator);
  ASSERT_EQ(sqlite.bulkload("run", "profiles").exit_code, 0);
  const std::string sums =
      "SELECT count(*), count(email), count(DISTINCT email), sum(length(CAST(properties AS VARCHAR))), count(created), "
      "count(location_latitude), sum(length(CAST(additional_attributes AS VARCHAR))) FROM ";
  std::string expected;
  const auto rows = sqlite.query(sums + "profiles");
  for (const std::string& value : rows.front()) {
    expected += (expected.empty() ? "" : "|") + value;
  }
  for (const Keys& out :
       {Keys{{"type", "duckdb"}}, Keys{{"type", "file"}, {"format", "parquet"}, {"mode", "replace"}}}) {
    const Destination destination(emulator, out);
    const auto run = destination.load.bulkload("run", "profiles");
    ASSERT_EQ(run.exit_code, 0) << run.err;
    EXPECT_EQ(destination.ask(sums + "ROWS"), expected);
    EXPECT_EQ(difference(destination.ids(), true_ids(emulator, "profiles")), "");
    EXPECT_EQ(destination.ask("SELECT DISTINCT typeof(created), typeof(properties) FROM ROWS"),
              out.at("type") == "duckdb" ? "TIMESTAMP WITH TIME ZONE|JSON" : "TIMESTAMP WITH TIME ZONE|VARCHAR");
  }
}

TEST_F(DuckdbLoad, GoesOnIncrementallyInAppendMode) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=3000"});
  for (const Keys& out : {Keys{{"type", "duckdb"}}, Keys{{"type", "file"}, {"format", "parquet"}}}) {
    Destination destination(emulator, out);
    destination.load.in = {{"incremental", "true"}, {"end_time", "2025-06-01"}};
    ASSERT_EQ(destination.load.bulkload("run", "events", {"-c", "diff.yml"}).exit_code, 0);
    const size_t first = destination.ids().size();
    destination.load.in = {{"incremental", "true"}};
    const auto run = destination.load.bulkload("run", "events", {"-c", "diff.yml"});
    ASSERT_EQ(run.exit_code, 0) << run.err;
    const auto ids = destination.ids();
    EXPECT_LT(first, ids.size());
    EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
  }
}

TEST(DuckdbLibrary, ThatIsMissingOrTooOldIsSaidBeforeAnyRequest) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  for (const Keys& out : {Keys{{"type", "duckdb"}}, Keys{{"type", "file"}, {"format", "parquet"}}}) {
    const Destination destination(emulator, out);
    auto command = destination.load.command("run", "lists");
    command.environment["BULKLOAD_DUCKDB_LIBRARY"] = "/nowhere/libduckdb.so";
    const auto missing = test_support::run_command(command);
    EXPECT_EQ(missing.exit_code, 2);
    EXPECT_THAT(missing.err, AllOf(HasSubstr("libduckdb, which type duckdb and format parquet need, was not found"),
                                   HasSubstr("/nowhere/libduckdb.so"), HasSubstr("npm package @duckdb/node-bindings-"),
                                   HasSubstr("BULKLOAD_DUCKDB_LIBRARY")));
    command.environment["BULKLOAD_DUCKDB_LIBRARY"] = OLD_DUCKDB_LIBRARY;
    const auto old = test_support::run_command(command);
    EXPECT_EQ(old.exit_code, 2);
    EXPECT_THAT(old.err, HasSubstr("is v1.3.2 in " OLD_DUCKDB_LIBRARY ", and this release knows 1.4 to 1.x"));
    command.environment["BULKLOAD_DUCKDB_LIBRARY"] = "libz.so.1";
    EXPECT_THAT(test_support::run_command(command).err, HasSubstr("is something else (libz.so.1 has no duckdb_"));
  }
  EXPECT_EQ(emulator.stats().at("requests"), 0);
}

struct KillCase {
  std::string name;
  Keys out;
};

void PrintTo(const KillCase& kill, std::ostream* out) { *out << kill.name; }

class DuckdbKilled : public DuckdbLoad, public testing::WithParamInterface<KillCase> {};

TEST_P(DuckdbKilled, RunGoesOnWithoutLossOrRepetition) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=12000", "--ties", "60", "--latency-ms", "250"});
  Destination destination(emulator, GetParam().out);
  destination.load.in = {{"parallel_requests", "4"}, {"page_size", "200"}};
  ASSERT_NO_FATAL_FAILURE(run_through_kills(destination.load, "events"));
  EXPECT_EQ(difference(destination.ids(), true_ids(emulator, "events")), "");
}

TEST_P(DuckdbKilled, RunIsGivenUpByCleanup) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=12000", "--latency-ms", "250"});
  Destination destination(emulator, GetParam().out);
  destination.load.in = {{"parallel_requests", "4"}, {"page_size", "200"}};
  test_support::ChildProcess run(destination.load.command("run", "events"));
  run.wait(std::chrono::milliseconds(2500));
  run.signal(SIGKILL);
  run.wait(std::chrono::seconds(10));
  const auto cleanup = destination.load.bulkload("cleanup", "events");
  EXPECT_EQ(cleanup.exit_code, 0) << cleanup.err;
  for (const auto& entry : std::filesystem::directory_iterator(destination.load.file(""))) {
    const std::string name = entry.path().filename();
    EXPECT_TRUE(name == "config.yml" || name == "load.duckdb") << name;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Duckdb, DuckdbKilled,
    testing::Values(KillCase{"append", {{"type", "duckdb"}, {"mode", "append"}}},
                    KillCase{"replace", {{"type", "duckdb"}, {"mode", "replace"}}},
                    KillCase{"merge", {{"type", "duckdb"}, {"mode", "merge"}}},
                    KillCase{
                        "parquet_replace",
                        {{"type", "file"}, {"format", "parquet"}, {"mode", "replace"}, {"row_group_size", "3000"}}}),
    [](const auto& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace e2e
