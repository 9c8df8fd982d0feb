#include <algorithm>
#include <functional>
#include <set>

#include "test_client.h"

namespace emulator {
namespace {

class Filter : public testing::Test {
 protected:
  std::vector<Json> read(const std::string& source, const std::string& filter, const std::string& sort = {}) {
    return get_all(api_, target_of(source, {{"filter", filter}, {"sort", sort}}));
  }

  // The filter shows exactly the rows of the unfiltered list for which `wanted` holds.
  void expect_rows(const std::string& source, const std::string& filter,
                   const std::function<bool(const Json&)>& wanted) {
    std::set<std::string> expected;
    for (const Json& row : all_rows(source)) {
      if (wanted(row)) expected.insert(row.at("id").get<std::string>());
    }
    const auto found = ids_of(read(source, filter));
    EXPECT_EQ(std::set<std::string>(found.begin(), found.end()), expected) << filter;
    EXPECT_EQ(found.size(), expected.size()) << filter;
    EXPECT_FALSE(expected.empty()) << filter;
  }

  // The unfiltered list, read once.
  const std::vector<Json>& all_rows(const std::string& source) {
    auto& rows = all_rows_[source];
    if (rows.empty()) rows = read(source, "");
    return rows;
  }

  Api api_{open_api(), small_dataset()};
  std::map<std::string, std::vector<Json>> all_rows_;
};

std::function<bool(const Json&)> attribute(const char* name, std::function<bool(const Json&)> test) {
  return [name, test](const Json& row) { return test(row.at("attributes").at(name)); };
}

std::string text(const Json& json) { return json.is_string() ? json.get<std::string>() : std::string(); }

TEST_F(Filter, BoundsOnTimesAreExact) {
  const auto events = read("events", "", "datetime");
  const std::string at = text(events.at(600).at("attributes").at("datetime"));
  ASSERT_EQ(at, text(events.at(601).at("attributes").at("datetime"))) << "a tie is wanted here";
  const std::string bound = at.substr(0, 19) + 'Z';
  const auto datetime = [&](auto test) {
    return attribute("datetime", [&at, test](const Json& j) { return test(text(j), at); });
  };
  expect_rows("events", "greater-than(datetime," + bound + ')', datetime(std::greater<>()));
  expect_rows("events", "greater-or-equal(datetime," + bound + ')', datetime(std::greater_equal<>()));
  expect_rows("events", "less-than(datetime," + bound + ')', datetime(std::less<>()));
  expect_rows("events", "less-or-equal(datetime," + bound + ')', datetime(std::less_equal<>()));
}

TEST_F(Filter, TimestampIsComparedAsANumber) {
  expect_rows("events", "greater-or-equal(timestamp,1740000000)",
              attribute("timestamp", [](const Json& json) { return json.get<int64_t>() >= 1740000000; }));
}

TEST_F(Filter, WindowsPartitionTheRowsInBothDirections) {
  const auto all = all_ids(api_, "events");
  for (const char* sort : {"datetime", "-datetime", ""}) {
    std::vector<std::string> found;
    for (const auto& [from, to] :
         std::vector<std::pair<std::string, std::string>>{{"2024-01-01", "2025-01-01"},
                                                          {"2025-01-01", "2025-07-04T12:00:00Z"},
                                                          {"2025-07-04T12:00:00Z", "2026-11-01"}}) {
      const auto part =
          ids_of(read("events", "greater-or-equal(datetime," + from + "),less-than(datetime," + to + ")", sort));
      EXPECT_FALSE(part.empty());
      found.insert(found.end(), part.begin(), part.end());
    }
    std::sort(found.begin(), found.end());
    auto expected = all;
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(found, expected) << sort;
  }
}

TEST_F(Filter, MicrosecondsCount) {
  const auto campaigns = read("campaigns", "equals(messages.channel,'email')", "created_at");
  const std::string at = text(campaigns.at(3).at("attributes").at("created_at"));
  ASSERT_EQ(at.size(), 32U) << at;
  const std::string after = "equals(messages.channel,'email'),greater-than(created_at," + at.substr(0, 26) + "Z)";
  for (const Json& row : read("campaigns", after, "created_at"))
    EXPECT_GT(text(row.at("attributes").at("created_at")), at);
  const std::string whole_second =
      "equals(messages.channel,'email'),greater-than(created_at," + at.substr(0, 19) + "Z)";
  EXPECT_GE(read("campaigns", whole_second).size(), campaigns.size() - 3);
}

TEST_F(Filter, TextOperatorsCompareCaseSensitively) {
  expect_rows("tags", "contains(name,\"g 2\")",
              attribute("name", [](const Json& json) { return text(json).find("g 2") != std::string::npos; }));
  expect_rows("tags", "starts-with(name,\"Tag 1\")",
              attribute("name", [](const Json& json) { return text(json).starts_with("Tag 1"); }));
  expect_rows("tags", "ends-with(name,\"5\")",
              attribute("name", [](const Json& json) { return text(json).ends_with('5'); }));
  EXPECT_TRUE(read("tags", "contains(name,\"TAG\")").empty());
}

TEST_F(Filter, QuotesAndEscapesAreRead) {
  const auto quoted = [](const Json& json) { return text(json).find('"') != std::string::npos; };
  expect_rows("tags", R"f(contains(name,"\"quoted\", (a|b)"))f", attribute("name", quoted));
  expect_rows("tags", R"f(contains(name,'"quoted"'))f", attribute("name", quoted));
}

TEST_F(Filter, EqualsAndAnyFindByIdAndName) {
  const auto ids = all_ids(api_, "lists");
  EXPECT_EQ(ids_of(read("lists", "equals(id,\"" + ids[3] + "\")")), std::vector<std::string>{ids[3]});
  EXPECT_EQ(read("lists", "any(id,[\"" + ids[3] + "\",'" + ids[9] + "', \"none\"])").size(), 2U);
  expect_rows("lists", "equals(name,\"Newsletter 4\")",
              attribute("name", [](const Json& j) { return text(j) == "Newsletter 4"; }));
}

TEST_F(Filter, BooleansAndNumbers) {
  expect_rows("segments", "equals(is_active,false)", attribute("is_active", [](const Json& j) { return j == false; }));
  expect_rows("reviews", "greater-or-equal(rating,4)",
              attribute("rating", [](const Json& j) { return j.is_number() && j.get<int>() >= 4; }));
  expect_rows("reviews", "any(rating,[1,5])", attribute("rating", [](const Json& j) { return j == 1 || j == 5; }));
}

TEST_F(Filter, NestedFieldsAndAlternatives) {
  expect_rows("metrics", "equals(integration.name,\"Shopify\")",
              attribute("integration", [](const Json& j) { return j.at("name") == "Shopify"; }));
  expect_rows("reviews", "equals(status,\"rejected\")",
              attribute("status", [](const Json& j) { return j.at("value") == "rejected"; }));
  expect_rows("reviews", "equals(status,\"all\")", [](const Json&) { return true; });
}

TEST_F(Filter, RelatedIds) {
  const std::string metric = all_ids(api_, "metrics").at(2);
  expect_rows("events", "equals(metric_id,\"" + metric + "\")",
              [&](const Json& row) { return row.at("relationships").at("metric").at("data").at("id") == metric; });
  expect_rows("events", "has(profile)",
              [](const Json& row) { return !row.at("relationships").at("profile").at("data").is_null(); });
  const auto variants = get_json(api_, "/api/catalog-items?include=variants").at("data").at(0);
  const auto found = read("catalog-variants", "equals(item.id,\"" + text(variants.at("id")) + "\")");
  EXPECT_EQ(found.size(), variants.at("relationships").at("variants").at("data").size());
}

TEST_F(Filter, IsStarredIsAcceptedAndNotApplied) {
  EXPECT_EQ(read("segments", "equals(is_starred,true)").size(), read("segments", "").size());
}

TEST_F(Filter, DefaultListsLeaveArchivedRowsOut) {
  EXPECT_EQ(read("flows", "").size(), read("flows", "equals(archived,false)").size());
  EXPECT_EQ(read("flows", "equals(archived,true)").size() + read("flows", "").size(), all_ids(api_, "flows").size());
  EXPECT_FALSE(read("flows", "equals(archived,true)").empty());
}

TEST_F(Filter, SuppressionTimesOfProfiles) {
  const std::string path = "subscriptions.email.marketing.suppression.timestamp";
  const auto rows = get_all(api_, target_of("profiles", {{"filter", "greater-than(" + path + ",2025-01-01)"},
                                                         {"additional-fields[profile]", "subscriptions"}}));
  ASSERT_FALSE(rows.empty());
  for (const Json& row : rows) {
    const Json& suppression = row.at("attributes").at("subscriptions").at("email").at("marketing").at("suppression");
    EXPECT_GT(text(suppression.at(0).at("timestamp")), "2025-01-01");
  }
}

}  // namespace
}  // namespace emulator
