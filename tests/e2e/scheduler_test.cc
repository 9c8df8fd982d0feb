#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <regex>
#include <thread>

#include "load.h"

namespace e2e {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// Sessions whose schedules are hourly, and which are due when it is told so.
class Scheduler : public testing::Test {
 protected:
  test_support::Command command(const std::vector<std::string>& arguments) const {
    test_support::Command command;
    command.arguments = {BULKLOAD_PROGRAM};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.folder = load_.file("");
    command.environment = {{"XDG_STATE_HOME", load_.file("state")}};
    return command;
  }

  CommandResult bulkload(const std::vector<std::string>& arguments) const {
    return test_support::run_command(command(arguments), seconds(60));
  }

  void create(const std::string& name, const std::string& source) const {
    load_.configure(source);
    const auto created = bulkload({"session", "create", name, "@hourly", "load", source, "config.yml"});
    ASSERT_EQ(created.exit_code, 0) << created.err;
  }

  /// As if the session had been made, and all its runs scheduled, so many hours earlier.
  void go_back(int hours) const {
    const std::string us = std::to_string(int64_t{hours} * 3'600'000'000);
    const auto moved = test_support::run_command(
        {{"sqlite3", load_.file("state/bulkload/bulkload.db"),
          "UPDATE sessions SET created_us = created_us - " + us + ", updated_us = updated_us - " + us +
              "; UPDATE jobs SET scheduled_us = scheduled_us - " + us}});
    ASSERT_EQ(moved.exit_code, 0) << moved.err;
  }

  std::vector<std::string> statuses(const std::string& name) const {
    std::vector<std::string> found;
    for (const auto& job : nlohmann::json::parse(bulkload({"session", "history", name, "-f", "json"}).out)) {
      found.push_back(job["Status"]);
    }
    return found;
  }

  void wait_for(const std::string& name, const std::vector<std::string>& wanted) const {
    for (int i = 0; i < 600 && statuses(name) != wanted; ++i) std::this_thread::sleep_for(milliseconds(50));
    EXPECT_EQ(statuses(name), wanted);
  }

  const EmulatorProcess emulator_{{"--no-rate-limits", "--size", "events=4000", "--latency-ms", "20"}};
  Load load_{emulator_};
};

TEST_F(Scheduler, OnceMakesUpForMissedRunsWithOneAndDoesNothingWhenNothingIsDue) {
  create("hourly", "lists");
  EXPECT_EQ(bulkload({"scheduler", "--once"}).exit_code, 0);
  EXPECT_THAT(statuses("hourly"), ElementsAre());
  go_back(5);
  const auto once = bulkload({"scheduler", "--once"});
  EXPECT_EQ(once.exit_code, 0) << once.err;
  EXPECT_THAT(statuses("hourly"), ElementsAre("success"));
  EXPECT_EQ(difference(load_.ids("lists"), true_ids(emulator_, "lists")), "");
  EXPECT_EQ(bulkload({"scheduler", "--once"}).exit_code, 0);
  EXPECT_THAT(statuses("hourly"), ElementsAre("success"));
}

TEST_F(Scheduler, ASessionThatFailsDoesNotKeepOthersFromRunningAndIsSeenInTheExitCode) {
  create("good", "lists");
  create("bad", "events");
  const std::string body = R"({"errors":[{"id":"1","status":400,"code":"invalid","title":"t","detail":"No."}]})";
  emulator_.faults({{{"path", "/api/events"}, {"count", -1}, {"do", {{"status", 400}, {"body", body}}}}});
  go_back(2);
  EXPECT_EQ(bulkload({"scheduler", "--once"}).exit_code, 1);
  EXPECT_THAT(statuses("good"), ElementsAre("success"));
  EXPECT_THAT(statuses("bad"), ElementsAre("error"));
}

TEST_F(Scheduler, StopsRunsOnSigtermAndARestartGoesOnWithThem) {
  load_.in = {{"page_size", "20"}, {"parallel_requests", "1"}};
  create("long", "events");
  go_back(2);
  {
    test_support::ChildProcess scheduler(command({"scheduler"}));
    wait_for("long", {"running"});
    std::this_thread::sleep_for(milliseconds(500));
    EXPECT_EQ(bulkload({"scheduler"}).exit_code, 1) << "one scheduler is enough";
    scheduler.signal(SIGTERM);
    const auto ended = scheduler.wait(seconds(20));
    ASSERT_TRUE(ended.has_value());
    EXPECT_EQ(*ended, 0) << scheduler.err();
  }
  EXPECT_THAT(statuses("long"), ElementsAre("stopped"));
  test_support::ChildProcess scheduler(command({"scheduler"}));
  wait_for("long", {"success", "stopped"});
  scheduler.signal(SIGTERM);
  EXPECT_EQ(scheduler.wait(seconds(20)), 0);
  EXPECT_EQ(difference(load_.ids("events"), true_ids(emulator_, "events")), "");
}

TEST_F(Scheduler, KilledItLeavesATrueHistoryAndTheRunGoesOnAlone) {
  load_.in = {{"page_size", "20"}, {"parallel_requests", "1"}};
  create("long", "events");
  go_back(2);
  test_support::ChildProcess scheduler(command({"scheduler"}));
  wait_for("long", {"running"});
  scheduler.signal(SIGKILL);
  EXPECT_THAT(statuses("long"), ElementsAre("running"));
  EXPECT_EQ(bulkload({"scheduler", "--once"}).exit_code, 0) << "its run is still on";
  wait_for("long", {"success"});
  EXPECT_EQ(difference(load_.ids("events"), true_ids(emulator_, "events")), "");
  EXPECT_TRUE(scheduler.wait(seconds(10)).has_value());
}

TEST_F(Scheduler, SessionsIntoOneDatabaseWaitForOneAnother) {
  for (const std::string source : {"events", "lists", "profiles"}) create(source, source);
  go_back(2);
  const auto once = bulkload({"scheduler", "--once"});
  EXPECT_EQ(once.exit_code, 0) << once.err;
  for (const std::string source : {"events", "lists", "profiles"}) {
    EXPECT_THAT(statuses(source), ElementsAre("success"));
    EXPECT_EQ(difference(load_.ids(source), true_ids(emulator_, source)), "");
  }
}

TEST_F(Scheduler, ShowsItsHealthAndItsMetricsOnALoopbackPort) {
  create("hourly", "lists");
  go_back(2);
  test_support::ChildProcess scheduler(command({"scheduler", "--listen", "0", "--log-format", "json"}));
  wait_for("hourly", {"success"});
  std::smatch address;
  const std::string log = scheduler.err();
  ASSERT_TRUE(std::regex_search(log, address, std::regex(R"(Serving (http://127\.0\.0\.1:\d+)/healthz)"))) << log;
  const auto get = [&](const std::string& path) {
    return test_support::run_command({{"curl", "-s", address[1].str() + path}}).out;
  };
  EXPECT_EQ(get("/healthz"), "ok\n");
  EXPECT_THAT(get("/metrics"),
              AllOf(HasSubstr("bulkload_sessions 1\n"), HasSubstr("{session=\"hourly\",status=\"success\"} 1\n"),
                    HasSubstr("# TYPE bulkload_records_total counter\n"),
                    HasSubstr("bulkload_next_run_timestamp_seconds{session=\"hourly\"} 1")));
  scheduler.signal(SIGTERM);
  EXPECT_EQ(scheduler.wait(seconds(20)), 0);
  std::istringstream lines(scheduler.err());
  for (std::string line; std::getline(lines, line);) {
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    EXPECT_TRUE(entry.is_object() && entry.contains("time") && entry.contains("level") && entry.contains("message"))
        << line;
  }
}

TEST_F(Scheduler, ListensOnLoopbackAddressesAlone) {
  for (const std::string address : {"0.0.0.0:0", "192.0.2.1:80", "x", "127.0.0.1:65536", ""}) {
    if (address.empty()) continue;
    const auto refused = bulkload({"scheduler", "--listen", address});
    EXPECT_EQ(refused.exit_code, 2) << address;
    EXPECT_THAT(refused.err, HasSubstr("--listen " + address + ": must be PORT"));
  }
}

}  // namespace
}  // namespace e2e
