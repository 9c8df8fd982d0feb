// The emulator over real sockets.
#include "server.h"

#include <httplib.h>

#include <future>

#include "test_client.h"

namespace emulator {
namespace {

class RunningServer : public testing::Test {
 protected:
  static ServerOptions options() {
    ServerOptions out;
    out.api = open_api();
    out.dataset = small_dataset();
    return out;
  }

  void SetUp() override { ASSERT_EQ(server_.start(), ""); }

  httplib::Client client() {
    httplib::Client out(server_.url());
    out.set_keep_alive(true);
    out.set_read_timeout(60);
    out.set_default_headers({{"Authorization", "Klaviyo-API-Key pk_emulator"}, {"revision", "2026-07-15"}});
    return out;
  }

  void inject(const char* rules) { ASSERT_EQ(server_.api().faults().add(Json::parse(rules)), ""); }

  Server server_{options()};
};

TEST_F(RunningServer, LinksPointToItselfAndCanBeFollowed) {
  auto http = client();
  const auto first = http.Get("/api/lists");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->get_header_value("Content-Type"), "application/vnd.api+json");
  EXPECT_TRUE(first->get_header_value("Date").ends_with("GMT"));
  const auto next = Json::parse(first->body).at("links").at("next").get<std::string>();
  ASSERT_TRUE(next.starts_with(server_.url() + "/api/lists?page%5Bcursor%5D=")) << next;
  const auto second = http.Get(next.substr(server_.url().size()));
  ASSERT_TRUE(second);
  EXPECT_EQ(Json::parse(second->body).at("data").size(), 10U);
}

TEST_F(RunningServer, CompressesForThoseWhoAccept) {
  auto http = client();
  const auto plain = http.Get("/api/events");
  const auto packed = http.Get("/api/events", {{"Accept-Encoding", "gzip"}});
  ASSERT_TRUE(plain && packed);
  EXPECT_FALSE(plain->has_header("Content-Encoding"));
  EXPECT_EQ(packed->get_header_value("Content-Encoding"), "gzip");
  EXPECT_EQ(packed->body, plain->body) << "unpacked by the client";
}

TEST_F(RunningServer, KeepsConnectionsOpen) {
  auto http = client();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(http.Get("/api/lists"));
  EXPECT_EQ(server_.api().traffic().stats().at("connections"), 1);
}

TEST_F(RunningServer, AnswersSixtyFourConnectionsAtOnce) {
  inject(R"({"rules": [{"count": -1, "do": {"hang": true}}]})");
  std::vector<std::future<int>> statuses;
  for (int i = 0; i < 64; ++i) {
    statuses.push_back(std::async(std::launch::async, [this] {
      auto http = client();
      const auto answer = http.Get("/api/lists");
      return answer ? answer->status : 0;
    }));
  }
  while (server_.api().traffic().stats().at("max_in_flight") != 64) std::this_thread::yield();
  server_.api().faults().clear();
  for (auto& status : statuses) EXPECT_EQ(status.get(), 200);
}

TEST_F(RunningServer, ParallelReadersSeeTheSamePages) {
  const auto read = [this] {
    auto http = client();
    std::vector<std::string> ids;
    std::string target = "/api/profiles?sort=updated&page%5Bsize%5D=20";
    while (!target.empty()) {
      const Json document = Json::parse(http.Get(target)->body);
      for (const Json& row : document.at("data")) ids.push_back(row.at("id").get<std::string>());
      const Json& next = document.at("links").at("next");
      target = next.is_null() ? std::string() : next.get<std::string>().substr(server_.url().size());
    }
    return ids;
  };
  std::vector<std::future<std::vector<std::string>>> readers;
  for (int i = 0; i < 4; ++i) readers.push_back(std::async(std::launch::async, read));
  const auto expected = read();
  EXPECT_EQ(expected.size(), 200U);
  for (auto& reader : readers) EXPECT_EQ(reader.get(), expected);
}

TEST_F(RunningServer, CutBodyEndsTheConnectionEarly) {
  inject(R"({"rules": [{"do": {"cut_body_after": 50}}]})");
  auto http = client();
  size_t received = 0;
  const auto answer = http.Get("/api/lists", [&](const char*, size_t size) {
    received += size;
    return true;
  });
  EXPECT_FALSE(answer);
  EXPECT_LE(received, 50U);
  EXPECT_TRUE(http.Get("/api/lists")) << "the next request is served again";
}

TEST_F(RunningServer, CloseBeforeHeadersAnswersNothing) {
  inject(R"({"rules": [{"do": {"close": "before_headers"}}]})");
  auto http = client();
  EXPECT_FALSE(http.Get("/api/lists"));
  EXPECT_TRUE(http.Get("/api/lists"));
}

TEST_F(RunningServer, ManagesOverHttp) {
  auto http = client();
  ASSERT_EQ(http.Post("/_emulator/faults", R"({"rules":[{"do":{"status":503}}]})", "application/json")->status, 200);
  EXPECT_EQ(http.Get("/api/lists")->status, 503);
  const auto rows = http.Get("/_emulator/rows?source=events");
  EXPECT_EQ(Json::parse(rows->body).at("rows").size(), 1000U);
  EXPECT_EQ(Json::parse(http.Get("/_emulator/stats")->body).at("requests"), 1);
}

TEST_F(RunningServer, RefusesOtherMethodsAndReadsTheirBodies) {
  auto http = client();
  EXPECT_EQ(http.Post("/api/lists", "{}", "application/json")->status, 405);
  EXPECT_EQ(http.Delete("/api/lists")->status, 405);
  EXPECT_EQ(http.Get("/api/lists")->status, 200);
}

TEST(Server, SaysWhyItCannotListen) {
  ServerOptions options;
  options.host = "203.0.113.1";
  EXPECT_NE(Server(options).start(), "");
  options.host = "127.0.0.1";
  options.tls_certificate_file = "no-such-file.pem";
  EXPECT_NE(Server(options).start(), "");
}

}  // namespace
}  // namespace emulator
