#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <latch>
#include <optional>
#include <thread>

#include "klaviyo/net/http.h"
#include "loopback_server.h"

namespace klaviyo::net {
namespace {

using base::Code;
using net_test::Answer;
using net_test::http_answer;
using net_test::json_answer;
using net_test::ScriptedServer;
using testing::HasSubstr;
using testing::Not;

HttpRequest get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  return request;
}

TEST(Http, GivesStatusHeadersAndBody) {
  ScriptedServer server([](int, const std::string&) {
    return Answer{http_answer("404 Not Found", "X-One:  a b \r\nx-ONE: second\r\n", "gone")};
  });
  const base::StopFlag stop;
  HttpClient client({}, stop);
  const auto response = client.send(get(server.origin() + "/api/events"));
  ASSERT_TRUE(response.ok()) << response.status().message();
  EXPECT_EQ(response->status, 404);
  EXPECT_EQ(response->body, "gone");
  EXPECT_EQ(response->wire_bytes, 4);
  EXPECT_EQ(response->header("x-one"), "a b");
  EXPECT_EQ(response->header("x-two"), "");
  EXPECT_TRUE(response->length_known);
  EXPECT_GE(response->body.capacity(), response->body.size() + 64);
}

TEST(Http, SendsAddressAndHeadersByteForByte) {
  ScriptedServer server([](int, const std::string&) { return Answer{json_answer("{}")}; });
  const base::StopFlag stop;
  HttpOptions options;
  options.user_agent = "bulk-input-klaviyo/1.2.3";
  HttpClient client(options, stop);
  const base::Secret key("pk_test");
  HttpRequest request = get(server.origin() + "/api/events?page%5Bcursor%5D=a%2Bb%3D%3D&x='()");
  request.headers = {{"revision", "2026-07-15"}, {"Accept", "application/vnd.api+json"}};
  request.authorization = &key;
  ASSERT_TRUE(client.send(request).ok());
  const std::string head = server.head(0);
  EXPECT_THAT(head, testing::StartsWith("GET /api/events?page%5Bcursor%5D=a%2Bb%3D%3D&x='() HTTP/1.1\r\n"));
  for (const char* line : {"\r\nAuthorization: Klaviyo-API-Key pk_test\r\n", "\r\nrevision: 2026-07-15\r\n",
                           "\r\nAccept: application/vnd.api+json\r\n", "\r\nAccept-Encoding: gzip\r\n",
                           "\r\nUser-Agent: bulk-input-klaviyo/1.2.3\r\n"}) {
    EXPECT_THAT(head, HasSubstr(line));
  }
}

TEST(Http, DecodesGzipAndCountsItsBytesOnTheWire) {
  const std::string text(100'000, 'x');
  const std::string packed = net_test::gzip(text);
  ScriptedServer server(
      [&](int, const std::string&) { return Answer{http_answer("200 OK", "Content-Encoding: gzip\r\n", packed)}; });
  const base::StopFlag stop;
  HttpClient client({}, stop);
  const auto response = client.send(get(server.origin() + "/"));
  ASSERT_TRUE(response.ok()) << response.status().message();
  EXPECT_EQ(response->body, text);
  EXPECT_EQ(response->wire_bytes, static_cast<int64_t>(packed.size()));
  EXPECT_GE(response->body.capacity(), response->body.size() + 64);
}

TEST(Http, CompressedBodiesAloneAreDecodedWhereTheCallerWants) {
  ScriptedServer server([](int index, const std::string&) {
    return Answer{index == 0 ? http_answer("200 OK", "Content-Encoding: gzip\r\n", net_test::gzip("packed"))
                             : json_answer("{}")};
  });
  const base::StopFlag stop;
  HttpClient client({}, stop);
  int decoded = 0;
  const BodyDecoder decoder = [&decoded](const std::function<void()>& decode) {
    ++decoded;
    std::thread(decode).join();
  };
  HttpRequest request = get(server.origin() + "/");
  request.decoder = &decoder;
  EXPECT_EQ(client.send(request)->body, "packed");
  EXPECT_EQ(client.send(request)->body, "{}");
  EXPECT_EQ(decoded, 1);
}

TEST(Http, InterimAnswersAreNotTheAnswer) {
  ScriptedServer server([](int, const std::string&) {
    return Answer{"HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n" + json_answer("{}")};
  });
  const base::StopFlag stop;
  HttpClient client({}, stop);
  const auto response = client.send(get(server.origin() + "/"));
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->header("x-early"), "");
}

TEST(Http, UsesAConnectionAgain) {
  ScriptedServer server([](int, const std::string&) { return Answer{json_answer("{}")}; });
  const base::StopFlag stop;
  HttpClient client({}, stop);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(client.send(get(server.origin() + "/")).ok());
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(server.requests(), 20);
}

TEST(Http, ConnectionClosedWhileIdleIsNoFailure) {
  ScriptedServer server([](int, const std::string&) { return Answer{json_answer("{}"), Answer::Then::close}; });
  const base::StopFlag stop;
  HttpClient client({}, stop);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(client.send(get(server.origin() + "/")).ok()) << i;
}

TEST(Http, ManyThreadsSendAtOnce) {
  constexpr int kThreads = 64;
  constexpr int kRequests = 10;
  ScriptedServer server(
      [](int, const std::string& head) { return Answer{json_answer(head.substr(0, head.find(" HTTP/1.1")))}; });
  const base::StopFlag stop;
  HttpClient client({}, stop);
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kRequests; ++i) {
        const std::string path = "/" + std::to_string(t) + "/" + std::to_string(i);
        const auto response = client.send(get(server.origin() + path));
        if (response.ok() && response->body == "GET " + path) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, kThreads * kRequests);
  EXPECT_LE(server.connections(), 64);
}

