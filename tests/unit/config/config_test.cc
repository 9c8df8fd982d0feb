#include "klaviyo/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config_text.h"

namespace klaviyo {
namespace {

using test::accepted;
using test::kNowUs;
using test::parse;
using test::refusal;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Config, HostedSampleLoadsUnchanged) {
  const base::Result<Config> config = parse(
      "type: klaviyo\n"
      "data_source: lists\n"
      "api_token: pk_0123456789\n"
      "revision_time: \"2022-12-17\"\n"
      "incremental: true\n"
      "start_time: \"2023-06-01T17:06:39.698883\"\n"
      "incremental_field: updated\n");
  ASSERT_TRUE(config.ok()) << config.status().message();
  EXPECT_EQ(config->source->name, "lists");
  EXPECT_EQ(config->token.reveal(), "pk_0123456789");
  EXPECT_EQ(config->revision, "2022-12-17");
  EXPECT_EQ(config->literal_revision, "2022-10-17");
  EXPECT_EQ(config->effective_revision, "2025-01-15");
  EXPECT_TRUE(config->incremental);
  ASSERT_NE(config->time_field, nullptr);
  EXPECT_EQ(config->time_field->key, "updated");
  EXPECT_EQ(config->start_us, base::parse_time("2023-06-01T17:06:39.698883Z")->us);
  EXPECT_EQ(config->end_us, std::nullopt);
  EXPECT_THAT(config->warnings,
              ElementsAre(testing::StartsWith("line 4: revision_time: 2022-12-17 is no known revision")));
}

TEST(Config, JsonIsTheSameSection) {
  const base::Result<Config> config = parse(
      R"({"type": "klaviyo", "data_source": "lists", "api_token": "pk_0123456789", "incremental": true,
          "retry_limit": 7, "rate_limit_share": 0.5, "start_time": "2023-06-01T00:00:00Z", "end_time": null})");
  ASSERT_TRUE(config.ok()) << config.status().message();
  EXPECT_EQ(config->source->name, "lists");
  EXPECT_EQ(config->retry_limit, 7);
  EXPECT_EQ(config->rate_limit_share, 0.5);
  EXPECT_EQ(config->end_us, std::nullopt);
}

TEST(Config, DefaultsNeedNothingButSourceAndKey) {
  const Config config = accepted("events");
  EXPECT_EQ(config.revision, "2026-07-15");
  EXPECT_EQ(config.effective_revision, "2026-07-15");
  EXPECT_EQ(config.base_url, "https://a.klaviyo.com");
  EXPECT_EQ(config.page_size, std::nullopt);
  EXPECT_EQ(config.time_field, nullptr);
  EXPECT_THAT(config.columns, IsEmpty());
  EXPECT_THAT(config.warnings, IsEmpty());
}

TEST(Config, ListsAllProblemsAtOnceInTheOrderOfLines) {
  const base::Result<Config> config = parse(
      "type: klavio\n"
      "data_source: evnts\n"
      "api_token: 'pk x'\n"
      "incremetal: true\n"
      "retry_limit: 8\n"
      "rate_limit_share: half\n"
      "incremental: yes\n"
      "start_time: 2026-02-30\n"
      "columns:\n"
      "  - id\n"
      "  - id\n"
      "  - {name: created, type: date}\n"
      "page_size: 0\n"
      "retry_limit: 3\n");
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.status().code(), base::Code::config);
  EXPECT_EQ(config.status().message(),
            "line 1: type: 'klavio' is another plugin; this one is 'klaviyo'\n"
            "line 2: data_source: 'evnts' is no source; did you mean 'events'?\n"
            "line 3: api_token: holds a blank, a control character or one outside ASCII; give the key alone\n"
            "line 4: incremetal: unknown key; the nearest known key is 'incremental'\n"
            "line 5: retry_limit: '8' is not a whole number from 1 to 7\n"
            "line 6: rate_limit_share: 'half' is not a number from 0.01 to 1\n"
            "line 7: incremental: 'yes' is not true or false\n"
            "line 8: start_time: '2026-02-30' is not an ISO 8601 time such as 2026-07-15T00:00:00Z\n"
            "line 11: columns: 'id' is named twice; leave one out\n"
            "line 12: columns: 'date' is no type; the types are: string, long, double, boolean, timestamp, json\n"
            "line 13: page_size: '0' is not a whole number from 1 to 1000\n"
            "line 14: retry_limit: given twice, first in line 5; leave one out");
}

TEST(Config, MissingSourceAndKeyAreProblemsOfTheFirstLine) {
  const base::Result<Config> config = parse("# nothing yet\ntype: klaviyo\n");
  ASSERT_FALSE(config.ok());
  EXPECT_THAT(config.status().message(),
              AllOf(HasSubstr("line 2: data_source: is missing"), HasSubstr("line 2: api_token: is missing")));
}

