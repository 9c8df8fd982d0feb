#include "bulkload/property_columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bulkload {
namespace {

using testing::ElementsAre;

TEST(PropertySample, GivesAColumnOfTheTypeThatAllValuesHave) {
  PropertySample sample("event_properties");
  sample.add("event_properties",
             R"({"$value": 3, "OrderId": 7, "gift": true, "at": "2026-02-10T00:00:00Z", "tags": ["a"]})");
  sample.add("event_properties",
             R"({"$value": 3.5, "OrderId": 8, "gift": null, "at": "2026-02-11", "tags": {"b": 1}})");
  sample.add("event_properties", R"({"mixed": 1})");
  sample.add("event_properties", R"({"mixed": "1", "nothing": null})");
  sample.add("event_properties", "[1]");
  sample.add("event_properties", "no JSON");
  EXPECT_THAT(sample.columns(),
              ElementsAre(PropertyColumn{"property_value", R"(event_properties."$value")", Type::float64},
                          PropertyColumn{"property_orderid", R"(event_properties."OrderId")", Type::int64},
                          PropertyColumn{"property_at", R"(event_properties."at")", Type::timestamp},
                          PropertyColumn{"property_gift", R"(event_properties."gift")", Type::boolean},
                          PropertyColumn{"property_mixed", R"(event_properties."mixed")", Type::string},
                          PropertyColumn{"property_nothing", R"(event_properties."nothing")", Type::string},
                          PropertyColumn{"property_tags", R"(event_properties."tags")", Type::json}));
}

TEST(PropertySample, NamesAreDifferentAndSayWhoseTheyAre) {
  PropertySample sample("properties");
  sample.add("properties", R"({"Item Name": 1, "item name": 2, "日本": 3, "a\"b\\c": 4})");
  sample.add("profile_properties", R"({"Item Name": 1})");
  EXPECT_THAT(
      sample.columns(),
      ElementsAre(PropertyColumn{"profile_property_item_name", R"(profile_properties."Item Name")", Type::int64},
                  PropertyColumn{"property_item_name", R"(properties."Item Name")", Type::int64},
                  PropertyColumn{"property_a_b_c", R"(properties."a\"b\\c")", Type::int64},
                  PropertyColumn{"property_item_name_2", R"(properties."item name")", Type::int64},
                  PropertyColumn{"property_x", R"(properties."日本")", Type::int64}));
}

TEST(PropertySample, KeepsTheMostFrequentOnesWhenThereAreTooMany) {
  PropertySample sample("properties");
  for (size_t i = 0; i <= kMaxPropertyColumns; ++i) {
    sample.add("properties", "{\"p" + std::to_string(i) + "\": 1, \"often\": 1}");
  }
  const auto columns = sample.columns();
  ASSERT_EQ(columns.size(), kMaxPropertyColumns);
  EXPECT_EQ(columns.front().name, "property_often");
}

}  // namespace
}  // namespace bulkload
