#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "load.h"

namespace e2e {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr auto kPatience = std::chrono::minutes(2);

/// A folder with config.yml, and sessions of its own. DATABASE `load` is the database of `load`.
class Sessions {
 public:
  explicit Sessions(const EmulatorProcess& emulator) : load(emulator) { load.in = {{"incremental", "true"}}; }

  test_support::Command command(std::vector<std::string> arguments) const {
    test_support::Command command;
    command.arguments = {BULKLOAD_PROGRAM};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.folder = load.file("");
    command.environment = {{"XDG_STATE_HOME", load.file("state")}};
    return command;
  }

  CommandResult bulkload(std::vector<std::string> arguments) const {
    return test_support::run_command(command(std::move(arguments)), kPatience);
  }

  /// A session of that source, run by hand, into the table of that name.
  CommandResult create(const std::string& name, const std::string& source) const {
    load.configure(source);
    return bulkload({"session", "create", name, "", "load", source, "config.yml"});
  }

  /// Column of the history, the newest run first.
  std::vector<std::string> history(const std::string& name, const std::string& column) const {
    const auto rows = nlohmann::json::parse(bulkload({"session", "history", name, "-f", "json"}).out);
    std::vector<std::string> values;
    for (const auto& row : rows)
      values.push_back(row[column].is_string() ? row[column].get<std::string>() : row[column].dump());
    return values;
  }

  /// How a job in the background ended.
  std::string end_of_job(const std::string& id) const {
    for (int i = 0; i < 1200; ++i) {
      const std::string shown = bulkload({"job", "show", id}).out;
      if (shown.find(": queued\n") == std::string::npos && shown.find(": running\n") == std::string::npos) return shown;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return "still running";
  }

  Load load;
};

/// Waits until the run has rows in the table, which it will go on from.
void wait_for_rows(const Sessions& sessions, test_support::ChildProcess& run) {
  const test_support::Command count = {
      {"sqlite3", sessions.load.file("load.db"), "SELECT count(*) > 0 FROM _bulkload_state"}};
  while (test_support::run_command(count).out != "1\n") {
    ASSERT_FALSE(run.wait(std::chrono::milliseconds(20))) << run.err();
  }
}

TEST(Session, RunsLoadWhatIsNewAndTheHistoryTellsThem) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  const Sessions sessions(emulator);
  const CommandResult created = sessions.create("lists_daily", "lists");
  ASSERT_EQ(created.exit_code, 0) << created.err;
  EXPECT_THAT(created.out, StartsWith("Name     : lists_daily\nCron     : \nTimezone : UTC\nDelay    : 0\n"
                                      "Database : load\nTable    : lists\nConfig\n---\nin:\n"));
  const CommandResult first = sessions.bulkload({"session", "run", "lists_daily", "-w"});
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(first.out, "");
  EXPECT_THAT(first.err, StartsWith("Job 1 is queued.\nUse 'bulkload job show 1' to show the status.\n"));
  EXPECT_THAT(first.err, testing::EndsWith("Status     : success\n"));
  const auto all = true_ids(emulator, "lists");
  EXPECT_EQ(difference(sessions.load.ids("lists"), all), "");
  EXPECT_THAT(sessions.bulkload({"session", "show", "lists_daily"}).out,
              testing::ContainsRegex("Config Diff\n---\nin: .*\"start_time\": \"20"));

