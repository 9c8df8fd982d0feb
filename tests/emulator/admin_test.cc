#include "admin.h"

#include <algorithm>

#include "test_client.h"

namespace emulator {
namespace {

class Administration : public testing::Test {
 protected:
  Answer run(const std::string& method, const std::string& path, const std::string& query, const std::string& body) {
    Request request;
    request.method = method;
    request.path = path;
    request.query = query;
    request.body = body;
    return administer(api_, request);
  }

  Json post(const std::string& path, const std::string& body) { return Json::parse(run("POST", path, "", body).body); }

  Json rows(const std::string& query) {
    const Answer answer = run("GET", "/_emulator/rows", query, "");
    std::string text;
    for (std::string part; answer.next_part(part); part.clear()) text += part;
    return Json::parse(text).at("rows");
  }

  Api api_{open_api(), small_dataset()};
};

TEST_F(Administration, RowsAreWhatPagingYields) {
  for (const auto& [name, source] : api_.newest_facts().sources()) {
    if (source.beta) continue;
    std::vector<std::string> read;
    for (const auto& filter : complete_filters(api_, name)) {
      const auto part = ids_of(get_all(api_, target_of(name, {{"filter", filter}})));
      read.insert(read.end(), part.begin(), part.end());
    }
    std::vector<std::string> listed;
    for (const Json& row : rows("source=" + name)) listed.push_back(row.at("id").get<std::string>());
    std::sort(read.begin(), read.end());
    std::sort(listed.begin(), listed.end());
    EXPECT_EQ(read, listed) << name;
  }
}

TEST_F(Administration, RowTimesAreTheAttributesOnes) {
  std::map<std::string, std::string> updated;
  for (const Json& row : get_all(api_, "/api/profiles")) {
    updated[row.at("id").get<std::string>()] = row.at("attributes").at("updated").get<std::string>();
  }
  for (const Json& row : rows("source=profiles&field=updated")) {
    const auto time = row.at("time").get<std::string>();
    EXPECT_EQ(updated.at(row.at("id").get<std::string>()), time.substr(0, time.size() - 1) + "+00:00");
  }
  EXPECT_TRUE(rows("source=coupons").at(0).at("time").is_null());
}

TEST_F(Administration, ManyRowsComeInParts) {
  const Type& type = *api_.newest_facts().source("tags")->type;
  api_.dataset().grow(type, 25'000, now_us());
  EXPECT_EQ(rows("source=tags").size(), 25'060U);
}

TEST_F(Administration, GrownRowsAreRecentAndFoundByTheirTime) {
  const Json grown = post("/_emulator/grow", R"({"source": "events", "count": 5, "age_sec": 3600})");
  ASSERT_EQ(grown.at("ids").size(), 5U);
  const std::string since = format_utc(now_us() - 7200 * kSecond);
  const auto found =
      get_all(api_, target_of("events", {{"filter", "greater-than(datetime," + since + ")"}, {"sort", "datetime"}}));
  EXPECT_EQ(Json(ids_of(found)), grown.at("ids"));
  EXPECT_EQ(rows("source=events").size(), 1005U);
}

TEST_F(Administration, RowsGrownIntoThePastAreSortedIn) {
  const int64_t age_sec = (now_us() - *parse_instant("2025-03-01")) / kSecond;
  post("/_emulator/grow", R"({"source": "events", "count": 3, "age_sec": )" + std::to_string(age_sec) + "}");
  const auto events = get_all(api_, "/api/events?sort=datetime");
  EXPECT_EQ(events.size(), 1003U);
  EXPECT_TRUE(std::is_sorted(events.begin(), events.end(), [](const Json& a, const Json& b) {
    return a.at("attributes").at("datetime") < b.at("attributes").at("datetime");
  }));
}

TEST_F(Administration, TouchedRowsMoveToTheEndOfTheUpdatedOrder) {
  const Json touched = post("/_emulator/touch", R"({"source": "profiles", "count": 3, "age_sec": 8})");
  auto last = ids_of(get_all(api_, "/api/profiles?sort=updated"));
  last.erase(last.begin(), last.end() - 3);
  EXPECT_EQ(Json(last), touched.at("ids"));
}

TEST_F(Administration, DeletedRowsAreGone) {
  const Json deleted = post("/_emulator/delete", R"({"source": "lists", "count": 2})");
  const auto ids = ids_of(get_all(api_, "/api/lists"));
  EXPECT_EQ(ids.size(), 23U);
  for (const Json& id : deleted.at("ids")) EXPECT_EQ(std::count(ids.begin(), ids.end(), id.get<std::string>()), 0);
  EXPECT_EQ(rows("source=lists").size(), 23U);
}

TEST_F(Administration, ResetClearsCountersAndFaults) {
  post("/_emulator/faults", R"({"rules": [{"count": -1, "do": {"status": 500}}]})");
  EXPECT_EQ(get(api_, "/api/lists").status, 500);
  post("/_emulator/reset", "");
  EXPECT_EQ(get(api_, "/api/lists").status, 200);
  EXPECT_EQ(Json::parse(run("GET", "/_emulator/stats", "", "").body).at("by_status"), Json({{"200", 1}}));
}

TEST_F(Administration, CommandsThatMakeNoSenseSayWhy) {
  EXPECT_EQ(run("GET", "/_emulator/rows", "source=nothing", "").status, 400);
  EXPECT_EQ(run("GET", "/_emulator/rows", "source=lists&field=colour", "").status, 400);
  EXPECT_EQ(run("POST", "/_emulator/grow", "", "{").status, 400);
  EXPECT_EQ(run("POST", "/_emulator/grow", "", R"({"source": "nothing"})").status, 400);
  EXPECT_EQ(run("POST", "/_emulator/grow", "", R"({"source": "lists", "count": "many"})").status, 400);
  EXPECT_EQ(run("POST", "/_emulator/faults", "", "nonsense").status, 400);
  EXPECT_EQ(run("GET", "/_emulator/nothing", "", "").status, 404);
}

}  // namespace
}  // namespace emulator
