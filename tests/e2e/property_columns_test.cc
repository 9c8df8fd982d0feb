// `property_columns: auto`: what is in free-form JSON as columns of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "load.h"

namespace e2e {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class PropertyColumns : public testing::Test {
 protected:
  std::string count(const std::string& condition) const {
    return load_.column("SELECT count(*) FROM events WHERE " + condition).front();
  }

  const EmulatorProcess emulator_{{"--no-rate-limits", "--size", "events=3000"}};
  Load load_{emulator_};
};

TEST_F(PropertyColumns, HaveTheValuesOfTheJsonBesideThem) {
  load_.in = {{"property_columns", "auto"}};
  const auto run = load_.bulkload("run", "events");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("in a sample of 1,000 rows"));
  EXPECT_EQ(difference(load_.ids("events"), true_ids(emulator_, "events")), "");
  EXPECT_NE(count("property_value IS NOT NULL"), "0");
  EXPECT_EQ(count("property_value IS NOT json_extract(event_properties, '$.\"$value\"')"), "0");
  EXPECT_EQ(count("property_orderid IS NOT json_extract(event_properties, '$.OrderId')"), "0");
  EXPECT_EQ(count("event_properties IS NULL"), "0") << "nothing is taken away";
  EXPECT_THAT(load_.column("SELECT type FROM pragma_table_info('events') WHERE name IN ('property_value', "
                           "'property_orderid', 'property_items') ORDER BY name"),
              ElementsAre("TEXT", "INTEGER", "REAL"));
}

TEST_F(PropertyColumns, AreKeptAndCanBeEdited) {
  load_.in = {{"property_columns", "auto"}};
  load_.out["mode"] = "replace";
  ASSERT_EQ(load_.bulkload("run", "events").exit_code, 0);
  test_support::write_file(load_.file("config.properties.yml"),
                           "columns:\n  - {name: amount, from: event_properties.$value, type: double}\n");
  load_.query("DROP TABLE events");
  const auto again = load_.bulkload("run", "events");
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.err, Not(HasSubstr("sample")));
  EXPECT_NE(count("amount IS NOT NULL"), "0");
  EXPECT_THAT(load_.column("SELECT name FROM pragma_table_info('events') WHERE name LIKE 'property%'"), ElementsAre());

  test_support::write_file(load_.file("config.properties.yml"), "columns: 5\n");
  const auto damaged = load_.bulkload("run", "events");
  EXPECT_EQ(damaged.exit_code, 2);
  EXPECT_THAT(damaged.err, HasSubstr("config.properties.yml"));
}

TEST_F(PropertyColumns, StandBesideASelectionAndAreOfOneKindOfValueOnly) {
  load_.in = {{"property_columns", "auto"}, {"columns", "[id, datetime]"}};
  ASSERT_EQ(load_.bulkload("run", "events").exit_code, 0);
  const auto names = load_.column("SELECT name FROM pragma_table_info('events') LIMIT 2");
  EXPECT_THAT(names, ElementsAre("id", "datetime"));
  load_.in = {{"property_columns", "some"}};
  const auto wrong = load_.bulkload("run", "events");
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("in.property_columns: must be auto"));
}

}  // namespace
}  // namespace e2e
