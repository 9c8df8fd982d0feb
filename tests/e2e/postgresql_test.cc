// Whole runs into a PostgreSQL server of the test's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <memory>
#include <sstream>

#include "load.h"
#include "support/postgres_server.h"

namespace e2e {
namespace {

using test_support::PostgresServer;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kNotInstalled =
    "PostgreSQL's server is not installed (Debian's package postgresql): nothing of it is tested";

class Postgresql : public testing::Test {
 protected:
  void SetUp() override {
    if (!PostgresServer::programs()) GTEST_SKIP() << kNotInstalled;
    server_ = std::make_unique<PostgresServer>();
  }

  // What `out:` says.
  std::map<std::string, std::string> out(const std::string& mode) const {
    return {{"type", "postgresql"},          {"mode", mode},
            {"host", "127.0.0.1"},           {"port", std::to_string(server_->port())},
            {"user", PostgresServer::kUser}, {"password", PostgresServer::kPassword},
            {"database", "postgres"}};
  }

  // Ids of a table, sorted as the emulator's are.
  std::vector<std::string> ids(const std::string& table) const {
    std::istringstream text(server_->query("SELECT id FROM " + table));
    std::vector<std::string> ids;
    for (std::string id; std::getline(text, id);) ids.push_back(id);
    std::sort(ids.begin(), ids.end());
    return ids;
  }

  // Waits until a run has saved for the first time.
  void wait_for_save(test_support::ChildProcess& run) const {
    for (int attempt = 0; attempt < 600; ++attempt) {
      ASSERT_FALSE(run.wait(std::chrono::milliseconds(50)).has_value()) << run.err();
      if (server_->query("SELECT count(*) FROM _bulkload_state") == "1") return;
    }
    FAIL() << "nothing was saved: " << run.err();
  }

  std::unique_ptr<PostgresServer> server_;
};

TEST_F(Postgresql, EveryModeLoadsEveryRowOnceHoweverOftenItRuns) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "profiles=250"});
  for (const char* mode : {"replace", "replace_on_new_data", "merge", "replace"}) {
    Load load(emulator);
    load.out = out(mode);
    for (int run = 0; run < 2; ++run) {
      const auto result = load.bulkload("run", "profiles");
      ASSERT_EQ(result.exit_code, 0) << result.err;
      EXPECT_THAT(result.err, HasSubstr("rows written to PostgreSQL database postgres, table public.profiles"));
      EXPECT_EQ(difference(ids("profiles"), true_ids(emulator, "profiles")), "") << mode;
    }
  }
  EXPECT_EQ(server_->query("SELECT count(*) FROM _bulkload_state"), "0");
}

TEST_F(Postgresql, AppendedWindowsHoldEveryRowOnce) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=2500", "--ties", "60"});
  Load load(emulator);
  load.out = out("append");
  std::string start = "2023-01-01";
  for (const std::string end : {"2025-03-03T03:03:03", "2025-12-24T18:00:00.25", "2026-11-02"}) {
    load.in = {{"incremental", "true"}, {"start_time", "\"" + start + "\""}, {"end_time", "\"" + end + "\""}};
    const auto result = load.bulkload("run", "events");
    ASSERT_EQ(result.exit_code, 0) << result.err;
    start = end;
  }
  EXPECT_EQ(difference(ids("events"), true_ids(emulator, "events")), "");
}

TEST_F(Postgresql, ServerThatGoesAwayMakesTheRunResumable) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=12000", "--latency-ms", "100"});
  for (const char* mode : {"append", "merge"}) {
    Load load(emulator);
    load.out = out(mode);
    load.in = {{"parallel_requests", "2"}, {"page_size", "200"}};
    test_support::ChildProcess run(load.command("run", "events"));
    ASSERT_NO_FATAL_FAILURE(wait_for_save(run));
    server_->crash_and_restart();
    ASSERT_EQ(run.wait(std::chrono::minutes(1)), 3) << run.err();
    EXPECT_THAT(run.err(), HasSubstr("run again: it goes on from the last save"));
    const auto again = load.bulkload("run", "events");
    ASSERT_EQ(again.exit_code, 0) << again.err;
    EXPECT_EQ(difference(ids("events"), true_ids(emulator, "events")), "") << mode;
    server_->query("DROP TABLE events");
  }
}

