#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config_text.h"

namespace klaviyo {
namespace {

using test::accepted;
using test::parse;

std::string fingerprint(std::string_view source, std::string_view more = {}) {
  return accepted(source, more).fingerprint;
}

TEST(Fingerprint, IsADigest) {
  EXPECT_THAT(fingerprint("events"), testing::MatchesRegex("sha256:[0-9a-f]{64}"));
  EXPECT_EQ(fingerprint("events"), fingerprint("event"));
}

TEST(Fingerprint, ChangesWithWhatDecidesRowsAndColumns) {
  const std::string base = "incremental: true\nstart_time: 2026-01-01\n";
  const std::string plain = fingerprint("profiles", base);
  EXPECT_NE(fingerprint("lists", base), plain);
  for (const std::string more :
       {"revision_time: 2025-10-15", "incremental_field: created", "end_time: 2026-01-02", "lookback_sec: 1",
        "columns: [id]", "filter: equals(a,b)", "additional_fields: subscriptions", "include: push-tokens",
        "base_url: https://b.klaviyo.com"}) {
    EXPECT_NE(fingerprint("profiles", base + more), plain) << more;
  }
  EXPECT_NE(fingerprint("profiles", "incremental: true\nstart_time: 2026-01-02"), plain);
  EXPECT_NE(fingerprint("profiles", "start_time: 2026-01-01"), plain);
  EXPECT_NE(fingerprint("profiles", "columns: [id, email]"), fingerprint("profiles", "columns: [email, id]"));
  EXPECT_NE(fingerprint("lists", "columns: [created]"),
            fingerprint("lists", "columns: [{name: created, type: string}]"));
  EXPECT_NE(fingerprint("events", "skip_related_objects: true"), fingerprint("events"));
  EXPECT_NE(fingerprint("coupon_codes", "ids: a"), fingerprint("coupon_codes"));
}

TEST(Fingerprint, TellsRevisionsApartThatAreAnsweredAlike) {
  EXPECT_NE(fingerprint("lists", "revision_time: 2022-12-17"), fingerprint("lists", "revision_time: 2023-02-22"));
}

TEST(Fingerprint, DoesNotChangeWithTheWayRowsAreRead) {
  const std::string plain = fingerprint("profiles");
  for (const std::string more :
       {"type: klaviyo", "retry_limit: 1", "retry_initial_wait_sec: 2", "max_retry_wait_sec: 30",
        "read_timeout_sec: 30", "connect_timeout: 30", "write_timeout: 30", "parallel_requests: 1",
        "rate_limit_share: 0.5", "page_size: 7", "ca_file: /proc/self/status", "td_authentication_id: 1",
        "incremental: false", "base_url: https://A.klaviyo.com:443/", "revision_time: 2026-07-15"}) {
    EXPECT_EQ(fingerprint("profiles", more), plain) << more;
  }
  EXPECT_EQ(fingerprint("campaigns", "include: [tags, campaign_messages]"),
            fingerprint("campaigns", "include: [campaign-messages, tags]"));
  EXPECT_EQ(fingerprint("events", "start_time: 2026-01-01T09:00:00+09:00"),
            fingerprint("events", "start_time: 2026-01-01"));
}

TEST(Fingerprint, AccountIsOfTheKeyAlone) {
  const auto account = [](std::string_view source, std::string_view key) {
    const base::Result<Config> config =
        parse("data_source: " + std::string(source) + "\napi_token: " + std::string(key));
    EXPECT_TRUE(config.ok()) << config.status().message();
    return config.ok() ? config->account : "";
  };
  EXPECT_THAT(account("events", "pk_one"), testing::MatchesRegex("hmac:[0-9a-f]{32}"));
  EXPECT_EQ(account("events", "pk_one1"), account("lists", "pk_one1"));
  EXPECT_NE(account("events", "pk_one1"), account("events", "pk_two2"));
  const base::Result<Config> other = parse("data_source: events\napi_token: pk_other");
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(other->fingerprint, fingerprint("events"));
}

}  // namespace
}  // namespace klaviyo
