// What ApiClient asks again, how often, and how long it waits before that.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text_time.h"
#include "exchange.h"

namespace klaviyo::net {
namespace {

using base::Code;
using net_test::Answer;
using net_test::Exchange;
using net_test::failing;
using net_test::http_answer;
using net_test::json_answer;
using net_test::kBody;
using net_test::ok;
using testing::HasSubstr;

constexpr int64_t kSecond = 1'000'000;
constexpr const char* kThrottled = R"({"errors":[{"code":"throttled","title":"Request was throttled.",
  "detail":"Request was throttled. Expected available in 1 second.","source":{"pointer":"/data"}}]})";

TEST(ApiClient, RetriesWhatMayComeRight) {
  for (const char* status : {"408 x", "425 x", "429 x", "500 x", "502 x", "503 x", "504 x", "520 x", "524 x"}) {
    Exchange exchange({failing(status), failing(status), ok()});
    const ApiAnswer answer = exchange.get();
    EXPECT_TRUE(answer.status.ok()) << status;
    EXPECT_EQ(answer.body, kBody);
    EXPECT_EQ(exchange.requests(), 3) << status;
    EXPECT_EQ(exchange.client->counters().retries, 2) << status;
    EXPECT_EQ(answer.problem.http_status, 0);
  }
}

TEST(ApiClient, GivesUpAfterTheRetryLimit) {
  for (const int limit : {1, 5, 7}) {
    Exchange exchange({failing("503 Unavailable")}, [&](ApiOptions& options) { options.retry_limit = limit; });
    const ApiAnswer answer = exchange.get();
    EXPECT_EQ(answer.status.code(), Code::remote_transient);
    EXPECT_EQ(answer.status.http_status(), 503);
    EXPECT_EQ(answer.problem.http_status, 503);
    EXPECT_THAT(answer.status.message(), HasSubstr("gave up after " + std::to_string(limit) + " retries"));
    EXPECT_EQ(exchange.requests(), limit + 1);
  }
}

TEST(ApiClient, ForbiddenAsHtmlIsRetriedThreeTimes) {
  Exchange exchange({failing("403 Forbidden", "Content-Type: text/html\r\n", "<html>Attention</html>")});
  EXPECT_EQ(exchange.get().status.code(), Code::remote_transient);
  EXPECT_EQ(exchange.requests(), 4);
}

TEST(ApiClient, SuccessWithoutDataIsNeverASuccess) {
  struct Case {
    Answer answer;
    Code code;
    int requests;
  };
  const auto html = "<!DOCTYPE html><html></html>";
  const std::vector<Case> cases{
      {{json_answer("")}, Code::remote_transient, 6},
      {{json_answer(" \r\n")}, Code::remote_transient, 6},
      {{"HTTP/1.1 204 No Content\r\n\r\n"}, Code::remote_transient, 6},
      {{http_answer("200 OK", "Content-Type: text/html\r\n", html)}, Code::remote_transient, 4},
      {{json_answer(html)}, Code::remote_transient, 4},
      {{http_answer("206 Partial Content", "", kBody)}, Code::data, 1}};
  for (const Case& odd : cases) {
    Exchange exchange({odd.answer});
    const ApiAnswer answer = exchange.get();
    EXPECT_EQ(answer.status.code(), odd.code) << odd.answer.bytes;
    EXPECT_EQ(answer.body, "");
    EXPECT_EQ(exchange.requests(), odd.requests) << odd.answer.bytes;
  }
}

TEST(ApiClient, HtmlOfAServerInTroubleHasAllRetries) {
  Exchange exchange({failing("503 x", "Content-Type: text/html\r\n", "<html>")});
  EXPECT_EQ(exchange.get().status.code(), Code::remote_transient);
  EXPECT_EQ(exchange.requests(), 6);
}

