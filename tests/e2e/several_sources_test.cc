// One configuration, several sources: through the real plugin, against the emulator.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include "load.h"

namespace e2e {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> kSources = {"profiles", "events", "lists"};
const json kRefusal = {{"status", 400}, {"body", R"({"errors":[{"id":"1","status":400,"title":"No such thing."}]})"}};

class SeveralSources : public testing::Test {
 protected:
  SeveralSources() { load_.in = {{"data_source", "[profiles, event, lists]"}, {"retry_limit", "1"}}; }

  CommandResult bulkload(const std::string& command, const std::vector<std::string>& arguments = {}) const {
    return load_.bulkload(command, "\"{source}\"", arguments);
  }

  void expect_complete(const std::string& source) const {
    EXPECT_EQ(difference(load_.ids(source), true_ids(emulator_, source)), "") << source;
  }

  void fail(const std::string& path, const json& what) const {
    emulator_.faults({{{"path", path}, {"nth", 1}, {"count", -1}, {"do", what}}});
  }

  /// A run that hangs while it reads events, the source in the middle.
  std::unique_ptr<test_support::ChildProcess> run_into_events(const std::vector<std::string>& arguments = {}) const {
    fail("/api/events", {{"hang", true}});
    auto run = std::make_unique<test_support::ChildProcess>(load_.command("run", "\"{source}\"", arguments));
    while (!emulator_.stats().at("by_path").contains("/api/events")) {
      if (run->wait(std::chrono::milliseconds(10))) throw std::runtime_error(run->err());
    }
    return run;
  }

  json diff() const { return json::parse(test_support::read_file(load_.file("diff.json"))).at("in").at("sources"); }

