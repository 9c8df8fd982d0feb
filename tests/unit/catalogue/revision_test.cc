#include "klaviyo/revision.h"

#include <algorithm>
#include <string>

#include "base/text_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace klaviyo {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

int64_t day(std::string_view date) { return base::parse_time(date).value().us; }

EffectiveRevision at(std::string_view configured, std::string_view today) {
  return effective_revision(configured, day(today));
}

TEST(Revision, TwentyOneAreKnownInOrderAndTheNewestIsTheDefault) {
  EXPECT_EQ(known_revisions().size(), 21U);
  EXPECT_TRUE(std::is_sorted(known_revisions().begin(), known_revisions().end()));
  EXPECT_EQ(known_revisions().back(), kNewestRevision);
  for (const std::string_view revision : known_revisions()) EXPECT_TRUE(is_revision(revision)) << revision;
}

TEST(Revision, TextIsADateWithAnOptionalSuffixOfLetters) {
  for (const char* text : {"2023-02-22", "2022-12-17", "2024-02-29", "2026-07-15.pre", "2030-01-01.Beta"}) {
    EXPECT_TRUE(is_revision(text)) << text;
  }
  for (const char* text : {"", "2023", "2023-2-22", "2023-02-30", "2023-13-01", "0000-01-01", "2023-02-22 ",
                           "2023-02-22T00:00:00Z", "2023-02-22.", "2023-02-22.pre1", "2023-02-22pre", "2023-02-22.p-e",
                           "20230222", "latest", " 2023-02-22", "2023/02/22", "2023-02-22.pre\r\nX-Injected: 1"}) {
    EXPECT_FALSE(is_revision(text)) << text;
  }
}

TEST(Revision, LiveRevisionIsTakenAsItIs) {
  for (const char* revision : {"2025-01-15", "2025-10-15", "2026-07-15"}) {
    const EffectiveRevision effective = at(revision, "2026-11-24");
    EXPECT_EQ(effective.revision, revision);
    EXPECT_EQ(effective.literal, revision);
    EXPECT_EQ(effective.warning, "");
  }
}

TEST(Revision, RetiredRevisionIsAnsweredAsTheOldestLiveOne) {
  const EffectiveRevision effective = at("2023-02-22", "2026-11-24");
  EXPECT_EQ(effective.revision, "2025-01-15");
  EXPECT_EQ(effective.literal, "2023-02-22");
  EXPECT_EQ(effective.warning,
            "revision_time: 2023-02-22 is retired since 2025-02-22; it is treated as 2025-01-15 (newest known: "
            "2026-07-15)");
}

TEST(Revision, UnknownDateIsRoundedDownAndThenMayBeRetired) {
  const EffectiveRevision effective = at("2022-12-17", "2026-11-24");
  EXPECT_EQ(effective.revision, "2025-01-15");
  EXPECT_EQ(effective.literal, "2022-10-17");
  EXPECT_EQ(effective.warning,
            "revision_time: 2022-12-17 is no known revision and stands for 2022-10-17, which is retired since "
            "2024-10-17; it is treated as 2025-01-15 (newest known: 2026-07-15)");
}

TEST(Revision, UnknownDateBetweenLiveRevisionsIsRoundedDown) {
  const EffectiveRevision effective = at("2026-01-14", "2026-11-24");
  EXPECT_EQ(effective.revision, "2025-10-15");
  EXPECT_EQ(effective.literal, "2025-10-15");
  EXPECT_THAT(effective.warning, AllOf(HasSubstr("2026-01-14 is no known revision; "), Not(HasSubstr("retired"))));
}

TEST(Revision, RetiresTwoYearsAfterItsDate) {
  EXPECT_EQ(at("2024-10-15", "2026-10-14").revision, "2024-10-15");
  EXPECT_EQ(at("2024-10-15", "2026-10-14").warning, "");
  EXPECT_EQ(at("2024-10-15", "2026-10-15").revision, "2025-01-15");
  EXPECT_EQ(at("2024-10-15", "2026-11-24").revision, "2025-01-15");
  EXPECT_THAT(at("2024-10-15", "2026-11-24").warning, HasSubstr("retired since 2026-10-15"));
}

TEST(Revision, OldestLiveOneMovesOnWithTime) {
  EXPECT_EQ(at("2022-12-17", "2027-02-01").revision, "2025-04-15");
  EXPECT_EQ(at("2023-02-22", "2027-02-01").revision, "2025-04-15");
  EXPECT_EQ(at("2025-01-15", "2027-02-01").revision, "2025-04-15");
  EXPECT_THAT(at("2025-01-15", "2027-02-01").warning, HasSubstr("retired since 2027-01-15"));
  EXPECT_EQ(at("2026-07-15", "2027-02-01").revision, "2026-07-15");
}

TEST(Revision, OldRevisionWasLiveInItsDays) {
  EXPECT_EQ(at("2023-02-22", "2023-06-01").revision, "2023-02-22");
  EXPECT_EQ(at("2022-12-17", "2023-06-01").revision, "2022-10-17");
}

TEST(Revision, DateBeforeTheFirstCountsAsTheFirst) {
  const EffectiveRevision effective = at("2019-01-01", "2026-11-24");
  EXPECT_EQ(effective.literal, "2022-10-17");
  EXPECT_EQ(effective.revision, "2025-01-15");
  EXPECT_THAT(effective.warning, HasSubstr("2019-01-01 is no known revision and stands for 2022-10-17"));
}

TEST(Revision, DateAfterTheNewestCountsAsTheNewest) {
  for (const char* configured : {"2026-10-15", "9999-12-31"}) {
    const EffectiveRevision effective = at(configured, "2026-11-24");
    EXPECT_EQ(effective.revision, "2026-07-15");
    EXPECT_EQ(effective.literal, "2026-07-15");
    EXPECT_THAT(effective.warning, HasSubstr("is newer than this plugin knows; it is treated as 2026-07-15"));
  }
}

TEST(Revision, SuffixPlaysNoPart) {
  const EffectiveRevision beta = at("2026-07-15.pre", "2026-11-24");
  EXPECT_EQ(beta.revision, "2026-07-15");
  EXPECT_EQ(beta.warning, "");
  const EffectiveRevision retired = at("2023-08-15.pre", "2026-11-24");
  EXPECT_EQ(retired.revision, "2025-01-15");
  EXPECT_THAT(retired.warning, HasSubstr("2023-08-15.pre is retired since 2025-08-15"));
}

TEST(Revision, NewestAppliesWhenAllAreRetired) {
  const EffectiveRevision effective = at("2026-07-15", "2030-01-01");
  EXPECT_EQ(effective.revision, "2026-07-15");
  EXPECT_THAT(effective.warning, HasSubstr("retired since 2028-07-15"));
  EXPECT_EQ(at("2023-02-22", "2030-01-01").revision, "2026-07-15");
}

TEST(Revision, WarningIsOneLine) {
  for (const char* configured : {"2019-01-01", "2022-12-17", "2023-02-22", "2026-01-14", "2027-01-01"}) {
    EXPECT_THAT(at(configured, "2026-11-24").warning, Not(HasSubstr("\n")));
  }
}

}  // namespace
}  // namespace klaviyo
