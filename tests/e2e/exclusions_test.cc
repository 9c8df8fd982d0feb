#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "load.h"

namespace e2e {
namespace {

using testing::HasSubstr;

// Before a day, or at any time: the emulator has some that lie ahead.
std::vector<std::string> suppressed(const EmulatorProcess& emulator, const std::string& before = "9999") {
  Load profiles(emulator);
  profiles.in = {{"additional_fields", "[subscriptions]"}};
  EXPECT_EQ(profiles.bulkload("run", "profiles").exit_code, 0);
  return profiles.column(
      "SELECT id FROM profiles WHERE json_extract(subscriptions_email_marketing_suppression, '$[0].timestamp') < '" +
      before + "' ORDER BY id");
}

TEST(GlobalExclusions, AreTheSuppressedProfilesWithReasonAndTime) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "profiles=2500"});
  Load load(emulator);
  const auto result = load.bulkload("run", "global_exclusions");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(difference(load.ids("global_exclusions"), suppressed(emulator)), "");
  EXPECT_EQ(load.column("SELECT count(*) FROM global_exclusions WHERE suppression_reason IS NULL OR "
                        "suppression_timestamp IS NULL OR suppression_reason <> "
                        "json_extract(subscriptions_email_marketing_suppression, '$[0].reason')"),
            std::vector<std::string>{"0"});
  EXPECT_EQ(emulator.stats().at("refused").size(), 0U) << emulator.stats().at("refused");
}

TEST(GlobalExclusions, OfOneRunAfterTheOtherAreThereOnce) {
  const EmulatorProcess emulator({"--no-rate-limits", "--size", "profiles=2500"});
  Load load(emulator);
  std::string start = "2020-01-01";
  for (const std::string end : {"2024-07-01", "2025-03-03T03:03:03.75", "2025-12-24T18:00:00.25", "2026-11-20"}) {
    load.in = {{"incremental", "true"}, {"start_time", "\"" + start + "\""}, {"end_time", "\"" + end + "\""}};
    const auto result = load.bulkload("run", "suppressions");
    ASSERT_EQ(result.exit_code, 0) << result.err;
    start = end;
  }
  EXPECT_EQ(difference(load.ids("suppressions"), suppressed(emulator, start)), "");
  EXPECT_EQ(emulator.stats().at("refused").size(), 0U) << emulator.stats().at("refused");
}

TEST(Beta, IsReadOnlyWhenAskedForAndWithTheRevisionsBeta) {
  const EmulatorProcess emulator({"--no-rate-limits"});
  Load load(emulator);
  const auto refused = load.bulkload("run", "translations");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("'translations' is published as beta"));
  EXPECT_THAT(refused.err, HasSubstr("set beta: true"));
  EXPECT_EQ(emulator.stats().at("requests"), 0);
  for (const std::string source :
       {"agent_secrets", "agent_skills", "api_keys", "applications", "billing_usage", "brand_buttons", "brand_colors",
        "brand_email_defaults", "brand_logos", "brand_social_groups", "sending_domains", "text_messaging_senders",
        "translations"}) {
    SCOPED_TRACE(source);
    load.in = {{"beta", "true"}};
    const auto run = load.bulkload("run", source);
    ASSERT_EQ(run.exit_code, 0) << run.err;
    EXPECT_EQ(difference(load.ids(source), true_ids(emulator, source)), "");
    EXPECT_EQ(load.column("SELECT count(*) FROM " + source + " WHERE json_extract(attributes, '$.name') IS NULL"),
              std::vector<std::string>{"0"});
  }
}

}  // namespace
}  // namespace e2e