  EmulatorProcess emulator_{{"--no-rate-limits", "--size", "events=300", "--size", "profiles=250"}};
  Load load_{emulator_};
};

TEST_F(SeveralSources, GoIntoTablesOfTheirOwnAndTheDiffHoldsEachWatermark) {
  load_.in["incremental"] = "true";
  const auto first = bulkload("run", {"-c", "diff.json"});
  ASSERT_EQ(first.exit_code, 0) << first.err;
  for (const std::string& source : kSources) {
    expect_complete(source);
    EXPECT_TRUE(diff().at(source).at("start_time").is_string()) << source;
    EXPECT_TRUE(diff().at(source).at("end_time").is_null()) << source;
  }
  EXPECT_THAT(first.err, HasSubstr("  profiles  250 rows written to "));
  EXPECT_THAT(first.err, HasSubstr("  lists     25 rows written to "));
  EXPECT_THAT(first.err, HasSubstr("3 of 3 sources done; 575 rows."));

  const auto second = bulkload("run", {"-c", "diff.json"});
  ASSERT_EQ(second.exit_code, 0) << second.err;
  EXPECT_THAT(second.err, HasSubstr("3 of 3 sources done; 0 rows."));
  for (const std::string& source : kSources) expect_complete(source);
}

TEST_F(SeveralSources, OneThatFailsKeepsItsWatermarkAndDoesNotStopTheOthers) {
  load_.in["incremental"] = "true";
  const json from = {{"start_time", "2026-06-01T00:00:00Z"}};
  const json before = {{"profiles", from}, {"events", from}, {"lists", from}};
  test_support::write_file(load_.file("diff.json"), json{{"in", {{"sources", before}}}}.dump());
  fail("/api/events", kRefusal);
  const auto run = bulkload("run", {"-c", "diff.json"});
  EXPECT_EQ(run.exit_code, 1) << run.err;
  EXPECT_THAT(run.err, HasSubstr("events    failed: "));
  EXPECT_THAT(run.err, HasSubstr("2 of 3 sources done, 1 failed; "));
  EXPECT_EQ(diff().at("events"), before.at("events"));
  EXPECT_NE(diff().at("lists"), before.at("lists"));
}

TEST_F(SeveralSources, OneThatWasStoppedByAnOutageMakesTheExitCodeThree) {
  fail("/api/events", {{"status", 503}});
  const auto run = bulkload("run");
  EXPECT_EQ(run.exit_code, 3) << run.err;
  EXPECT_THAT(run.err, HasSubstr("2 of 3 sources done, 1 to go on with; 275 rows."));
  expect_complete("lists");
  emulator_.reset();
  const auto next = bulkload("run");
  ASSERT_EQ(next.exit_code, 0) << next.err;
  for (const std::string& source : kSources) expect_complete(source);
}

TEST_F(SeveralSources, RunThatWasKilledGoesOnAndAppendsNothingTwice) {
  auto killed = run_into_events();
  killed->signal(SIGKILL);
  ASSERT_TRUE(killed->wait(std::chrono::seconds(10)));
  expect_complete("profiles");
  emulator_.reset();
  const auto next = bulkload("run");
  ASSERT_EQ(next.exit_code, 0) << next.err;
  EXPECT_THAT(next.err, HasSubstr("  profiles  finished the last run"));
  for (const std::string& source : kSources) expect_complete(source);
  EXPECT_EQ(load_.column("SELECT count(*) FROM _bulkload_state"), std::vector<std::string>{"0"});
}

TEST_F(SeveralSources, IncrementalRunThatWasKilledHasStoredWhatWasDone) {
  load_.in["incremental"] = "true";
  auto killed = run_into_events({"-c", "diff.json"});
  killed->signal(SIGKILL);
  ASSERT_TRUE(killed->wait(std::chrono::seconds(10)));
  EXPECT_TRUE(diff().contains("profiles"));
  EXPECT_FALSE(diff().contains("events"));
  emulator_.reset();
  const auto next = bulkload("run", {"-c", "diff.json"});
  ASSERT_EQ(next.exit_code, 0) << next.err;
  EXPECT_THAT(next.err, HasSubstr("  profiles  0 rows written to "));
  for (const std::string& source : kSources) expect_complete(source);
}

TEST_F(SeveralSources, SignalStopsThemAll) {
  auto run = run_into_events({"-r", "resume.yml"});
  run->signal(SIGINT);
  const auto code = run->wait(std::chrono::seconds(30));
  ASSERT_EQ(code, 3) << run->err();
  EXPECT_THAT(run->err(), HasSubstr("  lists     not begun"));
  EXPECT_FALSE(emulator_.stats().at("by_path").contains("/api/lists"));
  emulator_.reset();
  ASSERT_EQ(bulkload("run", {"-r", "resume.yml"}).exit_code, 0);
  for (const std::string& source : kSources) expect_complete(source);
}

TEST_F(SeveralSources, AllAreThoseThatAreReadByThemselves) {
  load_.in["data_source"] = "all";
  const auto run = bulkload("run");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  for (const std::string& source : kSources) expect_complete(source);
  EXPECT_THAT(run.err, HasSubstr("  webhooks "));
  EXPECT_THAT(run.err, Not(HasSubstr("list_profiles")));
}

TEST_F(SeveralSources, FilesAreNamedAfterThem) {
  load_.out = {{"type", "file"}, {"path", "\"{source}.csv\""}, {"mode", "replace"}};
  const auto run = bulkload("run");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  for (const std::string& source : kSources)
    EXPECT_TRUE(std::filesystem::exists(load_.file(source + ".csv"))) << source;
}

TEST_F(SeveralSources, PreviewShowsEachUnderItsName) {
  const auto preview = bulkload("preview", {"--rows", "1"});
  ASSERT_EQ(preview.exit_code, 0) << preview.err;
  EXPECT_THAT(preview.out, testing::StartsWith("profiles\n+-"));
  EXPECT_THAT(preview.out, HasSubstr("\nevents\n+-"));
  EXPECT_THAT(preview.out, HasSubstr("\nlists\n+-"));
}

TEST_F(SeveralSources, KeysOfOneAreForThatOneOnly) {
  load_.in["sources"] = "{events: {end_time: 2025-01-01}}";
  ASSERT_EQ(bulkload("run").exit_code, 0);
  EXPECT_EQ(load_.column("SELECT count(*) FROM events WHERE datetime >= '2025-01-01'"), std::vector<std::string>{"0"});
  expect_complete("profiles");
}

TEST_F(SeveralSources, NothingRunsWhenTheConfigurationOfOneIsWrong) {
  load_.in["sources"] = "{lists: {filter: 'any(', start_time: yesterday}}";
  const auto run = bulkload("run");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("in.start_time: "));
  EXPECT_THAT(run.err, HasSubstr("(lists; "));
  EXPECT_EQ(emulator_.stats().at("requests"), 0);
}

TEST_F(SeveralSources, ReconcileWorksOnTheOneThatIsChosen) {
  ASSERT_EQ(bulkload("run").exit_code, 0);
  const std::vector<std::string> window = {"--from", "2024-01-01", "--to", "2026-01-01"};
  const auto all = bulkload("reconcile", window);
  EXPECT_EQ(all.exit_code, 2);
  EXPECT_THAT(all.err, HasSubstr("--source NAME"));
  auto with_source = window;
  with_source.insert(with_source.end(), {"--source", "events"});
  const auto one = bulkload("reconcile", with_source);
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_THAT(one.out, HasSubstr("| 0    |"));
}

}  // namespace
}  // namespace e2e
