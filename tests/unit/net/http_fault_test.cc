#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <thread>

#include "klaviyo/net/http.h"
#include "loopback_server.h"

namespace klaviyo::net {
namespace {

using base::Code;
using net_test::Answer;
using net_test::http_answer;
using net_test::LoopbackServer;
using net_test::ScriptedServer;
using testing::HasSubstr;

constexpr size_t kLimit = 10'000;

HttpOptions small_limits() {
  HttpOptions options;
  options.max_body_bytes = kLimit;
  options.max_header_bytes = kLimit;
  return options;
}

/// Sends one request to a server that answers so.
base::Result<HttpResponse> send_to(const Answer& answer, const HttpOptions& options = small_limits(),
                                   bool* timed_out = nullptr) {
  ScriptedServer server([&](int, const std::string&) { return answer; });
  const base::StopFlag stop;
  HttpClient client(options, stop);
  HttpRequest request;
  request.url = server.origin() + "/api/events?page%5Bcursor%5D=canary";
  return client.send(request, timed_out);
}

std::string chunked(std::string_view body) {
  std::string out;
  char size[16];
  for (size_t at = 0; at < body.size(); at += 7) {
    const std::string_view piece = body.substr(at, 7);
    std::snprintf(size, sizeof size, "%zx", piece.size());
    out.append(size).append("\r\n").append(piece).append("\r\n");
  }
  return out + "0\r\n\r\n";
}

TEST(HttpFault, BodyCutShortIsTransientWhereItsLengthIsKnown) {
  const std::string body = "{\"data\":[{\"id\":\"1\"}]}";
  const std::string by_length = http_answer("200 OK", "", body);
  const std::string by_chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(body);
  for (const std::string& whole : {by_length, by_chunks}) {
    const size_t head = whole.find("\r\n\r\n") + 4;
    const size_t needed = whole == by_length ? whole.size() : whole.size() - 5;  // all but the last chunk
    for (const Answer::Then then : {Answer::Then::close, Answer::Then::reset}) {
      for (size_t size = head; size < needed; ++size) {
        const auto response = send_to({whole.substr(0, size), then});
        ASSERT_FALSE(response.ok()) << size;
        EXPECT_EQ(response.status().code(), Code::remote_transient) << response.status().message();
      }
    }
  }
}

TEST(HttpFault, GzipCutShortIsTransientWhereverTheConnectionEndsIt) {
  const std::string body = net_test::gzip("{\"data\":[{\"id\":\"1\"},{\"id\":\"2\"}]}");
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n";
  for (size_t size = 1; size < body.size(); ++size) {
    const auto response = send_to({head + body.substr(0, size), Answer::Then::close});
    ASSERT_FALSE(response.ok()) << size;
    EXPECT_EQ(response.status().code(), Code::remote_transient);
  }
  const auto whole = send_to({head + body, Answer::Then::close});
  ASSERT_TRUE(whole.ok());
  EXPECT_FALSE(whole->length_known);
}

TEST(HttpFault, ConnectionThatEndsBeforeTheHeadersDoIsNeverASuccess) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n";
  for (size_t size = 0; size < head.size(); ++size) {
    const auto response = send_to({head.substr(0, size), Answer::Then::close});
    if (response.ok()) {
      EXPECT_EQ(response->body, "") << size;  // refused as an empty answer, one layer up
      EXPECT_FALSE(response->length_known) << size;
    } else {
      EXPECT_EQ(response.status().code(), Code::remote_transient) << response.status().message();
    }
  }
}

TEST(HttpFault, BodyBeyondTheLimitIsRefused) {
  const std::string fits(kLimit, 'x');
  EXPECT_TRUE(send_to({http_answer("200 OK", "", fits)}).ok());
  const std::string head = "HTTP/1.1 200 OK\r\n";
  for (const std::string& bytes :
       {http_answer("200 OK", "", fits + "x"), head + "Transfer-Encoding: chunked\r\n\r\n" + chunked(fits + "x"),
        head + "\r\n" + fits + "x"}) {
    EXPECT_EQ(send_to({bytes, Answer::Then::close}).status().code(), Code::data);
  }
}

TEST(HttpFault, EndlessBodyIsEndedAtTheLimit) {
  LoopbackServer server([](net_test::Connection& connection) {
    connection.read();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n");
    while (connection.write(std::string(1000, 'x'))) continue;
  });
  const base::StopFlag stop;
  HttpClient client(small_limits(), stop);
  HttpRequest request;
  request.url = server.origin() + "/";
  EXPECT_EQ(client.send(request).status().code(), Code::data);
}

TEST(HttpFault, GzipBombIsRefused) {
  const std::string bomb = net_test::gzip(std::string(5'000'000, 'x'));
  ASSERT_LT(bomb.size(), kLimit);
  EXPECT_EQ(send_to({http_answer("200 OK", "Content-Encoding: gzip\r\n", bomb)}).status().code(), Code::data);
}

TEST(HttpFault, TransferEncodingBombIsRefused) {
  const std::string bomb = net_test::gzip(std::string(5'000'000, 'x'));
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n";
  const auto response = send_to({head + chunked(bomb), Answer::Then::close});
  EXPECT_FALSE(response.ok());
}

TEST(HttpFault, EncodingThatWasNotAskedForIsRefused) {
  EXPECT_EQ(send_to({http_answer("200 OK", "Content-Encoding: br\r\n", "xxx")}).status().code(), Code::data);
}

TEST(HttpFault, HeadersBeyondTheLimitAreRefused) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "X-" + std::to_string(i) + ": value\r\n";
  EXPECT_EQ(send_to({http_answer("200 OK", many, "{}")}).status().code(), Code::data);
  const std::string one = "X: " + std::string(kLimit, 'x') + "\r\n";
  EXPECT_EQ(send_to({http_answer("200 OK", one, "{}")}).status().code(), Code::data);
  std::string interim;
  for (int i = 0; i < 1000; ++i) interim += "HTTP/1.1 103 Early Hints\r\n\r\n";
  EXPECT_EQ(send_to({interim + http_answer("200 OK", "", "{}")}).status().code(), Code::data);
}