TEST(Config, NullIsNotGivenAndEmptyIsAProblem) {
  EXPECT_EQ(accepted("lists", "retry_limit: ~\nstart_time: null\nfilter:\ncolumns:").retry_limit, 5);
  EXPECT_THAT(refusal("lists", "start_time: ''"), HasSubstr("line 3: start_time: is empty"));
  EXPECT_THAT(parse("data_source: lists\napi_token:\n").status().message(), HasSubstr("api_token: is missing"));
  EXPECT_THAT(parse("data_source: lists\napi_token: ''\n").status().message(),
              HasSubstr("line 2: api_token: is empty"));
}

TEST(Config, WhatIsNoMapIsRefused) {
  for (const std::string text : {"", "# comment", "- a", "text", "[]", "null"}) {
    EXPECT_THAT(parse(text).status().message(), HasSubstr("the configuration is no map")) << text;
  }
  EXPECT_THAT(parse("data_source: [\n").status().message(), HasSubstr("line 2: column 1: no valid YAML"));
}

TEST(Config, UnknownKeysAreNamedAtMostFiftyTimes) {
  std::string more;
  for (int i = 0; i < 60; ++i) more += "x" + std::to_string(i) + ": 1\n";
  const std::string message = refusal("lists", more);
  EXPECT_THAT(message, HasSubstr("line 52: x49: unknown key"));
  EXPECT_THAT(message, testing::Not(HasSubstr("line 53")));
  EXPECT_THAT(message, HasSubstr("\nand 10 problems more"));
}

TEST(Config, RangesHoldAtBothEnds) {
  struct Range {
    std::string_view key, below, lowest, highest, above;
  };
  for (const Range& range : {Range{"retry_limit", "0", "1", "7", "8"},
                             {"retry_initial_wait_sec", "0", "1", "10", "11"},
                             {"max_retry_wait_sec", "29", "30", "1800", "1801"},
                             {"connection_timeout_sec", "29", "30", "1800", "1801"},
                             {"read_timeout_sec", "29", "30", "1800", "1801"},
                             {"write_timeout_sec", "29", "30", "1800", "1801"},
                             {"parallel_requests", "0", "1", "64", "65"},
                             {"rate_limit_share", "0.009", "0.01", "1", "1.01"},
                             {"lookback_sec", "-1", "0", "3162240000", "3162240001"},
                             {"page_size", "0", "1", "1000", "1001"}}) {
    const std::string key(range.key);
    for (const std::string_view good : {range.lowest, range.highest}) {
      EXPECT_EQ(refusal("events", key + ": " + std::string(good)), "accepted") << key;
    }
    for (const std::string_view bad : {range.below, range.above}) {
      EXPECT_THAT(refusal("events", key + ": " + std::string(bad)), HasSubstr("line 3: " + key + ": '")) << bad;
    }
  }
}

TEST(Config, WholeNumbersAreDecimalDigits) {
  EXPECT_EQ(accepted("lists", "retry_limit: \"3\"").retry_limit, 3);
  for (const std::string text : {"03", "+3", "3.0", "3e0", "0x3", "1_0", "three", "true", "--3", "'-'", "12:30:45",
                                 "99999999999999999999", "' 3'"}) {
    EXPECT_THAT(refusal("lists", "retry_limit: " + text), HasSubstr("retry_limit: ")) << text;
  }
  EXPECT_THAT(refusal("lists", "retry_limit: [3]"), HasSubstr("retry_limit: a list where one value is needed"));
  EXPECT_THAT(refusal("lists", "retry_limit: {a: 3}"), HasSubstr("retry_limit: a map where one value is needed"));
}

TEST(Config, NumbersAreFinite) {
  EXPECT_EQ(accepted("lists", "rate_limit_share: 5e-1").rate_limit_share, 0.5);
  EXPECT_EQ(accepted("lists", "rate_limit_share: 1").rate_limit_share, 1);
  for (const std::string text : {".5", "inf", "nan", ".inf", "0x1", "0.5x", "1e400", "-0.5", "50%"}) {
    EXPECT_THAT(refusal("lists", "rate_limit_share: " + text), HasSubstr("rate_limit_share: ")) << text;
  }
}

TEST(Config, SwitchesAreTrueOrFalse) {
  EXPECT_TRUE(accepted("lists", "incremental: true").incremental);
  EXPECT_FALSE(accepted("lists", "incremental: false").incremental);
  for (const std::string text : {"yes", "no", "on", "off", "y", "True", "TRUE", "1", "0", "[true]"}) {
    EXPECT_THAT(refusal("lists", "incremental: " + text), HasSubstr("line 3: incremental: ")) << text;
  }
}

