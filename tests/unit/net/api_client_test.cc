#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <thread>

#include "exchange.h"

namespace klaviyo::net {
namespace {

using base::Code;
using net_test::Answer;
using net_test::Exchange;
using net_test::failing;
using net_test::http_answer;
using net_test::kBody;
using net_test::ok;
using net_test::ScriptedServer;
using net_test::VirtualClock;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

constexpr int64_t kSecond = 1'000'000;

TEST(ApiClient, GivesABodyWithItsTimes) {
  Exchange exchange({Answer{http_answer(
      "200 OK", "Content-Type: application/vnd.api+json\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n", kBody)}});
  const ApiAnswer answer = exchange.get();
  ASSERT_TRUE(answer.status.ok()) << answer.status.message();
  EXPECT_EQ(answer.body, kBody);
  EXPECT_GE(answer.body.capacity(), answer.body.size() + 64);
  EXPECT_EQ(answer.content_type, "application/vnd.api+json");
  EXPECT_EQ(answer.server_time_us, 784'111'777 * kSecond);
  EXPECT_EQ(answer.local_time_us, exchange.clock.now_us());
  EXPECT_EQ(exchange.client->counters().requests, 1);
  EXPECT_EQ(exchange.client->counters().bytes_received, static_cast<int64_t>(std::string_view(kBody).size()));
  EXPECT_EQ(exchange.client->counters().retries, 0);
  EXPECT_EQ(exchange.client->counters().wait_us, 0);
}

TEST(ApiClient, SendsWhatTheServiceWants) {
  Exchange exchange({ok()});
  ASSERT_TRUE(exchange.get().status.ok());
  EXPECT_THAT(exchange.head(),
              testing::StartsWith("GET /api/events?page%5Bsize%5D=1000&page%5Bcursor%5D=cursor%2Bcanary%3D%3D "));
  for (const char* line :
       {"\r\nAuthorization: Klaviyo-API-Key pk_canary_0123456789\r\n", "\r\nrevision: 2026-07-15\r\n",
        "\r\nAccept: application/vnd.api+json\r\n", "\r\nUser-Agent: bulk-input-klaviyo/1.2.3\r\n"}) {
    EXPECT_THAT(exchange.head(), HasSubstr(line));
  }
}

TEST(ApiClient, ABodyIsPostedAsJsonApiAndAgainWhenItFails) {
  Exchange exchange({failing("503 Service Unavailable"), ok()});
  klaviyo::net::ApiRequest request;
  request.path = "/api/flow-values-reports";
  request.body = R"({"data":{}})";
  ASSERT_TRUE(exchange.client->get(request).status.ok());
  EXPECT_EQ(exchange.requests(), 2);
  EXPECT_THAT(exchange.head(), testing::StartsWith("POST /api/flow-values-reports HTTP/1.1"));
  EXPECT_THAT(exchange.head(), HasSubstr("\r\nContent-Type: application/vnd.api+json\r\n"));
  EXPECT_THAT(exchange.head(), HasSubstr("\r\nContent-Length: 11\r\n"));
}

TEST(ApiClient, AsksOlderRevisionsForPlainJsonAndSendsTheConfiguredOne) {
  Exchange exchange({ok()}, [](ApiOptions& options) {
    options.revision = "2022-12-17";
    options.effective_revision = "2024-07-15";
  });
  ASSERT_TRUE(exchange.get().status.ok());
  EXPECT_THAT(exchange.head(), HasSubstr("\r\nAccept: application/json\r\n"));
  EXPECT_THAT(exchange.head(), HasSubstr("\r\nrevision: 2022-12-17\r\n"));
}

TEST(ApiClient, RequestWithoutQueryHasNoQuestionMark) {
  Exchange exchange({ok()});
  ApiRequest request = Exchange::request();
  request.query.clear();
  ASSERT_TRUE(exchange.client->get(request).status.ok());
  EXPECT_THAT(exchange.head(), testing::StartsWith("GET /api/events HTTP/1.1"));
}

TEST(ApiClient, RefusalsAreFinalAndSayWhy) {
  struct Case {
    const char* status;
    Code code;
  };
  for (const Case& refusal :
       {Case{"400 x", Code::remote_fatal}, Case{"401 x", Code::auth}, Case{"403 x", Code::auth},
        Case{"404 x", Code::remote_fatal}, Case{"405 x", Code::remote_fatal}, Case{"410 x", Code::remote_fatal},
        Case{"415 x", Code::remote_fatal}, Case{"422 x", Code::remote_fatal}, Case{"501 x", Code::remote_fatal},
        Case{"301 x", Code::remote_fatal}, Case{"304 x", Code::remote_fatal}}) {
    Exchange exchange({failing(refusal.status)});
    const ApiAnswer answer = exchange.get();
    EXPECT_EQ(answer.status.code(), refusal.code) << refusal.status;
    EXPECT_EQ(answer.status.http_status(), std::stoi(refusal.status));
    EXPECT_EQ(answer.problem.http_status, std::stoi(refusal.status));
    EXPECT_EQ(exchange.requests(), 1) << refusal.status;
  }
}

TEST(ApiClient, ProblemIsTheServices) {
  Exchange exchange({failing("400 Bad Request", "",
                             R"({"errors":[{"code":"invalid","detail":"no","source":{"parameter":"filter"}}]})")});
  const ApiAnswer answer = exchange.get();
  EXPECT_EQ(answer.status.message(), "HTTP 400 invalid: no (parameter filter); GET /api/events");
  EXPECT_EQ(answer.problem.parameter, "filter");
  EXPECT_EQ(answer.body, "");
}

TEST(ApiClient, PacesByTheKnownAndTheStatedLimits) {
  Exchange exchange({Answer{http_answer("200 OK", "RateLimit-Limit: 1, 1;w=1, 15;w=60\r\n", kBody)}});
  for (int i = 0; i < 26; ++i) ASSERT_TRUE(exchange.get().status.ok());  // 13 a minute are nine tenths of 15
  EXPECT_GE(exchange.clock.monotonic_us(), 60 * kSecond);
  EXPECT_LT(exchange.clock.monotonic_us(), 80 * kSecond);
  EXPECT_EQ(exchange.client->counters().wait_us, exchange.clock.monotonic_us());
}

TEST(ApiClient, CountsAgainstExtraClasses) {
  Exchange exchange({ok()});
  ApiRequest request = Exchange::request();
  request.extra_rate = {{"predictive_analytics", RateClass{1, 0, 0}}};
  ASSERT_TRUE(exchange.client->get(request).status.ok());
  request.path = "/api/profiles";
  ASSERT_TRUE(exchange.client->get(request).status.ok());
  EXPECT_GE(exchange.clock.monotonic_us(), kSecond);
}

TEST(ApiClient, LogsRequestsWithoutCursorAndRetriesInTheFieldsForm) {
  Exchange exchange({Answer{"", Answer::Then::close}, failing("429 x"), ok()});
  ASSERT_TRUE(exchange.get().status.ok());
  ASSERT_EQ(exchange.lines.size(), 5u);
  EXPECT_THAT(exchange.lines[0], MatchesRegex("GET /api/events: no answer after [0-9]+ ms"));
  EXPECT_THAT(exchange.lines[1],
              MatchesRegex("Retrying '1'/'5' after [0-9]+\\.[0-9] seconds\\. no answer from 127.0.0.1: .*"));
  EXPECT_THAT(exchange.lines[2], MatchesRegex("GET /api/events: HTTP 429, 2 bytes, [0-9]+ ms"));
  EXPECT_THAT(exchange.lines[3],
              MatchesRegex("Retrying '2'/'5' after [0-9]+\\.[0-9] seconds\\. HTTP status code: 429"));
  EXPECT_THAT(exchange.lines[4], MatchesRegex("GET /api/events: HTTP 200, [0-9]+ bytes, [0-9]+ ms"));
  for (const std::string& line : exchange.lines) EXPECT_THAT(line, Not(HasSubstr("canary")));
}

TEST(ApiClient, KeyEchoedByTheServiceGoesNowhere) {
  const std::string key = "pk_canary_0123456789";
  for (const std::string& body :
       {"{\"errors\":[{\"code\":\"" + key + "\",\"detail\":\"key " + key + " is bad\"}]}", "<html>" + key + "</html>",
        key, std::string("706b5f63616e6172795f30313233343536373839")}) {
    for (const char* status : {"401 x", "500 x"}) {
      Exchange exchange({failing(status, "Content-Type: text/html\r\n", body)});
      const ApiAnswer answer = exchange.get();
      EXPECT_FALSE(answer.status.ok());
      std::string all = answer.status.message() + answer.problem.code + answer.problem.detail;
      for (const std::string& line : exchange.lines) all += line;
      EXPECT_THAT(all, Not(HasSubstr("canary")));
      EXPECT_THAT(all, Not(HasSubstr("706b5f63616e617279")));
    }
  }
}

TEST(ApiClient, StopEndsARequestThatHangs) {
  Exchange exchange({Answer{"", Answer::Then::hang}});
  ApiAnswer answer;
  std::thread lane([&] { answer = exchange.get(); });
  while (exchange.requests() == 0) std::this_thread::yield();
  exchange.stop.request();
  exchange.client->wake();
  lane.join();
  EXPECT_EQ(answer.status.code(), Code::cancelled);
}

/// Tells when somebody waits on it; ends that wait by the stop flag alone.
class BlockingClock final : public base::Clock {
 public:
  int64_t now_us() const override { return 0; }
  int64_t monotonic_us() const override { return 0; }
  bool wait_us(int64_t, const base::StopFlag& stop) override {
    waiting.count_down();
    constexpr int64_t kHourUs = 3600 * kSecond;
    return stop.wait_us(kHourUs);
  }
  std::latch waiting{1};
};

TEST(ApiClient, StopEndsAWaitForARetryOrTheLimiter) {
  for (const Answer& first : {failing("500 x"), ok()}) {
    ScriptedServer server([&](int, const std::string&) { return first; });
    BlockingClock clock;
    base::StopFlag stop;
    const base::Secret token("pk_x");
    const base::Log log;
    ApiOptions options;
    options.base_url = server.origin();
    ApiClient client(options, token, clock, log, stop);
    ApiRequest request = Exchange::request();
    request.rate = {1, 15, 0};
    ApiAnswer answer;
    std::thread lane([&] {
      answer = client.get(request);
      if (answer.status.ok()) answer = client.get(request);
    });
    clock.waiting.wait();
    stop.request();
    client.wake();
    lane.join();
    EXPECT_EQ(answer.status.code(), Code::cancelled);
    EXPECT_EQ(server.requests(), 1);
  }
}

TEST(ApiClient, ManyLanesGetTheirAnswersThroughFailures) {
  std::atomic<int> served{0};
  ScriptedServer server([&](int, const std::string&) { return served++ % 10 == 9 ? failing("503 x") : ok(); });
  VirtualClock clock;
  const base::StopFlag stop;
  const base::Secret token("pk_x");
  const base::Log log;
  ApiOptions options;
  options.base_url = server.origin();
  ApiClient client(options, token, clock, log, stop);
  constexpr int kLanes = 64;
  constexpr int kEach = 10;
  std::atomic<int> right{0};
  std::vector<std::thread> lanes;
  for (int lane = 0; lane < kLanes; ++lane) {
    lanes.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) right += client.get(Exchange::request()).body == kBody ? 1 : 0;
    });
  }
  for (std::thread& lane : lanes) lane.join();
  EXPECT_EQ(right, kLanes * kEach);
  EXPECT_LE(client.counters().requests, static_cast<int64_t>(kLanes * kEach * 1.15));
}

}  // namespace
}  // namespace klaviyo::net
