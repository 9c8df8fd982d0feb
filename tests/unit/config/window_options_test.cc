// incremental, incremental_field, start_time, end_time and lookback_sec.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config_text.h"

namespace klaviyo {
namespace {

using test::accepted;
using test::refusal;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string_view field_of(const Config& config) {
  return config.time_field == nullptr ? "none" : config.time_field->key;
}

TEST(WindowOptions, FullReadsHaveNoTimeField) {
  EXPECT_EQ(field_of(accepted("events")), "none");
  EXPECT_EQ(field_of(accepted("profiles", "incremental_field: updated")), "none");
}

TEST(WindowOptions, IncrementalTakesTheNamedFieldOrTheSourcesFirst) {
  EXPECT_EQ(field_of(accepted("events", "incremental: true")), "datetime");
  EXPECT_EQ(field_of(accepted("profiles", "incremental: true\nincremental_field: created")), "created");
  EXPECT_EQ(field_of(accepted("profiles", "incremental: true\nincremental_field: updated")), "updated");
  const Config config = accepted("profiles", "incremental: true");
  EXPECT_EQ(config.time_field, &config.source->time_fields.front());
}

TEST(WindowOptions, DualNamesMapToTheApi) {
  const Config config = accepted("campaigns", "incremental: true\nincremental_field: created");
  ASSERT_NE(config.time_field, nullptr);
  EXPECT_EQ(config.time_field->name, "created_at");
}

TEST(WindowOptions, StartOrEndAloneMakeAWindowToo) {
  const Config from = accepted("profiles", "start_time: 2026-01-01");
  EXPECT_NE(from.time_field, nullptr);
  EXPECT_FALSE(from.incremental);
  EXPECT_EQ(from.start_us, base::parse_time("2026-01-01T00:00:00Z")->us);
  EXPECT_EQ(from.end_us, std::nullopt);
  EXPECT_EQ(field_of(accepted("profiles", "end_time: 2026-01-01\nincremental_field: created")), "created");
}

TEST(WindowOptions, TimesHaveEverySpellingOfIso8601) {
  const int64_t us = base::parse_time("2026-01-01T12:00:00Z")->us;
  for (const std::string text : {"2026-01-01T12:00:00Z", "2026-01-01 12:00:00", "2026-01-01T21:00:00+09:00",
                                 "2026-01-01T12:00:00.000000", "\"2026-01-01T12:00:00+0000\"", "2026-01-01 12:00"}) {
    EXPECT_EQ(accepted("events", "start_time: " + text).start_us, us) << text;
  }
  for (const std::string text :
       {"yesterday", "1767268800", "2026-13-01", "2026-01-01T25:00:00", "12:30:45", "01/02/2026", "[2026-01-01]"}) {
    EXPECT_THAT(refusal("events", "end_time: " + text), HasSubstr("line 3: end_time: ")) << text;
  }
}

TEST(WindowOptions, EventsDoNotUseTheConsolesChoice) {
  for (const std::string name : {"created", "updated"}) {
    const Config config = accepted("events", "incremental: true\nincremental_field: " + name);
    EXPECT_EQ(field_of(config), "datetime");
    EXPECT_THAT(config.warnings, ElementsAre(HasSubstr("line 4: incremental_field: is not used for events")));
  }
  EXPECT_THAT(accepted("events", "incremental: true\nincremental_field: datetime").warnings, IsEmpty());
}

TEST(WindowOptions, UnknownFieldNamesTheKnownOnes) {
  EXPECT_EQ(refusal("lists", "incremental_field: datetime"),
            "line 3: incremental_field: 'datetime' is no time of lists; it has: updated, created");
  EXPECT_THAT(refusal("events", "incremental_field: modified"), HasSubstr("it has: datetime"));
}

TEST(WindowOptions, StartMustBeBeforeEnd) {
  const std::string problem = "line 4: end_time: is not after start_time; the window would be empty";
  EXPECT_EQ(refusal("events", "start_time: 2026-01-02\nend_time: 2026-01-01"), problem);
  EXPECT_EQ(refusal("events", "start_time: 2026-01-01T00:00:00Z\nend_time: 2026-01-01T09:00:00+09:00"), problem);
  EXPECT_EQ(refusal("events", "start_time: 2026-01-01\nend_time: 2026-01-01T00:00:00.000001"), "accepted");
  EXPECT_EQ(refusal("tags", "start_time: 2026-01-02\nend_time: 2026-01-01"), problem);
}

TEST(WindowOptions, TheFutureIsAWarning) {
  EXPECT_THAT(accepted("events", "incremental: true\nend_time: 2026-11-23T12:00:00.000001Z").warnings,
              ElementsAre(HasSubstr("line 4: end_time: is in the future")));
  EXPECT_THAT(
      accepted("events", "start_time: 2027-01-01\nend_time: 2028-01-01").warnings,
      ElementsAre(HasSubstr("line 3: start_time: is in the future"), HasSubstr("line 4: end_time: is in the future")));
  EXPECT_THAT(accepted("events", "end_time: 2026-11-23T12:00:00Z").warnings, IsEmpty());
}

TEST(WindowOptions, SourcesWithoutTimeAreReadInFullWithAWarning) {
  for (const std::string more : {"incremental: true", "start_time: 2026-01-01", "end_time: 2026-01-01"}) {
    const Config config = accepted("tags", more);
    EXPECT_EQ(config.time_field, nullptr) << more;
    EXPECT_THAT(config.warnings, ElementsAre(HasSubstr("tags has no time to limit a run by"))) << more;
  }
  EXPECT_THAT(accepted("tags", "incremental: false\nincremental_field: updated").warnings, IsEmpty());
}

TEST(WindowOptions, DiffOfThePreviousRunLoads) {
  const Config config = accepted("events", "incremental: true\nstart_time: \"2026-11-23T11:59:50Z\"\nend_time: null");
  EXPECT_EQ(config.start_us, base::parse_time("2026-11-23T11:59:50Z")->us);
  EXPECT_EQ(config.end_us, std::nullopt);
  EXPECT_THAT(config.warnings, IsEmpty());
}

TEST(WindowOptions, LookbackIsInSeconds) {
  EXPECT_EQ(accepted("events", "incremental: true\nlookback_sec: 604800").lookback_sec, 604800);
}

}  // namespace
}  // namespace klaviyo