TEST(HttpFault, HeaderLineBeyondWhatLibcurlTakesFails) {
  const std::string line = "X: " + std::string(200'000, 'x') + "\r\n";
  EXPECT_FALSE(send_to({http_answer("200 OK", line, "{}"), Answer::Then::close}, HttpOptions{}).ok());
}

TEST(HttpFault, OddAnswersAreTransient) {
  for (const char* bytes : {"", "garbage\r\n\r\n", "HTTP/0.9 200\r\n\r\n", "\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n"}) {
    const auto response = send_to({bytes, Answer::Then::close});
    ASSERT_FALSE(response.ok()) << bytes;
    EXPECT_EQ(response.status().code(), Code::remote_transient) << bytes;
    EXPECT_THAT(response.status().message(), HasSubstr("no answer from 127.0.0.1"));
    EXPECT_THAT(response.status().message(), testing::Not(HasSubstr("canary")));
  }
}

TEST(HttpFault, RefusedConnectionIsTransient) {
  const base::StopFlag stop;
  HttpClient client({}, stop);
  int port = 0;
  {
    LoopbackServer gone([](net_test::Connection&) {});
    port = gone.port();
  }
  HttpRequest request;
  request.url = "http://127.0.0.1:" + std::to_string(port) + "/";
  bool timed_out = true;
  EXPECT_EQ(client.send(request, &timed_out).status().code(), Code::remote_transient);
  EXPECT_FALSE(timed_out);
}

TEST(HttpFault, HostThatDoesNotExistIsTransient) {
  const base::StopFlag stop;
  HttpClient client({}, stop);
  HttpRequest request;
  request.url = "https://nothing.invalid/";
  EXPECT_EQ(client.send(request).status().code(), Code::remote_transient);
}

TEST(HttpFault, SilenceTimesOut) {
  HttpOptions options;
  options.read_timeout_sec = 1;
  bool timed_out = false;
  const auto response =
      send_to({"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nx", Answer::Then::hang}, options, &timed_out);
  EXPECT_EQ(response.status().code(), Code::remote_transient);
  EXPECT_TRUE(timed_out);
}

TEST(HttpFault, AnswerThatDripsInTimesOutToo) {
  LoopbackServer server([](net_test::Connection& connection) {
    connection.read();
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (connection.write(" ")) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  });
  HttpOptions options;
  options.connection_timeout_sec = 0;
  options.read_timeout_sec = 1;
  const base::StopFlag stop;
  HttpClient client(options, stop);
  HttpRequest request;
  request.url = server.origin() + "/";
  bool timed_out = false;
  EXPECT_EQ(client.send(request, &timed_out).status().code(), Code::remote_transient);
  EXPECT_TRUE(timed_out);
}

TEST(HttpFault, BrokenConnectionsRaiseNoSignalInTheHost) {
  struct sigaction before {};
  struct sigaction action {};
  action.sa_handler = [](int) { std::abort(); };
  sigaction(SIGPIPE, &action, &before);
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(send_to({"HTTP/1.1 200", Answer::Then::reset}).ok());
  struct sigaction after {};
  sigaction(SIGPIPE, &before, &after);
  EXPECT_EQ(after.sa_handler, action.sa_handler);  // and the host's handler is left in place
}

}  // namespace
}  // namespace klaviyo::net
