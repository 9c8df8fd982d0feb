#include "klaviyo/metric_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace klaviyo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Texts = std::vector<std::string>;

const std::vector<Metric> kMetrics = {{"RESQ6t", "Placed Order", "Shopify"},
                                      {"Xy12ab", "Placed Order", "WooCommerce"},
                                      {"Kt9TqB", "Opened Email", "Klaviyo"},
                                      {"Qq11qq", "Ordered Product", "Shopify"},
                                      {"Ww22ww", "opened email", ""}};

TEST(MetricNames, NamesAndIdsBecomeIdsInTheirOrderEachOnce) {
  const auto ids = find_metrics(Texts{"Ordered Product", "Kt9TqB", "Opened Email", "Qq11qq"}, kMetrics);
  ASSERT_TRUE(ids.ok()) << ids.status().message();
  EXPECT_THAT(*ids, ElementsAre("Qq11qq", "Kt9TqB"));
}

TEST(MetricNames, ExactSpellingGoesBeforeIgnoredCase) {
  EXPECT_THAT(*find_metrics(Texts{"opened email"}, kMetrics), ElementsAre("Ww22ww"));
  EXPECT_THAT(*find_metrics(Texts{"ordered product"}, kMetrics), ElementsAre("Qq11qq"));
}

TEST(MetricNames, UnknownNameIsAConfigErrorWithTheNearestOnes) {
  const auto ids = find_metrics(Texts{"Open Email"}, kMetrics);
  ASSERT_EQ(ids.status().code(), base::Code::config);
  EXPECT_THAT(ids.status().message(), HasSubstr("no metric 'Open Email'; the nearest: 'Opened Email'"));
}

TEST(MetricNames, NameOfSeveralMetricsIsAConfigErrorWithTheirIdsAndIntegrations) {
  const auto ids = find_metrics(Texts{"Placed Order"}, kMetrics);
  ASSERT_EQ(ids.status().code(), base::Code::config);
  EXPECT_THAT(ids.status().message(), HasSubstr("RESQ6t (Shopify), Xy12ab (WooCommerce)"));
}

TEST(MetricNames, TextOfAnIdsFormIsTakenForOne) {
  EXPECT_THAT(*find_metrics(Texts{"ABc123"}, kMetrics), ElementsAre("ABc123"));
  for (const char* id : {"RESQ6t", "0rG4eQ", "aaaaa1", "VkKLmN"}) EXPECT_TRUE(is_metric_id(id)) << id;
  for (const char* name : {"Signup", "signup", "Placed Order", "ABC12", "ABC1234", "AB 123", ""}) {
    EXPECT_FALSE(is_metric_id(name)) << name;
  }
}

TEST(MetricNames, AccountWithoutMetricsIsSaidToHaveNone) {
  EXPECT_THAT(find_metrics(Texts{"Placed Order"}, {}).status().message(), HasSubstr("none at all"));
}

}  // namespace
}  // namespace klaviyo
