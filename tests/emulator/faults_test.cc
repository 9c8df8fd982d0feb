#include "faults.h"

#include <algorithm>

#include "test_client.h"

namespace emulator {
namespace {

class FaultyApi : public testing::Test {
 protected:
  void inject(const char* rules) { ASSERT_EQ(api_.faults().add(Json::parse(rules)), ""); }
  Api api_{open_api(), small_dataset()};
  const std::string target_ = "/api/events?sort=datetime&page%5Bsize%5D=100";
};

TEST_F(FaultyApi, RuleHitsTheNthMatchingRequestAndThenStops) {
  inject(R"({"rules": [{"path": "/api/events", "nth": 2, "count": 2,
                        "do": {"status": 503, "headers": {"Retry-After": "1"}, "body": "busy", "content_type": "text/html"}}]})");
  std::vector<int> statuses;
  for (int i = 0; i < 5; ++i) {
    get(api_, "/api/lists");
    statuses.push_back(get(api_, target_).status);
  }
  EXPECT_EQ(statuses, (std::vector<int>{200, 503, 503, 200, 200}));
  EXPECT_TRUE(api_.traffic().stats().at("refused").empty());
  EXPECT_EQ(api_.traffic().stats().at("by_status").at("503"), 2);
}

TEST_F(FaultyApi, StatusComesWithItsHeadersAndBody) {
  inject(
      R"({"rules": [{"do": {"status": 503, "headers": {"Retry-After": "7"}, "body": "busy", "content_type": "text/html"}}]})");
  const Answer answer = get(api_, target_);
  EXPECT_EQ(answer.body, "busy");
  EXPECT_EQ(answer.content_type, "text/html");
  EXPECT_TRUE(std::any_of(answer.headers.begin(), answer.headers.end(),
                          [](const auto& h) { return h.first == "Retry-After" && h.second == "7"; }));
}

TEST_F(FaultyApi, CountOfMinusOneIsForEver) {
  inject(R"({"rules": [{"count": -1, "do": {"status": 500}}]})");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(get(api_, target_).status, 500);
  api_.faults().clear();
  EXPECT_EQ(get(api_, target_).status, 200);
}

TEST_F(FaultyApi, EmptyPageLosesNoRow) {
  const auto expected = ids_of(get_all(api_, target_));
  inject(R"({"rules": [{"nth": 1, "do": {"empty_page": true}}, {"nth": 4, "count": 2, "do": {"empty_page": true}}]})");
  const Json first = get_json(api_, target_);
  EXPECT_TRUE(first.at("data").empty());
  EXPECT_EQ(ids_of(get_all(api_, *next_target(first))), expected);
}

TEST_F(FaultyApi, UnsortedPageHoldsTheSameRows) {
  const auto expected = ids_of(get_json(api_, target_).at("data"));
  inject(R"({"rules": [{"do": {"unsorted": true}}]})");
  const Json document = get_json(api_, target_);
  auto ids = ids_of(document.at("data"));
  EXPECT_NE(ids, expected);
  EXPECT_TRUE(std::is_permutation(ids.begin(), ids.end(), expected.begin(), expected.end()));
}

TEST_F(FaultyApi, ExpiredCursorIsRefusedAndOnlyWhenThereIsOne) {
  inject(R"({"rules": [{"count": -1, "do": {"expire_cursor": true}}]})");
  const Json first = get_json(api_, target_);
  const Answer answer = get(api_, *next_target(first));
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.body.find("Invalid cursor provided."), std::string::npos);
}

TEST_F(FaultyApi, CursorExpiresByAgeOnlyWhenItIsOld) {
  inject(R"({"rules": [{"count": -1, "do": {"expire_cursor": true, "age_sec": 3600}}]})");
  EXPECT_EQ(get_all(api_, target_).size(), 1000U);
}

TEST_F(FaultyApi, RepeatedCursorPointsToThePageItself) {
  inject(R"({"rules": [{"nth": 2, "do": {"repeat_cursor": true}}]})");
  const auto second = next_target(get_json(api_, target_));
  EXPECT_EQ(next_target(get_json(api_, *second)), second);
}

TEST_F(FaultyApi, NextCanBeAnything) {
  const auto next_with = [&](const std::string& next) {
    api_.faults().clear();
    EXPECT_EQ(api_.faults().add({{"rules", {{{"do", {{"next", next}}}}}}}), "");
    return get_json(api_, "/api/lists").at("links").at("next").get<std::string>();
  };
  EXPECT_EQ(next_with("https://evil.example.com/api/lists"), "https://evil.example.com/api/lists");
  EXPECT_EQ(next_with("/api/profiles"), "http://127.0.0.1:8080/api/profiles");
  EXPECT_EQ(next_with("abc"), "http://127.0.0.1:8080/api/lists?page%5Bcursor%5D=abc");
}

TEST_F(FaultyApi, BodyIsReplacedOnce) {
  inject(R"({"rules": [{"do": {"body_replace": ["\"data\":[", "\"date\":["]}}]})");
  EXPECT_TRUE(get_json(api_, "/api/lists").contains("date"));
  EXPECT_TRUE(get_json(api_, "/api/lists").contains("data"));
}

TEST_F(FaultyApi, RulesThatHitTogetherAreCombined) {
  inject(
      R"({"rules": [{"do": {"delay_ms": 5}}, {"do": {"delay_ms": 6, "cut_body_after": 10}}, {"do": {"close": "before_headers", "hang": true}}]})");
  const Answer answer = get(api_, "/api/lists");
  EXPECT_EQ(answer.delay_ms, 11);
  EXPECT_EQ(answer.cut_body_after, 10);
  EXPECT_TRUE(answer.close_before_headers);
  EXPECT_EQ(answer.hang, api_.faults().generation());
}

TEST(Faults, RulesThatMakeNoSenseAreRefusedWhole) {
  for (const char* rules : {"{}", "[]", R"({"rules": [{}]})", R"({"rules": [{"do": {"explode": true}}]})",
                            R"({"rules": [{"do": {"status": 500}}, {"do": {"close": "later"}}]})",
                            R"({"rules": [{"do": {"body_replace": ["a"]}}]})"}) {
    Faults faults;
    EXPECT_NE(faults.add(Json::parse(rules)), "") << rules;
    EXPECT_FALSE(faults.next("/api/lists").status) << rules;
  }
}

}  // namespace
}  // namespace emulator
