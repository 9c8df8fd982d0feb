// Filters, the time column and values out of JSON, from the emulator to the destination.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "load.h"
#include "support/markdown.h"

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kAllFilters =
    "- {type: hash, columns: [{name: profile_email, new_name: email_hash}], key: canary0123456789, normalize: true}\n"
    "- {type: add_time, to_column: {name: loaded_at, type: long}, from_value: {mode: upload_time}}\n"
    "- {type: add_time, to_column: {name: timestamp, type: long}, from_column: {name: datetime}}\n"
    "- {type: rename, columns: {datetime: at}, rules: [{rule: regex_replace, match: ^metric_, replace: m_}]}\n"
    "- {type: remove_columns, remove: [profile, metric, profile_properties]}\n";
constexpr const char* kValues =
    "[{name: order_value, from: event_properties.$value, type: double},"
    " {name: second_item, from: event_properties.Items.1},"
    " {name: gift, from: event_properties.nested.gift, type: boolean},"
    " {name: not_a_number, from: event_properties.$value_currency, type: long}]";

std::string number(const Load& load, const std::string& sql) { return load.column(sql).front(); }

TEST(Filters, AllOfThemOnTheirWayIntoSqlite) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=600"});
  Load load(emulator);
  load.out["table"] = "plain";
  ASSERT_EQ(load.bulkload("run", "events").exit_code, 0);
  load.in["columns"] = kValues;
  load.filters = kAllFilters;
  load.out["table"] = "filtered";
  load.out["time_column"] = "at";
  const auto run = load.bulkload("run", "events", {"--log-level", "trace"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, Not(HasSubstr("canary0123456789")));
  EXPECT_THAT(run.err, HasSubstr("the column 'timestamp' that was there is called 'timestamp_' now"));
  EXPECT_THAT(run.err, HasSubstr("event_properties.$value_currency' has a value that does not fit"));

  EXPECT_EQ(difference(load.ids("filtered"), true_ids(emulator, "events")), "");
  const auto columns = load.column("SELECT name FROM pragma_table_info('filtered')");
  EXPECT_THAT(columns, testing::IsSupersetOf({"at", "email_hash", "m_name", "loaded_at", "timestamp_", "timestamp",
                                              "order_value", "event_properties"}));
  EXPECT_EQ(columns.back(), "time");
  for (const std::string gone : {"profile", "metric", "profile_properties", "profile_email", "datetime"}) {
    EXPECT_THAT(columns, Not(testing::Contains(gone)));
  }
  // What SQLite itself makes of the columns as they came.
  const std::string both = " FROM filtered f JOIN plain p USING (id) WHERE ";
  EXPECT_EQ(number(load, "SELECT count(*)" + both + "f.order_value IS NOT p.event_properties ->> '$.\"$value\"'"), "0");
  EXPECT_EQ(number(load, "SELECT count(*)" + both + "f.second_item IS NOT p.event_properties ->> '$.Items[1]'"), "0");
  EXPECT_EQ(number(load, "SELECT count(*)" + both + "f.gift IS NOT p.event_properties ->> '$.nested.gift'"), "0");
  EXPECT_EQ(number(load, "SELECT count(*)" + both + "f.event_properties IS NOT p.event_properties"), "0");
  EXPECT_EQ(number(load, "SELECT count(*)" + both + "f.time IS NOT CAST(strftime('%s', p.datetime) AS INTEGER)"), "0");
  EXPECT_EQ(number(load, "SELECT count(*)" + both + "f.timestamp IS NOT f.time OR f.timestamp_ IS NOT p.timestamp"),
            "0");
  EXPECT_EQ(number(load, "SELECT count(*)" + both + "(p.profile_email IS NULL) <> (f.email_hash IS NULL)"), "0");
  EXPECT_EQ(number(load, "SELECT count(DISTINCT email_hash) FROM filtered"),
            number(load, "SELECT count(DISTINCT lower(trim(profile_email))) FROM plain"));
  EXPECT_EQ(number(load, "SELECT count(*) FROM filtered WHERE length(email_hash) <> 64"), "0");
  EXPECT_EQ(number(load, "SELECT count(*) FROM filtered WHERE not_a_number IS NOT NULL"), "0");
  EXPECT_EQ(number(load,
                   "SELECT count(*) FROM filtered WHERE additional_attributes ->> "
                   "'$.\"event_properties.$value_currency\"' <> 'EUR'"),
            "0");
  EXPECT_EQ(number(load, "SELECT count(DISTINCT loaded_at) FROM filtered"), "1");
}

TEST(Filters, ShowInPreviewAndSchema) {
  const EmulatorProcess emulator;
  Load load(emulator);
  load.in["columns"] = "[id, {name: value, from: event_properties.$value, type: double}, datetime]";
  load.filters = "- {type: rename, columns: {datetime: at}}\n- {type: remove_columns, remove: [id]}\n";
  load.out["time_column"] = "at";
  const auto preview = load.bulkload("preview", "events", {"--format", "csv", "--rows", "3"});
  ASSERT_EQ(preview.exit_code, 0) << preview.err;
  EXPECT_THAT(preview.out, testing::StartsWith("value,at,time\n"));
  EXPECT_THAT(load.bulkload("schema", "events", {"--format", "csv"}).out,
              HasSubstr("value,double\nat,timestamp\ntime,long\n"));
}