  EXPECT_EQ(sessions.bulkload({"session", "run", "lists_daily", "2016-01-01 00:00:00", "-w"}).exit_code, 0);
  EXPECT_EQ(difference(sessions.load.ids("lists"), all), "") << "the second run begins where the first one ended";
  EXPECT_THAT(sessions.history("lists_daily", "Status"), ElementsAre("success", "success"));
  EXPECT_THAT(sessions.history("lists_daily", "Records"), ElementsAre("0", std::to_string(all.size())));
  EXPECT_THAT(sessions.bulkload({"job", "show", "2"}).out, HasSubstr("Scheduled  : 2016-01-01 00:00:00 UTC\n"));
  EXPECT_EQ(sessions.bulkload({"session", "list", "-f", "csv"}).out,
            "Name,Cron,Timezone,Delay,Database,Table\nlists_daily,\"\",UTC,0,load,lists\n");
}

TEST(Session, WatermarkCanBeRewound) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  Sessions sessions(emulator);
  sessions.load.out["mode"] = "merge";
  ASSERT_EQ(sessions.create("s", "lists").exit_code, 0);
  ASSERT_EQ(sessions.bulkload({"session", "run", "s", "-w"}).exit_code, 0);
  test_support::write_file(sessions.load.file("back.yml"), "in: {start_time: \"2020-01-01\", end_time: null}\n");
  const CommandResult updated = sessions.bulkload({"session", "update", "s", "--config-diff", "back.yml"});
  ASSERT_EQ(updated.exit_code, 0) << updated.err;
  EXPECT_THAT(updated.out, HasSubstr("Config Diff\n---\nin: {start_time: \"2020-01-01\", end_time: null}\n"));
  ASSERT_EQ(sessions.bulkload({"session", "run", "s", "-w"}).exit_code, 0);
  const std::string all = std::to_string(true_ids(emulator, "lists").size());
  EXPECT_THAT(sessions.history("s", "Records"), ElementsAre(all, all));
  test_support::write_file(sessions.load.file("odd.yml"), "in: {start_time: tomorrow}\nfoo: 1\n");
  EXPECT_EQ(sessions.bulkload({"session", "update", "s", "--config-diff", "odd.yml"}).exit_code, 2);
}

TEST(Session, JobInTheBackgroundOutlivesItsCommandAndKeepsOthersOut) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=12000", "--latency-ms", "150"});
  Sessions sessions(emulator);
  sessions.load.in["page_size"] = "200";
  ASSERT_EQ(sessions.create("s", "events").exit_code, 0);
  const CommandResult begun = sessions.bulkload({"session", "run", "s"});
  ASSERT_EQ(begun.exit_code, 0) << begun.err;
  EXPECT_EQ(begun.err, "Job 1 is queued.\nUse 'bulkload job show 1' to show the status.\n");
  const CommandResult second = sessions.bulkload({"session", "run", "s", "-w"});
  EXPECT_EQ(second.exit_code, 3);
  EXPECT_THAT(second.err, HasSubstr("session s is running (job 1): wait for its end"));
  EXPECT_EQ(sessions.bulkload({"session", "update", "s", "-D", "5"}).exit_code, 1) << "not while it runs";
  EXPECT_EQ(sessions.bulkload({"session", "delete", "s"}).exit_code, 1);
  EXPECT_THAT(sessions.end_of_job("1"), HasSubstr("Status     : success\n"));
  EXPECT_EQ(difference(sessions.load.ids("events"), true_ids(emulator, "events")), "");
  EXPECT_THAT(sessions.history("s", "Status"), ElementsAre("success"));
}

TEST(Session, KilledRunIsKilledInTheHistoryAndTheNextOneIsExact) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=12000", "--ties", "60", "--latency-ms", "150"});
  Sessions sessions(emulator);
  sessions.load.in["page_size"] = "200";
  ASSERT_EQ(sessions.create("s", "events").exit_code, 0);
  {
    test_support::ChildProcess run(sessions.command({"session", "run", "s", "-w"}));
    wait_for_rows(sessions, run);
    EXPECT_THAT(sessions.history("s", "Status"), ElementsAre("running"));
    run.signal(SIGKILL);
    run.wait(std::chrono::seconds(10));
  }
  EXPECT_THAT(sessions.history("s", "Status"), ElementsAre("killed"));
  EXPECT_THAT(sessions.bulkload({"session", "show", "s"}).out, testing::EndsWith("Config Diff\n---\n"));
  const CommandResult again = sessions.bulkload({"session", "run", "s", "-w"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("Resuming the unfinished run"));
  EXPECT_EQ(difference(sessions.load.ids("events"), true_ids(emulator, "events")), "");
  EXPECT_THAT(sessions.history("s", "Status"), ElementsAre("success", "killed"));
}