TEST(Config, AliasesAreTheSameOption) {
  const Config config = accepted("lists",
                                 "maximum_retries: 2\ninitial_retry_wait: 3\nmax_retry_wait: 40\nconnect_timeout: 50\n"
                                 "read_timeout: 60\nwrite_timeout: 70");
  EXPECT_EQ(config.retry_limit, 2);
  EXPECT_EQ(config.retry_initial_wait_sec, 3);
  EXPECT_EQ(config.max_retry_wait_sec, 40);
  EXPECT_EQ(config.connection_timeout_sec, 50);
  EXPECT_EQ(config.read_timeout_sec, 60);
  EXPECT_EQ(config.write_timeout_sec, 70);
  EXPECT_EQ(accepted("lists", "connection_timeout: 80").connection_timeout_sec, 80);
}

TEST(Config, ConflictingKeysAreProblems) {
  EXPECT_EQ(refusal("lists", "retry_limit: 2\nmaximum_retries: 2"),
            "line 4: maximum_retries: is the same option as retry_limit in line 3; leave one out");
  EXPECT_EQ(refusal("lists", "connect_timeout: 30\nconnection_timeout: 30"),
            "line 4: connection_timeout: is the same option as connect_timeout in line 3; leave one out");
  EXPECT_EQ(refusal("lists", "api_token_file: key"),
            "line 3: api_token_file: is given besides api_token; leave one out");
}

TEST(Config, KeysOfTheHostingLayerAreAWarning) {
  EXPECT_THAT(accepted("lists", "td_authentication_id: 360030").warnings,
              ElementsAre(HasSubstr("line 3: td_authentication_id: is not used")));
  EXPECT_THAT(parse("data_source: lists\ntd_authentication_id: 360030\n").status().message(),
              HasSubstr("api_token: is missing"));
}

TEST(Config, SourceNamesHaveManySpellings) {
  for (const std::string name : {"catalog_items", "catalog-items", "catalog_item", "catalog-item", "Catalog_Items"}) {
    EXPECT_EQ(accepted(name).source->name, "catalog_items") << name;
  }
}

TEST(Config, TemplatesLeftInTheTextAreRefused) {
  for (const std::string text : {"'{{ env.START }}'", "${START}", "\"a ${secret:klaviyo.start} b\"", "'x{{x'"}) {
    EXPECT_THAT(refusal("lists", "filter: " + text), HasSubstr("line 3: filter: holds {{ ... }} or ${...}")) << text;
    EXPECT_THAT(refusal("lists", "start_time: " + text), HasSubstr("line 3: start_time: holds {{")) << text;
  }
  EXPECT_THAT(parse("data_source: lists\napi_token: ${KLAVIYO_API_KEY}\n").status().message(),
              HasSubstr("line 2: api_token: holds {{ ... }} or ${...}"));
  EXPECT_THAT(parse("data_source: lists\napi_token: {{ env.KLAVIYO_API_KEY }}\n").status().message(),
              HasSubstr("line 2: column 13: a map or list as a key; close the brackets, and expand"));
}

TEST(Config, RevisionIsADate) {
  EXPECT_EQ(accepted("lists", "revision_time: 2025-04-15").revision, "2025-04-15");
  EXPECT_EQ(accepted("lists", "revision_time: 2026-07-15.pre").revision, "2026-07-15.pre");
  for (const std::string text :
       {"2026-02-30", "20260715", "latest", "2026-7-15", "\"2026-07-15\\r\\nX: y\"", "2026-07-15.p1", "[2026-07-15]"}) {
    EXPECT_THAT(refusal("lists", "revision_time: " + text), HasSubstr("line 3: revision_time: ")) << text;
  }
}

TEST(Config, BaseUrlBecomesAnOrigin) {
  EXPECT_EQ(accepted("lists", "base_url: http://127.0.0.1:8080/").base_url, "http://127.0.0.1:8080");
  EXPECT_THAT(refusal("lists", "base_url: http://a.klaviyo.com"),
              HasSubstr("line 3: base_url: the address is plain http"));
  EXPECT_THAT(refusal("lists", "base_url: https://a.klaviyo.com/api"),
              HasSubstr("line 3: base_url: the address holds a path"));
}

TEST(Config, CaFileMustBeReadable) {
  EXPECT_EQ(accepted("lists", "ca_file: /proc/self/status").ca_file, "/proc/self/status");
  for (const std::string path : {"/nonexistent.pem", "/proc"}) {
    EXPECT_EQ(refusal("lists", "ca_file: " + path), "line 3: ca_file: is no file that can be read");
  }
}

TEST(Config, ThereIsNoWayToSwitchVerificationOff) {
  EXPECT_THAT(refusal("lists", "verify: false"), HasSubstr("line 3: verify: unknown key"));
}

}  // namespace
}  // namespace klaviyo
