#include "klaviyo/net/body_budget.h"

#include <gtest/gtest.h>

#include <optional>
#include <thread>

#include "klaviyo/net/http.h"
#include "loopback_server.h"

namespace klaviyo::net {
namespace {

// One request with a budget, sent by a thread of its own.
class Sender {
 public:
  explicit Sender(BodyBudget& budget)
      : server_([](int, const std::string&) {
          return net_test::Answer{net_test::json_answer(std::string(1'000'000, ' ') + "{}")};
        }) {
    request_.url = server_.origin() + "/";
    request_.budget = &budget;
    request_.stop = &stop;
    thread_ = std::thread([this] { response.emplace(client.send(request_)); });
  }
  ~Sender() { finish(); }

  void wait_for_request() const {
    while (server_.requests() == 0) std::this_thread::yield();
  }
  void finish() {
    if (thread_.joinable()) thread_.join();
  }

  base::StopFlag stop, never;
  HttpClient client{HttpOptions{}, never};
  std::optional<base::Result<HttpResponse>> response;

 private:
  net_test::ScriptedServer server_;
  HttpRequest request_;
  std::thread thread_;
};

TEST(BodyBudget, ABodyLargerThanAllOfItHasRoomWhileNoOtherWaits) {
  BodyBudget budget(100, [] {});
  BodyBudget::Share huge, small;
  EXPECT_TRUE(budget.take(1'000, huge));
  EXPECT_FALSE(budget.take(1, small));
  EXPECT_FALSE(budget.has_room(1));
  huge.give_back();
  EXPECT_TRUE(budget.has_room(1'000));
}

TEST(BodyBudget, BodiesShareItUntilItIsFull) {
  BodyBudget budget(100, [] {});
  BodyBudget::Share first, second, third;
  EXPECT_TRUE(budget.take(50, first));
  EXPECT_TRUE(budget.take(50, second));
  EXPECT_FALSE(budget.take(1, third));
}

TEST(BodyBudget, AShareIsGivenBackOnceWhereverItIsMoved) {
  BodyBudget budget(100, [] {});
  {
    BodyBudget::Share share;
    ASSERT_TRUE(budget.take(60, share));
    const BodyBudget::Share moved = std::move(share);
    share.give_back();
    EXPECT_FALSE(budget.has_room(60));
  }
  EXPECT_TRUE(budget.has_room(60));
}

TEST(BodyBudget, ABodyThatGrowsCoversWhatItHasBecome) {
  BodyBudget budget(100, [] {});
  BodyBudget::Share share;
  ASSERT_TRUE(budget.take(10, share));
  share.cover(90);
  share.cover(20);
  EXPECT_TRUE(budget.has_room(10));
  EXPECT_FALSE(budget.has_room(11));
  share.give_back();
  EXPECT_TRUE(budget.has_room(100));
}

TEST(BodyBudget, RoomIsToldOnlyWhenSomebodyFoundNone) {
  int told = 0;
  BodyBudget budget(100, [&told] { ++told; });
  BodyBudget::Share share, refused;
  ASSERT_TRUE(budget.take(100, share));
  share.give_back();
  EXPECT_EQ(told, 0);
  ASSERT_TRUE(budget.take(100, share));
  ASSERT_FALSE(budget.take(1, refused));
  share.give_back();
  EXPECT_EQ(told, 1);
}

TEST(BodyBudget, ABodyWithoutAShareIsNotReadFromTheNetwork) {
  BodyBudget budget(100, [] {});
  BodyBudget::Share all;
  ASSERT_TRUE(budget.take(100, all));
  Sender sender(budget);
  sender.wait_for_request();
  sender.stop.request();
  sender.client.wake();
  sender.finish();
  EXPECT_EQ(sender.response->status().code(), base::Code::cancelled);
}

TEST(BodyBudget, ABodyIsReadOnceThereIsRoomAndKeepsItsShare) {
  BodyBudget budget(1'500'000, [] {});
  BodyBudget::Share all;
  ASSERT_TRUE(budget.take(1'500'000, all));
  Sender sender(budget);
  sender.wait_for_request();
  all.give_back();
  sender.client.wake();
  sender.finish();
  ASSERT_TRUE(sender.response->ok()) << sender.response->status().message();
  EXPECT_EQ((*sender.response)->body.size(), 1'000'002U);
  EXPECT_FALSE(budget.has_room(600'000));
  sender.response.reset();
  EXPECT_TRUE(budget.has_room(1'500'000));
}

TEST(BodyBudget, ManyBodiesPassThroughALittleRoom) {
  constexpr int kThreads = 8;
  constexpr int kRequests = 5;
  net_test::ScriptedServer server([](int, const std::string&) {
    return net_test::Answer{net_test::json_answer(std::string(300'000, ' ') + "{}")};
  });
  const base::StopFlag stop;
  HttpClient client({}, stop);
  BodyBudget budget(500'000, [&client] { client.wake(); });
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      HttpRequest request;
      request.url = server.origin() + "/";
      request.budget = &budget;
      for (int i = 0; i < kRequests; ++i) {
        const auto response = client.send(request);
        if (response.ok() && response->body.size() == 300'002) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, kThreads * kRequests);
}

}  // namespace
}  // namespace klaviyo::net