TEST(Session, StoppedRunGoesOnOrIsGivenUp) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=12000", "--latency-ms", "150"});
  Sessions sessions(emulator);
  sessions.load.in["page_size"] = "200";
  ASSERT_EQ(sessions.create("s", "events").exit_code, 0);
  test_support::ChildProcess run(sessions.command({"session", "run", "s", "-w"}));
  wait_for_rows(sessions, run);
  run.signal(SIGTERM);
  EXPECT_EQ(run.wait(kPatience), 3);
  EXPECT_THAT(run.err(), HasSubstr("'bulkload session cleanup s'"));
  EXPECT_THAT(run.err(), testing::EndsWith("Status     : stopped\n"));
  EXPECT_THAT(sessions.history("s", "Status"), ElementsAre("stopped"));
  EXPECT_EQ(sessions.bulkload({"session", "cleanup", "s"}).exit_code, 0);
  EXPECT_THAT(sessions.bulkload({"session", "cleanup", "s"}).err, HasSubstr("There is no unfinished run."));
}

TEST(Session, RunsFromAnyFolderInItsOwn) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  Sessions sessions(emulator);
  test_support::write_file(sessions.load.file("key.txt"), "pk_emulator\n");
  sessions.load.in["api_token"] = "~";
  sessions.load.in["api_token_file"] = "key.txt";
  ASSERT_EQ(sessions.create("s", "lists").exit_code, 0);
  test_support::Command elsewhere = sessions.command({"session", "run", "s", "-w"});
  elsewhere.folder = "/";
  const CommandResult result = test_support::run_command(elsewhere, kPatience);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(difference(sessions.load.ids("lists"), true_ids(emulator, "lists")), "");
}

TEST(Session, SecretsAreReferencesOrMasked) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  Sessions sessions(emulator);
  ASSERT_EQ(sessions.create("literal", "lists").exit_code, 0);
  sessions.load.in["api_token"] = "\"{{ env.SOME_KEY }}\"";
  sessions.load.configure("lists");
  EXPECT_EQ(sessions.bulkload({"session", "create", "reference", "", "load", "lists", "config.yml"}).exit_code, 2)
      << "the variable is not set";
  test_support::Command create =
      sessions.command({"session", "create", "reference", "", "load", "lists", "config.yml"});
  create.environment["SOME_KEY"] = "pk_emulator";
  ASSERT_EQ(test_support::run_command(create).exit_code, 0);
  const std::string literal = sessions.bulkload({"session", "show", "literal"}).out;
  EXPECT_THAT(literal, HasSubstr("api_token: ***\n"));
  EXPECT_THAT(literal, Not(HasSubstr("pk_emulator")));
  EXPECT_THAT(sessions.bulkload({"session", "show", "reference"}).out,
              HasSubstr("api_token: \"{{ env.SOME_KEY }}\"\n"));
  EXPECT_EQ(
      test_support::read_file(sessions.load.file("state/bulkload/bulkload.db")).find("SOME_KEY") == std::string::npos,
      false);
}

TEST(Session, MistakesAreToldBeforeAnythingIsStored) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  const Sessions sessions(emulator);
  sessions.load.configure("lists");
  const auto create = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"session", "create"});
    return sessions.bulkload(std::move(arguments));
  };
  EXPECT_THAT(create({"s", "0 25 * * *", "load", "lists", "config.yml"}).err, HasSubstr("cron: hour: '25'"));
  EXPECT_THAT(create({"s", "", "load", "lists", "config.yml", "-t", "PST"}).err, HasSubstr("America/Los_Angeles"));
  EXPECT_THAT(create({"s", "", "load", "sqlite_lists", "config.yml"}).err, HasSubstr("table"));
  EXPECT_THAT(create({"s", "", "load", "lists", "nothing.yml"}).err, HasSubstr("nothing.yml: no such file"));
  EXPECT_THAT(create({"s", "0 0 1 * mon", "load", "lists", "nothing.yml"}).err, HasSubstr("nothing.yml"));
  test_support::write_file(sessions.load.file("typo.yml"), "in: {type: klaviyo, data_source: list, api_tokn: x}\n");
  const CommandResult typo = create({"s", "", "load", "lists", "typo.yml"});
  EXPECT_EQ(typo.exit_code, 2);
  EXPECT_THAT(typo.err, HasSubstr("typo.yml:1: in.api_tokn"));
  EXPECT_EQ(sessions.bulkload({"session", "list", "-f", "csv"}).out, "Name,Cron,Timezone,Delay,Database,Table\n");
  EXPECT_EQ(sessions.bulkload({"session", "show", "s"}).exit_code, 2);
  EXPECT_EQ(sessions.bulkload({"session", "run", "s"}).exit_code, 2);
  EXPECT_EQ(sessions.bulkload({"job", "show", "1"}).exit_code, 2);
  EXPECT_EQ(sessions.bulkload({"session"}).exit_code, 2);
}