TEST_F(Postgresql, SecondRunSaysSoAndLeavesTheFirstAlone) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=8000", "--latency-ms", "200"});
  Load load(emulator);
  load.out = out("append");
  load.in = {{"parallel_requests", "1"}, {"page_size", "200"}};
  test_support::ChildProcess first(load.command("run", "events"));
  ASSERT_NO_FATAL_FAILURE(wait_for_save(first));
  const auto second = load.bulkload("run", "events");
  EXPECT_EQ(second.exit_code, 3);
  EXPECT_THAT(second.err, HasSubstr("another run is writing to table \"public\".\"events\""));
  ASSERT_EQ(first.wait(std::chrono::minutes(1)), 0) << first.err();
  EXPECT_EQ(difference(ids("events"), true_ids(emulator, "events")), "");
}

TEST_F(Postgresql, CleanupDropsWhatAKilledRunHasLeft) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=3000", "--latency-ms", "200"});
  Load load(emulator);
  load.out = out("replace");
  load.in = {{"parallel_requests", "1"}, {"page_size", "200"}};
  {
    test_support::ChildProcess run(load.command("run", "events"));
    ASSERT_NO_FATAL_FAILURE(wait_for_save(run));
    run.signal(SIGKILL);
  }
  const char* kLeft = "SELECT (SELECT count(*) FROM _bulkload_state), to_regclass('_bulkload_staging_events')";
  EXPECT_EQ(server_->query(kLeft), "1|_bulkload_staging_events");
  const auto result = load.bulkload("cleanup", "events");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("Dropped the unfinished run."));
  EXPECT_EQ(server_->query(kLeft), "0|NULL");
}

TEST_F(Postgresql, PasswordIsNeverShown) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  const std::string place = "@127.0.0.1:" + std::to_string(server_->port()) + "/postgres";
  const std::string right = PostgresServer::kPassword;
  const auto with_uri = [&](const std::string& password) -> std::map<std::string, std::string> {
    return {{"type", "postgresql"}, {"uri", "\"postgresql://postgres:" + password + place + "\""}};
  };
  Load load(emulator);
  const std::string wrong = "wr0ng-canary";
  auto with_key = out("append");
  with_key["password"] = wrong;
  for (const auto& refused : {with_uri(wrong), with_key}) {
    load.out = refused;
    const auto result = load.bulkload("run", "lists", {"--log-level", "trace"});
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_THAT(result.err, AllOf(HasSubstr("password authentication failed"), Not(HasSubstr(wrong))));
  }
  load.out = with_uri(right);
  for (const char* command : {"run", "cleanup", "guess"}) {
    const auto result = load.bulkload(command, "lists", {"--log-level", "trace"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.out + result.err, Not(HasSubstr(right))) << command;
  }
  EXPECT_THAT(server_->query("SELECT * FROM _bulkload_state"), Not(HasSubstr(right)));
}

class PostgresqlKilled : public Postgresql, public testing::WithParamInterface<std::string> {};

TEST_P(PostgresqlKilled, RunGoesOnWithoutLossOrRepetition) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=12000", "--ties", "60", "--latency-ms", "250"});
  Load load(emulator);
  load.out = out(GetParam());
  load.in = {{"parallel_requests", "4"}, {"page_size", "200"}};
  ASSERT_NO_FATAL_FAILURE(run_through_kills(load, "events"));
  EXPECT_EQ(difference(ids("events"), true_ids(emulator, "events")), "");
  EXPECT_EQ(server_->query("SELECT count(*) FROM _bulkload_state"), "0");
}

INSTANTIATE_TEST_SUITE_P(Modes, PostgresqlKilled, testing::Values("append", "replace", "merge"),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace e2e
