// The examples of the pages in examples/ are run as they stand there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <functional>

#include "load.h"
#include "support/markdown.h"
#include "support/postgres_server.h"
#include "unit/sink/duckdb_queries.h"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Runs every configuration of a page in a folder of its own, changed by `adapt` to the test's surroundings.
void run_page(const std::string& name, const std::map<std::string, std::string>& environment = {},
              const std::function<std::string(std::string, const EmulatorProcess&)>& adapt = {}) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=300", "--size", "profiles=100"});
  const auto examples =
      test_support::configurations(test_support::read_file(std::string(SOURCE_FOLDER) + "/examples/" + name + ".md"));
  EXPECT_FALSE(examples.empty());
  for (const test_support::CodeBlock& example : examples) {
    SCOPED_TRACE("line " + std::to_string(example.line));
    const test_support::TempFolder folder;
    const std::string text = test_support::with_base_url(example.text, emulator.base_url());
    test_support::write_file(folder / "config.yml", adapt ? adapt(text, emulator) : text);
    test_support::Command command{.arguments = {BULKLOAD_PROGRAM, "run", "config.yml"},
                                  .environment = {{"KLAVIYO_API_KEY", "pk_emulator"}},
                                  .folder = folder.path()};
    command.environment.insert(environment.begin(), environment.end());
    const auto run = test_support::run_command(command);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_THAT(run.err, HasSubstr(" rows written to "));
    EXPECT_THAT(run.err, Not(HasSubstr("[WARN]")));
  }
}

TEST(SqlitePage, EveryConfigurationRuns) { run_page("destinations/sqlite"); }

TEST(SeveralSourcesPage, EveryConfigurationRuns) { run_page("several-sources"); }

TEST(FilePage, EveryConfigurationRuns) { run_page("destinations/file"); }

TEST(StdoutPage, EveryConfigurationRuns) { run_page("destinations/stdout"); }

class DuckdbPages : public bulkload::testing::DuckdbTest {};

TEST_F(DuckdbPages, EveryConfigurationRuns) {
  run_page("destinations/duckdb");
  run_page("destinations/parquet");
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(PostgresqlPage, EveryConfigurationRuns) {
  if (!test_support::PostgresServer::programs()) GTEST_SKIP() << "PostgreSQL is not installed";
  const test_support::PostgresServer server;
  server.query(std::string("CREATE ROLE loader LOGIN SUPERUSER PASSWORD '") + server.kPassword + "'");
  server.query("CREATE DATABASE warehouse");
  run_page("destinations/postgresql", {{"PGPASSWORD", server.kPassword}},
           [&](std::string text, const EmulatorProcess&) {
             return replaced(std::move(text), "host: db.example.com",
                             "host: 127.0.0.1\n  port: " + std::to_string(server.port()));
           });
}

// Reports come two a minute: the example's months are shortened to days. The emulator has two metrics of the name.
TEST(ReadmePage, EveryConfigurationRuns) {
  run_page("../README", {}, [](std::string text, const EmulatorProcess& emulator) {
    if (text.find("flow_series_report") == std::string::npos) return text;
    const std::time_t begin = std::time(nullptr) - std::time_t{20} * 86'400;
    char day[sizeof "2026-01-01"];
    std::strftime(day, sizeof day, "%Y-%m-%d", std::gmtime(&begin));
    text = replaced(std::move(text), "Placed Order #", emulator.rows("metrics", "").front().id + " #");
    return replaced(std::move(text), "2026-01-01", day);
  });
}

}  // namespace
}  // namespace e2e
