#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "filtered.h"

namespace bulkload {
namespace {

using testing::chain_of;
using testing::columns_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kNull;
using testing::last_column;

const std::vector<Field> kFields = {{"id", Type::string},
                                    {"created", Type::timestamp},
                                    {"count", Type::int64},
                                    {"at", Type::string},
                                    {"more", Type::json}};

testing::Row row(testing::Cell created, testing::Cell count, testing::Cell at) {
  return {"1", std::move(created), std::move(count), std::move(at), "{}"};
}

const testing::Rows kFourRows(4, row(kNull, kNull, kNull));

/// The filter with these keys.
testing::Bound add_time(const std::string& to, const std::string& from) {
  return chain_of("- type: add_time\n  to_column: {name: time" + to + "}\n  " + from + "\n", kFields);
}

TEST(AddTime, UploadTimeIsTheRunsInEveryRow) {
  auto bound = add_time("", "from_value: {mode: upload_time}");
  EXPECT_EQ(columns_of(bound), "id:string created:timestamp count:long at:string more:json time:timestamp");
  EXPECT_THAT(last_column(bound, kFields, kFourRows, {1'770'000'000'123'456, 10}),
              ElementsAre("1770000000123456", "1770000000123456", "1770000000123456", "1770000000123456"));
}

TEST(AddTime, FixedTimeIsTheDefaultMode) {
  auto bound = add_time(", type: timestamp", "from_value: {value: '2016-01-01 00:00:00 UTC'}");
  EXPECT_THAT(last_column(bound, kFields, {kFourRows[0]}), ElementsAre("1451606400000000"));
  auto number = add_time(", type: long", "from_value: {value: 1451606400123, unix_timestamp_unit: milli}");
  EXPECT_THAT(last_column(number, kFields, {kFourRows[0]}), ElementsAre("1451606400"));
  auto format = add_time("", "from_value: {value: 01.01.2016, timestamp_format: '%d.%m.%Y', timezone: Asia/Tokyo}");
  EXPECT_THAT(last_column(format, kFields, {kFourRows[0]}), ElementsAre("1451574000000000"));
}

TEST(AddTime, IncrementalTimeGoesOnFromBatchToBatchAndBeginsAgain) {
  auto bound = add_time(", type: long", "from_value: {mode: incremental_time, from: 100, to: 102}");
  EXPECT_THAT(last_column(bound, kFields, kFourRows), ElementsAre("100", "101", "102", "100"));
  EXPECT_THAT(last_column(bound, kFields, kFourRows, {0, 4}), ElementsAre("101", "102", "100", "101"));
}

TEST(AddTime, LongCountsInItsUnitAndIsCutDownwards) {
  const std::vector<std::pair<std::string, std::string>> units = {
      {"sec", "-2"}, {"milli", "-1001"}, {"micro", "-1000001"}, {"nano", "-1000001000"}};
  for (const auto& [unit, expected] : units) {
    auto bound = add_time(", type: long, unix_timestamp_unit: " + unit, "from_column: {name: created}");
    EXPECT_THAT(last_column(bound, kFields, {row(int64_t{-1'000'001}, kNull, kNull)}), ElementsAre(expected));
  }
}

TEST(AddTime, FromALongColumnInEveryUnit) {
  const std::vector<std::pair<std::string, std::string>> units = {
      {"sec", "-1500000000"}, {"milli", "-1500000"}, {"micro", "-1500"}, {"nano", "-2"}};
  for (const auto& [unit, expected] : units) {
    auto bound = add_time("", "from_column: {name: count, unix_timestamp_unit: " + unit + "}");
    EXPECT_THAT(last_column(bound, kFields, {row(kNull, int64_t{-1500}, kNull)}), ElementsAre(expected)) << unit;
  }
}

TEST(AddTime, FromATextColumn) {
  auto bound = add_time("", "from_column: {name: at}");
  EXPECT_THAT(last_column(bound, kFields, {row(kNull, kNull, "2016-01-01T00:00:00+09:00"), row(kNull, kNull, kNull)}),
              ElementsAre("1451574000000000", "null"));
  auto format = add_time("", "from_column: {name: at, timestamp_format: '%m/%d/%Y %H:%M:%S', timezone: UTC}");
  EXPECT_THAT(last_column(format, kFields, {row(kNull, kNull, "01/02/2016 00:00:00")}),
              ElementsAre("1451692800000000"));
}

TEST(AddTime, WhatCannotBeReadIsNullAndCounted) {
  auto bound = add_time("", "from_column: {name: at}");
  EXPECT_THAT(bound.chain.complaints(), ElementsAre());
  EXPECT_THAT(last_column(bound, kFields,
                          {row(kNull, kNull, "soon"), row(kNull, kNull, "2016-01-01"), row(kNull, kNull, kNull)}),
              ElementsAre("null", "1451606400000000", "null"));
  EXPECT_THAT(bound.chain.complaints(),
              ElementsAre("filters.add_time: 1 value of 'at' could not be read as a time and became null"));
  auto large = add_time("", "from_column: {name: count}");
  EXPECT_THAT(last_column(large, kFields, {row(kNull, INT64_MAX, kNull), row(kNull, INT64_MIN, kNull)}),
              ElementsAre("null", "null"));
  auto nano = add_time(", type: long, unix_timestamp_unit: nano", "from_column: {name: created}");
  EXPECT_THAT(last_column(nano, kFields, {row(int64_t{253'402'300'799'999'999}, kNull, kNull)}), ElementsAre("null"));
  EXPECT_THAT(nano.chain.complaints(),
              ElementsAre("filters.add_time: 1 value of 'created' could not be read as a time and became null"));
  auto late = add_time(", type: long, unix_timestamp_unit: nano", "from_value: {value: 9999-01-01}");
  EXPECT_THAT(last_column(late, kFields, {kFourRows[0]}), ElementsAre("null"));
  EXPECT_THAT(late.chain.complaints(),
              ElementsAre("filters.add_time: 1 value did not fit the unit of the long and became null"));
}

TEST(AddTime, ColumnOfTheNameIsCalledWithAnUnderscoreFromThenOn) {
  const std::vector<Field> fields = {{"time", Type::string}, {"time_", Type::int64}};
  auto bound = chain_of("- {type: add_time, to_column: {name: time}, from_column: {name: time}}", fields);
  EXPECT_EQ(columns_of(bound), "time__:string time_:long time:timestamp");
  EXPECT_EQ(
      format_problems(bound.findings.warnings),
      "config.yml:1: the column 'time' that was there is called 'time__' now, as the filter adds one of its name");
  EXPECT_THAT(last_column(bound, fields, {{"1970-01-01 00:00:01", kNull}}), ElementsAre("1000000"));
}

TEST(AddTime, ProblemsAreNamedWithTheirLines) {
  EXPECT_EQ(columns_of(chain_of("- type: add_time\n"
                                "  to_column: {nam: time, type: string}\n"
                                "  from_value:\n"
                                "    mode: incremental_time\n"
                                "    value: 1\n"
                                "    from: yesterday\n",
                                kFields)),
            "config.yml:5: filters.add_time.from_value.value: has no meaning with mode incremental_time; leave it out\n"
            "config.yml:6: filters.add_time.from_value.from: is no time that can be read, such as 2026-01-01 00:00:00 "
            "UTC\n"
            "config.yml:3: filters.add_time.from_value.to: is missing, and mode incremental_time needs it\n"
            "config.yml:2: filters.add_time.to_column.nam: unknown key; did you mean 'name'?\n"
            "config.yml:2: filters.add_time.to_column.name: is missing\n"
            "config.yml:2: filters.add_time.to_column.type: 'string' is not known; give timestamp or long");
  EXPECT_THAT(columns_of(add_time("", "from_value: {mode: incremental_time, from: 5, to: 4}")), HasSubstr("is before"));
  EXPECT_THAT(columns_of(add_time("", "from_value: {value: 5, mode: upload_time}")), HasSubstr("leave it out"));
  EXPECT_THAT(columns_of(add_time("", "from_column: {name: at, timezone: Asia/Tokyo}")),
              HasSubstr("timezone: goes with a timestamp_format"));
  EXPECT_THAT(columns_of(add_time("", "from_column: {name: at, timestamp_format: '%Y %U'}")), HasSubstr("'%U'"));
  EXPECT_THAT(columns_of(add_time("", "from_column: {name: aat}")),
              HasSubstr("'aat' is no column here; did you mean 'at'?"));
  EXPECT_THAT(columns_of(add_time("", "from_column: {name: more}")), HasSubstr("'more' is json, and times come from"));
  EXPECT_THAT(columns_of(add_time("", "from_column: at")), HasSubstr("from_column: must be a map"));
  EXPECT_THAT(columns_of(chain_of("- {type: add_time, to_column: {name: t}}", kFields)),
              HasSubstr("give one of from_column and from_value"));
}

TEST(TimeColumn, IsEpochSecondsOfTheColumnElseTheRunsTime) {
  for (const std::string name : {"created", "at"}) {
    auto bound = chain_of("", kFields, name);
    EXPECT_EQ(columns_of(bound), "id:string created:timestamp count:long at:string more:json time:long");
    EXPECT_THAT(
        last_column(bound, kFields, {row(int64_t{-1}, kNull, "1969-12-31T23:59:59.999999Z"), row(kNull, kNull, kNull)},
                    {5'999'999, 0}),
        ElementsAre("-1", "5"));
  }
  auto seconds = chain_of("", kFields, "count");
  EXPECT_THAT(last_column(seconds, kFields, {row(kNull, int64_t{77}, kNull)}), ElementsAre("77"));
}

TEST(TimeColumn, SaysWhenTheRunsTimeIsInPlaceOfAText) {
  auto bound = chain_of("", kFields, "at");
  EXPECT_THAT(last_column(bound, kFields, {row(kNull, kNull, "soon"), row(kNull, kNull, "late")}, {5'000'000, 0}),
              ElementsAre("5", "5"));
  EXPECT_THAT(bound.chain.complaints(),
              ElementsAre("out.time_column: 2 values of 'at' could not be read as a time and got the run's time"));
}

TEST(TimeColumn, ComesBehindTheFilters) {
  EXPECT_EQ(columns_of(chain_of("- {type: rename, columns: {created: made}}", kFields, "made")),
            "id:string made:timestamp count:long at:string more:json time:long");
  EXPECT_EQ(columns_of(chain_of("- {type: remove_columns, remove: [created]}", kFields, "created")),
            "config.yml:1: out.time_column: 'created' is no column here");
  EXPECT_EQ(columns_of(chain_of("", kFields, "[created]")),
            "config.yml:1: out.time_column: must be the name of a column");
}

}  // namespace
}  // namespace bulkload