TEST(Session, UpdateChangesWhatIsGivenAndNothingElse) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  const Sessions sessions(emulator);
  ASSERT_EQ(sessions.create("s", "lists").exit_code, 0);
  const CommandResult updated = sessions.bulkload({"session", "update", "s", "-n", "t", "-d", "other", "-t", "rows",
                                                   "-s", "@daily", "-z", "Asia/Tokyo", "-D", "90"});
  ASSERT_EQ(updated.exit_code, 0) << updated.err;
  EXPECT_THAT(updated.out, StartsWith("Name     : t\nCron     : @daily\nTimezone : Asia/Tokyo\nDelay    : 90\n"
                                      "Database : other\nTable    : rows\nConfig\n"));
  EXPECT_THAT(sessions.bulkload({"session", "update", "t", "-s"}).out,
              HasSubstr("Cron     : \nTimezone : Asia/Tokyo\n"));
  EXPECT_EQ(sessions.bulkload({"session", "run", "t", "-w"}).exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(sessions.load.file("other.db")));
  sessions.load.configure("flows");
  EXPECT_THAT(sessions.bulkload({"session", "update", "t", "config.yml"}).out, HasSubstr("data_source: flows"));
  sessions.load.configure("lists");
  EXPECT_THAT(sessions.bulkload({"session", "update", "t", "-c", "config.yml"}).out, HasSubstr("data_source: lists"));
  EXPECT_THAT(sessions.bulkload({"session", "delete", "t"}).out, StartsWith("Deleted session\n--\nName     : t\n"));
  EXPECT_EQ(sessions.bulkload({"session", "delete", "t"}).exit_code, 2);
}

TEST(Issue, RunsAConfigurationOnce) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  const Sessions sessions(emulator);
  sessions.load.configure("lists");
  const CommandResult waited =
      sessions.bulkload({"issue", "config.yml", "--database", "load", "--table", "here", "-w"});
  EXPECT_EQ(waited.exit_code, 0) << waited.err;
  EXPECT_THAT(waited.err, testing::EndsWith("Status     : success\n"));
  EXPECT_EQ(difference(sessions.load.ids("here"), true_ids(emulator, "lists")), "");
  ASSERT_EQ(sessions.bulkload({"issue", "config.yml", "--database", "load", "--table", "there"}).exit_code, 0);
  EXPECT_THAT(sessions.end_of_job("2"), HasSubstr("Status     : success\n"));
  EXPECT_EQ(difference(sessions.load.ids("there"), true_ids(emulator, "lists")), "");
  EXPECT_EQ(sessions.bulkload({"issue", "config.yml", "--table", "x"}).exit_code, 2) << "--database is needed";
}

TEST(Issue, FailureInTheBackgroundIsInTheHistory) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  Sessions sessions(emulator);
  sessions.load.in["api_token"] = "pk_wrong";
  sessions.load.configure("lists");
  ASSERT_EQ(sessions.bulkload({"issue", "config.yml", "--database", "load", "--table", "t", "--log-path", "job.log"})
                .exit_code,
            0);
  const std::string shown = sessions.end_of_job("1");
  EXPECT_THAT(shown, HasSubstr("Status     : error\n"));
  EXPECT_THAT(shown, HasSubstr("401"));
  EXPECT_THAT(shown, Not(HasSubstr("pk_wrong")));
  EXPECT_THAT(test_support::read_file(sessions.load.file("job.log")), HasSubstr("[ERROR]"));
}

