#include "klaviyo/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "klaviyo/pager.h"
#include "test_sources.h"

namespace klaviyo {
namespace {

std::string parameter(const net::ApiRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.query) {
    if (key == name) return value;
  }
  return "(none)";
}

net::ApiRequest request_of(const Config& config, PageRequest page = {}) {
  if (!page.page_size) page.page_size = page_size_of(*config.source, config);
  return make_request(config, read_order(config), page);
}

TEST(Request, EventsAskForThousandWithMetricAndProfileInTheOrderOfTime) {
  PageRequest page;
  page.query = {us("2026-02-10T00:00:00Z"), us("2026-02-11T00:00:00Z")};
  const auto request = request_of(windowed("events", "datetime"), page);
  EXPECT_EQ(request.path, "/api/events");
  EXPECT_EQ(parameter(request, "filter"),
            "greater-or-equal(datetime,2026-02-10T00:00:00Z),less-than(datetime,2026-02-11T00:00:00Z)");
  EXPECT_EQ(parameter(request, "include"), "metric,profile");
  EXPECT_EQ(parameter(request, "sort"), "datetime");
  EXPECT_EQ(parameter(request, "page[size]"), "1000");
}

TEST(Request, EventsWithoutRelatedObjectsIncludeNothing) {
  Config config = windowed("events", "datetime");
  config.skip_related_objects = true;
  EXPECT_EQ(parameter(request_of(config), "include"), "(none)");
}

TEST(Request, RetiredRevisionSendsNoSortToListsAndNoPageSize) {
  Config config = windowed("lists", "updated");
  config.effective_revision = "2025-01-15";
  config.literal_revision = "2022-10-17";
  PageRequest page;
  page.query.from_us = us("2023-06-01T17:06:39.698883Z");
  const auto request = request_of(config, page);
  EXPECT_EQ(parameter(request, "filter"), "greater-than(updated,2023-06-01T17:06:38Z)");
  EXPECT_EQ(parameter(request, "sort"), "(none)");
  EXPECT_EQ(parameter(request, "page[size]"), "(none)");
  EXPECT_FALSE(read_order(config).by_time);
}

TEST(Request, CampaignPassesNameChannelAndArchive) {
  const Config config = windowed("campaigns", "updated");
  PageRequest page;
  page.pass = &config.source->passes.front();
  page.query.to_us = us("2026-02-11T00:00:00Z");
  EXPECT_EQ(parameter(request_of(config, page), "filter"),
            "equals(messages.channel,'email'),equals(archived,false),less-than(updated_at,2026-02-11T00:00:00Z)");
}

TEST(Request, CouponCodesNameTheirCoupons) {
  PageRequest page;
  page.parents = {"10OFF", "a\"b\\c"};
  EXPECT_EQ(parameter(request_of(config_of("coupon_codes"), page), "filter"), R"(any(coupon.id,["10OFF","a\"b\\c"]))");
}

TEST(Request, BelowAParentHasItsIdInThePathAndItsWindowOnTheTimeOfJoining) {
  PageRequest page;
  page.parents = {"$custom:::ITEM-1/2"};
  page.query.from_us = us("2026-02-10T00:00:00Z");
  const auto request = request_of(windowed("list_profiles", "joined_group_at"), page);
  EXPECT_EQ(request.path, "/api/lists/%24custom%3A%3A%3AITEM-1%2F2/profiles");
  EXPECT_EQ(request.rate_name(), "/api/lists/{id}/profiles") << "one rate class for all lists";
  EXPECT_EQ(parameter(request, "filter"), "greater-or-equal(joined_group_at,2026-02-10T00:00:00Z)");
  EXPECT_EQ(parameter(request, "sort"), "joined_group_at");
}

TEST(Request, IdsAloneComeInASteadyOrderAndTakeNoFields) {
  PageRequest page;
  page.parents = {"Y6nRLr"};
  const auto request = request_of(config_of("list_profile_ids"), page);
  EXPECT_EQ(request.path, "/api/lists/Y6nRLr/relationships/profiles");
  EXPECT_EQ(parameter(request, "sort"), "joined_group_at");
  EXPECT_EQ(parameter(request, "filter"), "(none)");
}

TEST(Request, ConfiguredTermsAndFieldsArePassedThrough) {
  Config config = config_of("profiles");
  config.filters = {"equals(email,\"a@b.c\")"};
  config.additional_fields = {"subscriptions"};
  config.page_size = 50;
  const auto request = request_of(config);
  EXPECT_EQ(parameter(request, "filter"), "equals(email,\"a@b.c\")");
  EXPECT_EQ(parameter(request, "additional-fields[profile]"), "subscriptions");
  EXPECT_EQ(parameter(request, "page[size]"), "50");
}

TEST(Request, CostlyFieldsCountAgainstTheirOwnRate) {
  Config config = config_of("profiles");
  EXPECT_TRUE(request_of(config).extra_rate.empty());
  config.additional_fields = {"predictive_analytics"};
  const auto extra = request_of(config).extra_rate;
  ASSERT_EQ(extra.size(), 1U);
  EXPECT_EQ(extra[0].name, "predictive_analytics");
  EXPECT_EQ(extra[0].rate.per_minute, 150);
}

TEST(Request, FullReadOfProfilesIsOrderedByWhatNeverChanges) {
  Config config = config_of("profiles");
  config.time_field = reading_field(config);
  EXPECT_EQ(parameter(request_of(config), "sort"), "created");
  EXPECT_EQ(parameter(request_of(config), "filter"), "(none)");
  EXPECT_TRUE(read_order(config).cuttable);
}

TEST(Request, NothingReliesOnTheOrderOfCampaigns) {
  EXPECT_FALSE(read_order(windowed("campaigns", "updated")).by_time);
}

TEST(Pager, OfPassesWithTheSameOlderFilterOnlyTheFirstIsRead) {
  const Source& campaigns = *find_source("campaigns");
  int read = 0;
  for (const Pass& pass : campaigns.passes) read += reads_older_filter(campaigns, pass) ? 1 : 0;
  EXPECT_EQ(read, 2);  // archived and not
}

}  // namespace
}  // namespace klaviyo
