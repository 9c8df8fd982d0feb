// Reports: what they refuse, one table row each, and what they say.
#include <gmock/gmock.h>

#include "test_client.h"

namespace emulator {
namespace {

using testing::HasSubstr;

Answer post(Api& api, const std::string& target, const Json& attributes, const std::string& type,
            const std::string& content_type = "application/vnd.api+json") {
  Request request;
  request.method = "POST";
  const size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string::npos) request.query = target.substr(question + 1);
  request.base = kBase;
  request.body = Json{{"data", {{"type", type}, {"attributes", attributes}}}}.dump();
  request.header = [content_type](const char* name) -> std::string {
    const std::map<std::string, std::string> headers{{"Authorization", std::string("Klaviyo-API-Key ") + kKey},
                                                     {"revision", "2026-07-15"},
                                                     {"Content-Type", content_type}};
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  };
  return api.answer(request);
}

const char* const kFlowSeries = "/api/flow-series-reports";

class Reports : public testing::Test {
 protected:
  Reports() : metric_(all_ids(api_, "metrics").front()) {}

  Json flow_series() const {
    return {{"statistics", {"opens", "open_rate"}},
            {"timeframe", {{"start", "2026-05-04T00:00:00"}, {"end", "2026-06-01T00:00:00"}}},
            {"interval", "weekly"},
            {"conversion_metric_id", metric_}};
  }
  Answer post_flow(const Json& attributes, const std::string& target = kFlowSeries) {
    return post(api_, target, attributes, "flow-series-report");
  }

  Api api_{open_api(), small_dataset()};
  std::string metric_;
};

TEST_F(Reports, SeriesHasAValueForEachDateAndFollowsItsCursor) {
  size_t rows = 0;
  std::optional<std::string> target = kFlowSeries;
  int pages = 0;
  for (; target; ++pages) {
    const Answer answer = post_flow(flow_series(), *target);
    ASSERT_EQ(answer.status, 200) << answer.body;
    const Json document = Json::parse(answer.body);
    const Json& attributes = document["data"]["attributes"];
    ASSERT_EQ(attributes["date_times"].size(), 4U);
    EXPECT_EQ(attributes["date_times"][0], "2026-05-04T00:00:00+00:00");
    for (const Json& row : attributes["results"]) EXPECT_EQ(row["statistics"]["opens"].size(), 4U);
    rows += attributes["results"].size();
    target = next_target(document);
  }
  EXPECT_GT(pages, 1);
  EXPECT_EQ(rows, 2 * all_ids(api_, "flows").size());
}

TEST_F(Reports, RefuseWhatThePublishedApiRefuses) {
  struct Change {
    const char* attribute;
    Json value;  // null: left out
    const char* detail;
  };
  const Change changes[] = {
      {"statistics", nullptr, "required"},
      {"statistics", Json::array(), "empty"},
      {"statistics", {"opens", "opens"}, "twice"},
      {"statistics", {"views"}, "'views' is not a valid choice"},
      {"interval", nullptr, "required"},
      {"interval", "day", "not a valid choice"},
      {"interval", "hourly", "too long"},
      {"conversion_metric_id", nullptr, "required"},
      {"conversion_metric_id", "AAAAAA", "does not exist"},
      {"timeframe", {{"key", "last_2_days"}}, "not a valid timeframe"},
      {"timeframe", {{"start", "2026-05-01"}}, "a start and an end"},
      {"timeframe", {{"start", "2026-05-02"}, {"end", "2026-05-01"}}, "after the start"},
      {"timeframe", {{"start", "2024-05-02"}, {"end", "2026-05-01"}}, "1 year"},
      {"timeframe", {{"start", "2199-05-01"}, {"end", "2199-05-02"}}, "future"},
      {"group_by", {"flow_id"}, "flow_message_id is required"},
      {"group_by", {"flow_id", "flow_message_id", "colour"}, "'colour' is not a valid choice"},
      {"filter", "equals(colour,'x')", "not a filterable field"},
      {"filter", "greater-than(flow_id,'x')", "not an allowed filter operator"},
      {"filter", "and(equals(flow_id,'x'),equals(flow_id,'y'))", "Only one filter"},
      {"filter", "equals(flow_id", "parsed"},
      {"page_cursor", "x", "not a valid field"},
  };
  for (const Change& change : changes) {
    Json attributes = flow_series();
    if (change.value.is_null()) {
      attributes.erase(change.attribute);
    } else {
      attributes[change.attribute] = change.value;
    }
    SCOPED_TRACE(attributes.dump());
    const Answer answer = post_flow(attributes);
    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(answer.body, HasSubstr(change.detail));
  }
  EXPECT_EQ(post_flow(flow_series(), std::string(kFlowSeries) + "?page_cursor=x").status, 400);
  EXPECT_EQ(post_flow(flow_series(), std::string(kFlowSeries) + "?sort=id").status, 400);
}

TEST_F(Reports, ArePostedAsJsonApiAlone) {
  EXPECT_EQ(post(api_, kFlowSeries, flow_series(), "flow-series-report", "application/json").status, 415);
  EXPECT_EQ(post(api_, kFlowSeries, flow_series(), "flow-values-report").status, 400);
  EXPECT_EQ(get(api_, kFlowSeries).status, 405);
}

TEST_F(Reports, OfSegmentsHaveNoDataBeforeJune2023) {
  const Json attributes = {{"statistics", {"total_members"}},
                           {"timeframe", {{"start", "2023-05-31T00:00:00"}, {"end", "2023-06-02T00:00:00"}}}};
  const Answer answer = post(api_, "/api/segment-values-reports", attributes, "segment-values-report");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("June 1st, 2023"));
}