TEST(ApiClient, AnswerCutShortAtAnyByteIsAskedForAgain) {
  const std::string packed = net_test::gzip(kBody);
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
  for (const std::string& whole :
       {http_answer("200 OK", "", kBody), http_answer("200 OK", "Content-Encoding: gzip\r\n", packed),
        head + "Connection: close\r\n\r\n" + kBody,
        head + "Connection: close\r\nContent-Encoding: gzip\r\n\r\n" + packed,
        head + "Transfer-Encoding: chunked\r\n\r\n9\r\n" + std::string(kBody).substr(0, 9) + "\r\n22\r\n" +
            std::string(kBody).substr(9) + "\r\n0\r\n\r\n"}) {
    ASSERT_EQ(std::string(kBody).size(), 9u + 0x22u);
    for (size_t size = 0; size < whole.size(); ++size) {
      Exchange exchange({Answer{whole.substr(0, size), Answer::Then::close}, Answer{whole, Answer::Then::close}});
      const ApiAnswer answer = exchange.get();
      ASSERT_TRUE(answer.status.ok()) << size << " of " << whole << ": " << answer.status.message();
      ASSERT_EQ(answer.body, kBody) << size << " of " << whole;
    }
  }
}

TEST(ApiClient, BombIsNotAskedForAgain) {
  const std::string bomb = net_test::gzip(std::string(5'000'000, 'x'));
  Exchange exchange({Answer{http_answer("200 OK", "Content-Encoding: gzip\r\n", bomb)}},
                    [](ApiOptions& options) { options.http.max_body_bytes = 100'000; });
  EXPECT_EQ(exchange.get().status.code(), Code::data);
  EXPECT_EQ(exchange.requests(), 1);
}

TEST(ApiClient, WaitsAtLeastAsLongAsTheServiceAsks) {
  const std::string date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
  for (const std::string& headers :
       {std::string("Retry-After: 120\r\n"), date + "Retry-After: Sun, 06 Nov 1994 08:51:37 GMT\r\n",
        date + "Retry-After: Sunday, 06-Nov-94 08:51:37 GMT\r\n", date + "Retry-After: Sun Nov  6 08:51:37 1994\r\n"}) {
    for (const char* status : {"429 x", "503 x"}) {
      Exchange exchange({failing(status, headers), ok()});
      ASSERT_TRUE(exchange.get().status.ok()) << headers;
      const int64_t waited = exchange.client->counters().wait_us;
      EXPECT_GE(waited, 120 * kSecond) << headers;
      EXPECT_LE(waited, 121 * kSecond) << headers;
      EXPECT_EQ(exchange.clock.monotonic_us(), waited);
    }
  }
}

TEST(ApiClient, MalformedRetryAfterIsIgnored) {
  for (const char* value : {"-1", "1.5", "1e9", "inf", "120, 240"}) {
    Exchange exchange({failing("503 x", std::string("Retry-After: ") + value + "\r\n"), ok()});
    ASSERT_TRUE(exchange.get().status.ok()) << value;
    EXPECT_LE(exchange.client->counters().wait_us, kSecond) << value;
  }
}

TEST(ApiClient, WaitBeyondTheLongestIsNotBegun) {
  for (const char* value : {"301", "99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"}) {
    Exchange exchange({failing("429 x", std::string("Retry-After: ") + value + "\r\n", kThrottled)});
    const ApiAnswer answer = exchange.get();
    EXPECT_EQ(answer.status.code(), Code::rate_limited) << value;
    EXPECT_EQ(answer.status.http_status(), 429);
    EXPECT_GE(answer.status.retry_at_us(), exchange.clock.now_us() + 301 * kSecond) << value;
    EXPECT_THAT(answer.status.message(), HasSubstr("go on at " + base::format_rfc3339(answer.status.retry_at_us())));
    EXPECT_EQ(exchange.requests(), 1);
    EXPECT_TRUE(exchange.clock.waits_us().empty());
    EXPECT_EQ(exchange.client->counters().throttled, 1);
  }
}

TEST(ApiClient, EndpointUsedUpForLongIsNotAskedAgain) {
  Exchange exchange({failing("429 x", "Retry-After: 7200\r\n")});
  const int64_t retry_at = exchange.get().status.retry_at_us();
  const ApiAnswer second = exchange.get();
  EXPECT_EQ(second.status.code(), Code::rate_limited);
  EXPECT_EQ(second.status.retry_at_us(), retry_at);
  EXPECT_EQ(exchange.requests(), 1);
}

TEST(ApiClient, ThrottledForEverEndsRateLimited) {
  Exchange exchange({failing("429 x", "Retry-After: 1\r\n", kThrottled)});
  const ApiAnswer answer = exchange.get();
  EXPECT_EQ(answer.status.code(), Code::rate_limited);
  EXPECT_EQ(answer.status.retry_at_us(), exchange.clock.now_us() + kSecond);
  EXPECT_EQ(exchange.requests(), 6);
  EXPECT_EQ(exchange.client->counters().throttled, 6);
  EXPECT_THAT(answer.status.message(), HasSubstr("HTTP 429 throttled: Request was throttled."));
}

TEST(ApiClient, WaitsOfRetriesStayUnderTheBackOffsCeiling) {
  Exchange exchange({failing("500 x")});
  EXPECT_FALSE(exchange.get().status.ok());
  const std::vector<int64_t> waits = exchange.clock.waits_us();
  ASSERT_EQ(waits.size(), 5u);
  for (size_t i = 0; i < waits.size(); ++i) EXPECT_LE(waits[i], kSecond << i) << i;
}

TEST(ApiClient, FailFastMakesOneAttempt) {
  for (const char* status : {"429 x", "500 x", "503 x"}) {
    Exchange exchange({failing(status, "", R"({"errors":[{"detail":"said so"}]})")});
    const ApiAnswer answer = exchange.get_fast();
    EXPECT_EQ(answer.status.code(), *status == '4' ? Code::rate_limited : Code::remote_transient);
    EXPECT_THAT(answer.status.message(), HasSubstr("said so"));
    EXPECT_EQ(answer.status.retry_at_us(), -1);
    EXPECT_EQ(exchange.requests(), 1);
    EXPECT_TRUE(exchange.clock.waits_us().empty());
  }
}

TEST(ApiClient, FailFastSaysWhenToGoOn) {
  for (const char* status : {"429 x", "503 x"}) {
    Exchange exchange({failing(status, "Retry-After: 3\r\n")});
    const ApiAnswer answer = exchange.get_fast();
    EXPECT_EQ(answer.status.code(), Code::rate_limited);
    EXPECT_EQ(answer.status.retry_at_us(), exchange.clock.now_us() + 3 * kSecond);
    EXPECT_EQ(exchange.requests(), 1);
  }
}

TEST(ApiClient, BreakdownEndsWhenTheRunsBudgetIsSpent) {
  Exchange exchange({failing("500 x")});
  int calls = 0;
  std::string message;
  while (calls < 100 && message.find("budget") == std::string::npos) {
    const ApiAnswer answer = exchange.get();
    ASSERT_EQ(answer.status.code(), Code::remote_transient);
    message = answer.status.message();
    ++calls;
  }
  EXPECT_EQ(calls, 21);  // 100 retries pay for 20 calls of 5
  EXPECT_EQ(exchange.client->counters().retries, 100);
  EXPECT_EQ(exchange.requests(), 121);
}

TEST(ApiClient, BrokenConnectionsAreRetried) {
  Exchange exchange({Answer{"", Answer::Then::close}, Answer{"HTTP/1.1 200", Answer::Then::reset}, ok()});
  EXPECT_TRUE(exchange.get().status.ok());
  EXPECT_EQ(exchange.client->counters().retries, 2);
}

}  // namespace
}  // namespace klaviyo::net