TEST(Filters, ThatNameAMissingColumnSayWhichWasMeantAndWhere) {
  const EmulatorProcess emulator;
  Load load(emulator);
  load.filters = "- type: hash\n  columns:\n  - emails\n";
  load.out["time_column"] = "create";
  for (const std::string command : {"run", "preview", "schema"}) {
    const auto result = load.bulkload(command, "profiles");
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, testing::ContainsRegex("config.yml:[0-9]+: filters.hash.columns: 'emails' is no column "
                                                   "here; did you mean 'email'\\?"));
  }
  load.filters.clear();
  EXPECT_THAT(load.bulkload("run", "profiles").err,
              HasSubstr("out.time_column: 'create' is no column here; did you mean 'created'?"));
}

TEST(Filters, CannotTakeTheIdAwayFromMerge) {
  const EmulatorProcess emulator;
  Load load(emulator);
  load.out["mode"] = "merge";
  load.filters = "- {type: remove_columns, remove: [id]}\n";
  const auto result = load.bulkload("run", "lists");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err,
              HasSubstr("filters.remove_columns: takes the column id away, by which mode merge finds rows"));
}

TEST(Filters, OfAnUnfinishedRunCannotBeChanged) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=3000"});
  Load load(emulator);
  load.in = {{"page_size", "200"}, {"parallel_requests", "1"}};
  const std::string begun_with = "- {type: hash, columns: [profile_email]}\n";
  load.filters = begun_with;
  emulator.faults({{{"nth", 6}, {"count", -1}, {"do", {{"status", 403}}}}});
  ASSERT_EQ(load.bulkload("run", "events").exit_code, 1);
  emulator.reset();
  for (const std::string changed : {"", "- {type: hash, columns: [profile_email], normalize: true}\n"}) {
    load.filters = changed;
    const auto refused = load.bulkload("run", "events");
    EXPECT_EQ(refused.exit_code, 2) << refused.err;
    EXPECT_THAT(refused.err, HasSubstr("the unfinished run had other filters"));
    EXPECT_THAT(refused.err, HasSubstr("bulkload cleanup"));
  }
  load.filters = begun_with;
  const auto finished = load.bulkload("run", "events");
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(difference(load.ids("events"), true_ids(emulator, "events")), "");
}

TEST(Filters, UploadTimeIsTheSameWhenAKilledRunGoesOn) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=12000", "--latency-ms", "250"});
  Load load(emulator);
  load.in = {{"page_size", "200"}, {"parallel_requests", "4"}};
  load.filters =
      "- {type: add_time, to_column: {name: loaded_at, type: long, unix_timestamp_unit: micro}, "
      "from_value: {mode: upload_time}}\n";
  bool went_on = false;
  std::optional<test_support::ExitCode> ended;
  for (int attempt = 0; attempt < 60 && !ended; ++attempt) {
    test_support::ChildProcess run(load.command("run", "events"));
    // Later each time, so that a slow machine gets past the first save, and to the end, as well.
    ended = run.wait(std::chrono::milliseconds(500 + 250 * attempt));
    if (!ended) {
      run.signal(SIGKILL);
      run.wait(std::chrono::seconds(10));
    }
    went_on = went_on || run.err().find("Resuming the unfinished run") != std::string::npos;
  }
  ASSERT_EQ(ended, 0);
  EXPECT_TRUE(went_on);
  EXPECT_EQ(difference(load.ids("events"), true_ids(emulator, "events")), "");
  EXPECT_EQ(number(load, "SELECT count(DISTINCT loaded_at) FROM events"), "1");
}

TEST(FiltersPage, EveryExampleRuns) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "events=300", "--size", "profiles=100"});
  const auto examples =
      test_support::configurations(test_support::read_file(std::string(SOURCE_FOLDER) + "/examples/filters.md"));
  EXPECT_EQ(examples.size(), 7U);
  for (const test_support::CodeBlock& example : examples) {
    const test_support::TempFolder folder;
    test_support::write_file(folder / "config.yml", test_support::with_base_url(example.text, emulator.base_url()));
    const auto run = test_support::run_command(
        {.arguments = {BULKLOAD_PROGRAM, "run", "config.yml"},
         .environment = {{"KLAVIYO_API_KEY", "pk_emulator"}, {"HASH_KEY", "canary0123456789"}},
         .folder = folder.path()});
    EXPECT_EQ(run.exit_code, 0) << "line " << example.line << "\n" << run.err;
    EXPECT_THAT(run.err, HasSubstr(" rows written to ")) << "line " << example.line;
    EXPECT_THAT(run.err, Not(HasSubstr("[WARN]"))) << "line " << example.line;
  }
}

}  // namespace
}  // namespace e2e