TEST_F(Reports, AggregatesHaveTheirTimeInTheFilterAndTheirCursorInTheBody) {
  Json attributes = {{"metric_id", metric_},
                     {"measurements", {"count"}},
                     {"by", {"$message"}},
                     {"filter", {"greater-or-equal(datetime,2026-05-01T00:00:00)"}}};
  const auto ask = [&] { return post(api_, "/api/metric-aggregates", attributes, "metric-aggregate"); };
  EXPECT_THAT(ask().body, HasSubstr("less-than filter"));
  attributes["filter"].push_back("less-than(datetime,2026-05-03T00:00:00)");
  const Json first = Json::parse(ask().body);
  EXPECT_EQ(first["data"]["attributes"]["dates"].size(), 2U);
  EXPECT_EQ(first["data"]["attributes"]["data"].size(), 500U);
  const std::string next = first["links"]["next"];
  attributes["page_cursor"] = next.substr(next.find('=') + 1);
  EXPECT_EQ(Json::parse(ask().body)["data"]["attributes"]["data"].size(), 100U);
  attributes["sort"] = "count";
  EXPECT_EQ(ask().status, 400);
}

TEST(ReportRates, AreOneASecondAndHoldForSetRatesToo) {
  ApiOptions options = open_api();
  options.rate_limits = true;
  Api api(options, small_dataset());
  const auto ask = [&] { return post(api, kFlowSeries, Json::object(), "flow-series-report"); };
  int throttled = 0;
  for (int i = 0; i < 4; ++i) throttled += ask().status == 429 ? 1 : 0;
  EXPECT_GE(throttled, 2);
  Api unlimited(open_api(), small_dataset());
  unlimited.set_rate(kFlowSeries, {.per_second = 0, .per_minute = 0, .per_day = 1});
  EXPECT_EQ(post(unlimited, kFlowSeries, Json::object(), "flow-series-report").status, 400);
  EXPECT_EQ(post(unlimited, kFlowSeries, Json::object(), "flow-series-report").status, 429);
}

}  // namespace
}  // namespace emulator
