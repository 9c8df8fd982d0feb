#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "klaviyo/net/http.h"
#include "loopback_server.h"
#include "test_certificate.h"

namespace klaviyo::net {
namespace {

using base::Code;
using net_test::Answer;
using net_test::json_answer;
using net_test::kDaySec;
using net_test::LoopbackServer;
using net_test::ScriptedServer;
using net_test::TestAuthority;
using net_test::TlsContext;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kRightName = "IP:127.0.0.1";

class Tls : public testing::Test {
 protected:
  base::Result<HttpResponse> send(const std::string& origin, const std::string& ca_file) {
    HttpOptions options;
    options.ca_file = ca_file;
    HttpClient client(options, stop_);
    const base::Secret key("pk_canary");
    HttpRequest request;
    request.url = origin + "/api/events";
    request.authorization = &key;
    return client.send(request);
  }

  base::Status send_to(const TlsContext& context, const std::string& ca_file) {
    ScriptedServer server([](int, const std::string&) { return Answer{json_answer("{}")}; }, context.get());
    const base::Status status = send(server.origin(), ca_file).status();
    EXPECT_EQ(server.requests(), status.ok() ? 1 : 0);
    return status;
  }

  const base::StopFlag stop_;
  const TestAuthority authority_;
};

TEST_F(Tls, TakesACertificateOfTheGivenAuthority) {
  const base::Status status = send_to(authority_.server(kRightName), authority_.ca_file());
  EXPECT_TRUE(status.ok()) << status.message();
}

TEST_F(Tls, RefusesAnUnknownAuthority) {
  const TestAuthority other("Another authority");
  for (const std::string& ca_file : {std::string(), other.ca_file()}) {
    const base::Status status = send_to(authority_.server(kRightName), ca_file);
    EXPECT_EQ(status.code(), Code::remote_fatal) << status.message();
    EXPECT_THAT(status.message(), Not(HasSubstr("clock")));
  }
}

TEST_F(Tls, RefusesAnAuthorityThatOnlyHasTheSameName) {
  const TestAuthority impostor;
  EXPECT_FALSE(send_to(authority_.server(kRightName), impostor.ca_file()).ok());
}

TEST_F(Tls, RefusesACertificateForAnotherHost) {
  for (const char* names : {"IP:127.0.0.2", "DNS:localhost"}) {
    const base::Status status = send_to(authority_.server(names), authority_.ca_file());
    EXPECT_EQ(status.code(), Code::remote_fatal) << status.message();
    EXPECT_THAT(status.message(), Not(HasSubstr("clock")));
  }
}

TEST_F(Tls, RefusesACertificateOutOfItsTimeAndSaysToCheckTheClock) {
  for (const auto& [from, until] : {std::pair(-2 * kDaySec, -kDaySec), std::pair(kDaySec, 2 * kDaySec)}) {
    const base::Status status = send_to(authority_.server(kRightName, from, until), authority_.ca_file());
    EXPECT_EQ(status.code(), Code::remote_fatal) << status.message();
    EXPECT_THAT(status.message(), HasSubstr("check the clock"));
  }
}

TEST_F(Tls, MissingAuthorityFileIsTheConfigurations) {
  const base::Status status = send_to(authority_.server(kRightName), "/nonexistent/ca.pem");
  EXPECT_EQ(status.code(), Code::config) << status.message();
}

TEST_F(Tls, PlainAnswerOnATlsPortIsTransient) {
  LoopbackServer plain([](net_test::Connection& connection) {
    connection.read();
    connection.write("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  EXPECT_EQ(send("https://127.0.0.1:" + std::to_string(plain.port()), authority_.ca_file()).status().code(),
            Code::remote_transient);
}

TEST_F(Tls, ConnectionThatBreaksDuringTheHandshakeIsTransient) {
  LoopbackServer broken([](net_test::Connection& connection) {
    connection.read();
    connection.reset_on_close();
  });
  EXPECT_EQ(send("https://127.0.0.1:" + std::to_string(broken.port()), authority_.ca_file()).status().code(),
            Code::remote_transient);
}

TEST_F(Tls, BodyEndedByTheConnectionAloneIsMarkedSo) {
  const TlsContext context = authority_.server(kRightName);
  ScriptedServer server(
      [](int, const std::string&) {
        return Answer{"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"data\":[", Answer::Then::close};
      },
      context.get());
  const auto response = send(server.origin(), authority_.ca_file());
  ASSERT_TRUE(response.ok());
  EXPECT_FALSE(response->length_known);
}

TEST_F(Tls, ManyThreadsShareOneHttp2Connection) {
  constexpr size_t kThreads = 16;
  const TlsContext context = authority_.server(kRightName, -kDaySec, kDaySec, "h2");
  LoopbackServer server(
      [](net_test::Connection& connection) { net_test::serve_http2(connection, "{\"data\":[]}", kThreads); },
      context.get());
  HttpOptions options;
  options.ca_file = authority_.ca_file();
  HttpClient client(options, stop_);
  std::atomic<size_t> right{0};
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      HttpRequest request;
      request.url = server.origin() + "/api/events";
      const auto response = client.send(request);
      if (response.ok() && response->status == 200 && response->body == "{\"data\":[]}" && response->length_known)
        ++right;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, kThreads);
  EXPECT_EQ(server.connections(), 1);
}

}  // namespace
}  // namespace klaviyo::net
