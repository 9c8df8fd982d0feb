#include "klaviyo/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "config_text.h"

namespace klaviyo {
namespace {

TEST(Options, EveryKeyAndAliasIsThereOnce) {
  std::set<std::string_view> names;
  for (const Option& option : options()) {
    EXPECT_TRUE(names.insert(option.key).second) << option.key;
    for (const std::string_view alias : option.aliases) EXPECT_TRUE(names.insert(alias).second) << alias;
    EXPECT_FALSE(option.help.empty()) << option.key;
    EXPECT_EQ(find_option(option.key), &option);
    for (const std::string_view alias : option.aliases) EXPECT_EQ(find_option(alias), &option);
  }
  EXPECT_EQ(find_option("incremetal"), nullptr);
  EXPECT_EQ(find_option(""), nullptr);
}

TEST(Options, TargetsFitTheTypes) {
  for (const Option& option : options()) {
    const OptionTarget& target = option.target;
    switch (option.type) {
      case OptionType::boolean:
        EXPECT_TRUE(std::holds_alternative<bool Config::*>(target)) << option.key;
        break;
      case OptionType::number:
        EXPECT_TRUE(std::holds_alternative<double Config::*>(target)) << option.key;
        break;
      case OptionType::time:
        EXPECT_TRUE(std::holds_alternative<std::optional<int64_t> Config::*>(target)) << option.key;
        break;
      case OptionType::text_list:
        EXPECT_TRUE(std::holds_alternative<std::vector<std::string> Config::*>(target)) << option.key;
        break;
      case OptionType::integer:
        EXPECT_LT(option.min, option.max) << option.key;
        break;
      default:
        break;
    }
  }
}

TEST(Options, DefaultsOfTheTableAreThoseOfConfig) {
  const Config parsed = test::accepted("events");
  const Config plain;
  EXPECT_EQ(parsed.skip_related_objects, plain.skip_related_objects);
  EXPECT_EQ(parsed.incremental, plain.incremental);
  EXPECT_EQ(parsed.lookback_sec, plain.lookback_sec);
  EXPECT_EQ(parsed.retry_limit, plain.retry_limit);
  EXPECT_EQ(parsed.retry_initial_wait_sec, plain.retry_initial_wait_sec);
  EXPECT_EQ(parsed.max_retry_wait_sec, plain.max_retry_wait_sec);
  EXPECT_EQ(parsed.connection_timeout_sec, plain.connection_timeout_sec);
  EXPECT_EQ(parsed.read_timeout_sec, plain.read_timeout_sec);
  EXPECT_EQ(parsed.write_timeout_sec, plain.write_timeout_sec);
  EXPECT_EQ(parsed.parallel_requests, plain.parallel_requests);
  EXPECT_EQ(parsed.rate_limit_share, plain.rate_limit_share);
  EXPECT_EQ(parsed.base_url, plain.base_url);
}

TEST(Options, SayWhatTheyTake) {
  EXPECT_EQ(expected_value(*find_option("retry_limit")), "a whole number from 1 to 7");
  EXPECT_EQ(expected_value(*find_option("rate_limit_share")), "a number from 0.01 to 1");
  EXPECT_EQ(expected_value(*find_option("max_retry_wait_sec")), "a whole number from 30 to 1800");
  EXPECT_EQ(expected_value(*find_option("incremental")), "true or false");
}

TEST(Options, OfParentsAreTheIdsAlone) {
  for (const Option& option : options()) EXPECT_EQ(option.of_parents, option.key == "ids") << option.key;
}

TEST(Options, OfOneSourceAgreeWithTheCatalogue) {
  for (const Source& source : sources()) {
    EXPECT_EQ(find_option("skip_related_objects")->source == source.name, !source.joined.empty()) << source.name;
  }
}

}  // namespace
}  // namespace klaviyo