TEST(Http, KeepsToItsNumberOfConnections) {
  ScriptedServer server([](int, const std::string&) { return Answer{json_answer("{}")}; });
  const base::StopFlag stop;
  HttpOptions options;
  options.max_connections = 2;
  HttpClient client(options, stop);
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&] { right += client.send(get(server.origin() + "/")).ok() ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 16);
  EXPECT_LE(server.connections(), 2);
}

TEST(Http, RedirectIsGivenBackAndNotFollowed) {
  ScriptedServer elsewhere([](int, const std::string&) { return Answer{json_answer("{}")}; });
  const base::StopFlag stop;
  HttpClient client({}, stop);
  for (const char* status : {"301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"}) {
    ScriptedServer server([&](int, const std::string&) {
      return Answer{http_answer(status, "Location: " + elsewhere.origin() + "/\r\n", "")};
    });
    const auto response = client.send(get(server.origin() + "/"));
    ASSERT_TRUE(response.ok());
    EXPECT_EQ(response->status, std::stoi(status));
    EXPECT_EQ(server.requests(), 1);
  }
  EXPECT_EQ(elsewhere.connections(), 0);
}

TEST(Http, RefusesHeadersThatWouldEndTheirLine) {
  ScriptedServer server([](int, const std::string&) { return Answer{json_answer("{}")}; });
  const base::StopFlag stop;
  HttpClient client({}, stop);
  for (const std::string& value : {std::string("a\r\nX-Injected: 1"), std::string("a\nb"), std::string("a\rb"),
                                   std::string("a\0b", 3), std::string("a\x7f"), std::string("\xc3\xa4")}) {
    HttpRequest request = get(server.origin() + "/");
    request.headers = {{"revision", value}};
    EXPECT_EQ(client.send(request).status().code(), Code::config);
    request.headers = {{value, "x"}};
    EXPECT_EQ(client.send(request).status().code(), Code::config);
    const base::Secret key("pk_" + value);
    request.headers.clear();
    request.authorization = &key;
    const auto refused = client.send(request);
    EXPECT_EQ(refused.status().code(), Code::config);
    EXPECT_THAT(refused.status().message(), Not(HasSubstr("pk_")));
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(Http, RefusesAddressesNotFitForTheKey) {
  const base::StopFlag stop;
  HttpClient client({}, stop);
  for (const char* url : {"", "/api", "http://a.klaviyo.com/", "ftp://127.0.0.1/", "file:///etc/passwd",
                          "https://user@127.0.0.1/", "http://127.0.0.1/\r\nX: y", "http://127.0.0.1/#x"}) {
    EXPECT_EQ(client.send(get(url)).status().code(), Code::config) << url;
  }
}

TEST(Http, ProxyOfTheEnvironmentIsNotForLoopback) {
  ScriptedServer proxy([](int, const std::string&) { return Answer{json_answer("{}")}; });
  ScriptedServer server([](int, const std::string&) { return Answer{json_answer("{}")}; });
  for (const char* name : {"http_proxy", "all_proxy"}) setenv(name, proxy.origin().c_str(), 1);
  const base::StopFlag stop;
  HttpClient client({}, stop);
  EXPECT_TRUE(client.send(get(server.origin() + "/")).ok());
  for (const char* name : {"http_proxy", "all_proxy"}) unsetenv(name);
  EXPECT_EQ(proxy.connections(), 0);
  EXPECT_EQ(server.requests(), 1);
}

TEST(Http, ProxyOfTheEnvironmentNeverSeesTheKey) {
  ScriptedServer proxy([](int, const std::string&) { return Answer{http_answer("403 Forbidden", "", "no")}; });
  setenv("https_proxy", proxy.origin().c_str(), 1);
  const base::StopFlag stop;
  HttpClient client({}, stop);
  const base::Secret key("pk_canary");
  HttpRequest request = get("https://a.klaviyo.com/api/events");
  request.authorization = &key;
  const auto refused = client.send(request);
  unsetenv("https_proxy");
  EXPECT_EQ(refused.status().code(), Code::remote_transient);
  ASSERT_GE(proxy.requests(), 1);
  EXPECT_THAT(proxy.head(0), testing::StartsWith("CONNECT a.klaviyo.com:443"));
  EXPECT_THAT(proxy.head(0), Not(HasSubstr("pk_canary")));
}

/// Runs `end` while a request hangs, and gives how that request ended.
template <typename End>
base::Status while_a_request_hangs(HttpClient& client, const std::string& prefix, const End& end) {
  std::latch arrived(1);
  ScriptedServer server([&](int, const std::string&) {
    arrived.count_down();
    return Answer{prefix, Answer::Then::hang};
  });
  base::Status status;
  std::thread sender([&] { status = client.send(get(server.origin() + "/")).status(); });
  arrived.wait();
  end();
  sender.join();
  return status;
}

TEST(Http, StopEndsRequestsInFlight) {
  for (const char* prefix :
       {"", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin"}) {
    base::StopFlag stop;
    HttpClient client({}, stop);
    const base::Status status = while_a_request_hangs(client, prefix, [&] {
      stop.request();
      client.wake();
    });
    EXPECT_EQ(status.code(), Code::cancelled) << prefix;
    EXPECT_EQ(client.send(get("http://127.0.0.1:9/")).status().code(), Code::cancelled);
  }
}

TEST(Http, StopIsSeenWithoutBeingTold) {
  base::StopFlag stop;
  HttpClient client({}, stop);
  EXPECT_EQ(while_a_request_hangs(client, "", [&] { stop.request(); }).code(), Code::cancelled);
}

TEST(Http, DestructionEndsRequestsInFlight) {
  const base::StopFlag stop;
  auto client = std::make_unique<HttpClient>(HttpOptions{}, stop);
  EXPECT_EQ(while_a_request_hangs(*client, "", [&] { client.reset(); }).code(), Code::cancelled);
}

TEST(Http, UnusedClientStartsNoThreadAndIsDestroyedAndWoken) {
  const base::StopFlag stop;
  HttpClient client({}, stop);
  client.wake();
}

TEST(Http, ConnectionsAreNotInheritedByPrograms) {
  ScriptedServer server([](int, const std::string&) { return Answer{json_answer("{}")}; });
  const base::StopFlag stop;
  HttpClient client({}, stop);
  ASSERT_TRUE(client.send(get(server.origin() + "/")).ok());
  int found = 0;
  for (int fd = 0; fd < 1024; ++fd) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0 || peer.sin_family != AF_INET) continue;
    if (server.origin() != "http://127.0.0.1:" + std::to_string(ntohs(peer.sin_port))) continue;
    ++found;
    EXPECT_NE(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
  }
  EXPECT_EQ(found, 1);
}

TEST(Http, ForkedChildIsRefusedAndLeavesTheParentAlone) {
  ScriptedServer server([](int, const std::string&) { return Answer{json_answer("{}")}; });
  const base::StopFlag stop;
  auto client = std::make_unique<HttpClient>(HttpOptions{}, stop);
  ASSERT_TRUE(client->send(get(server.origin() + "/")).ok());
  const pid_t child = fork();
  if (child == 0) {
    const Code code = client->send(get(server.origin() + "/")).status().code();
    client.reset();
    _exit(code == Code::abi ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_TRUE(client->send(get(server.origin() + "/")).ok());
  EXPECT_EQ(server.connections(), 1);
}

}  // namespace
}  // namespace klaviyo::net