TEST(Aliases, EveryCommandOfTheHostedServiceIsUnderstood) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  const Sessions sessions(emulator);
  sessions.load.configure("lists");
  struct Case {
    std::vector<std::string> arguments;
    std::string shown;  // somewhere
  };
  const Case cases[] = {
      {{"connector:guess", "config.yml", "-o", "load.yml"}, "Created load.yml file."},
      {{"connector:guess", "config.yml", "--out", "load.yml"}, "Created load.yml file."},
      {{"connector:preview", "load.yml", "-f", "csv"}, "id,name,created"},
      {{"connector:issue", "load.yml", "--database", "load", "--table", "once", "--time-column", "created",
        "--auto-create-table", "--wait"},
       "Status     : success"},
      {{"connector:create", "s", "@daily", "load", "lists", "load.yml", "--time-column", "created", "-t", "Asia/Tokyo",
        "-D", "30"},
       "Delay    : 30"},
      {{"connector:list", "-f", "tsv"}, "s\t@daily\tAsia/Tokyo\t30\tload\tlists\n"},
      {{"connector:show", "s"}, "Config Diff\n---\n"},
      {{"connector:run", "s", "2016-01-01 00:00:00", "-w"}, "Job 2 is queued."},
      {{"connector:history", "s", "--format", "json"}, "\"Priority\":\"NORMAL\""},
      {{"connector:update", "s", "load.yml", "-T", "updated", "--schedule", "@hourly"}, "Cron     : @hourly"},
      {{"job:show", "2"}, "Status     : success"},
      {{"job:list"}, "| JobID |"},
      {{"connector:delete", "s"}, "Deleted session"}};
  for (const auto& [arguments, shown] : cases) {
    const CommandResult result = sessions.bulkload(arguments);
    EXPECT_EQ(result.exit_code, 0) << arguments.front() << ": " << result.err;
    EXPECT_THAT(result.out + result.err, HasSubstr(shown)) << arguments.front();
  }
}

/// All shell blocks of a page, in their order.
std::string shell_blocks(const std::string& page) {
  const std::string fence = "```sh\n";
  std::string script;
  for (size_t at = page.find(fence); at != std::string::npos; at = page.find(fence, at)) {
    at += fence.size();
    script += page.substr(at, page.find("```", at) - at);
  }
  return script;
}

TEST(SessionsPage, EveryExampleRuns) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  const Sessions sessions(emulator);
  sessions.load.configure("events");
  const std::string script =
      shell_blocks(test_support::read_file(std::string(SOURCE_FOLDER) + "/examples/sessions.md"));
  ASSERT_THAT(script, HasSubstr("bulkload session create"));
  test_support::Command command = sessions.command({});
  command.environment["PATH"] = std::filesystem::path(BULKLOAD_PROGRAM).parent_path().string() + ":" + getenv("PATH");
  command.arguments = {"bash", "-euo", "pipefail", "-c", script};
  const CommandResult result = test_support::run_command(command, kPatience);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("events_daily,10 5 * * *,Asia/Tokyo,0,shop,events\n"));
  EXPECT_THAT(sessions.end_of_job("3"), HasSubstr("Status     : success\n"));
}

TEST(SessionOfSeveralSources, CountsTheRowsOfAllAndGoesOnWhereEachStopped) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "profiles=120"});
  Sessions sessions(emulator);
  sessions.load.in["data_source"] = "[profiles, lists]";
  sessions.load.configure("unused");
  const auto one_table = sessions.bulkload({"session", "create", "crm", "", "load", "klaviyo", "config.yml"});
  EXPECT_EQ(one_table.exit_code, 2);
  EXPECT_THAT(one_table.err, HasSubstr("klaviyo_{source}"));
  const auto created = sessions.bulkload({"session", "create", "crm", "", "load", "klaviyo_{source}", "config.yml"});
  ASSERT_EQ(created.exit_code, 0) << created.err;
  for (int i = 0; i < 2; ++i) {
    const auto run = sessions.bulkload({"session", "run", "crm", "-w"});
    ASSERT_EQ(run.exit_code, 0) << run.err;
  }
  EXPECT_THAT(sessions.history("crm", "Records"), ElementsAre("0", "145"));
  EXPECT_EQ(difference(sessions.load.ids("klaviyo_profiles"), true_ids(emulator, "profiles")), "");
  EXPECT_EQ(difference(sessions.load.ids("klaviyo_lists"), true_ids(emulator, "lists")), "");
}

}  // namespace
}  // namespace e2e
