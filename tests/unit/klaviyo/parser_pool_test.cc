#include "klaviyo/parser_pool.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <set>
#include <stdexcept>
#include <thread>

#include "test_sources.h"

namespace klaviyo {
namespace {

const RecordLayout& layout() {
  static const RecordLayout events = make_layout(windowed("events", "datetime"));
  return events;
}

TEST(ParserPool, WorkIsDoneWhenRunReturnsByAnotherThread) {
  ParserPool pool(layout(), 2);
  std::thread::id worker;
  pool.run([&](PageParser&) { worker = std::this_thread::get_id(); });
  EXPECT_NE(worker, std::thread::id());
  EXPECT_NE(worker, std::this_thread::get_id());
}

TEST(ParserPool, ThrowsWhatTheWorkThrowsAndGoesOn) {
  ParserPool pool(layout(), 1);
  EXPECT_THROW(pool.run([](PageParser&) { throw std::runtime_error("no"); }), std::runtime_error);
  bool done = false;
  pool.run([&](PageParser&) { done = true; });
  EXPECT_TRUE(done);
}

TEST(ParserPool, ManyCallersShareItsThreads) {
  constexpr size_t kParsers = 3;
  ParserPool pool(layout(), kParsers);
  std::mutex mutex;
  std::set<std::thread::id> workers;
  std::set<const PageParser*> parsers;
  std::atomic<int> done{0};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 16; ++caller) {
    callers.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        pool.run([&](PageParser& parser) {
          ++done;
          const std::lock_guard lock(mutex);
          workers.insert(std::this_thread::get_id());
          parsers.insert(&parser);
        });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(done, 16 * 50);
  EXPECT_LE(workers.size(), kParsers);
  EXPECT_EQ(workers.size(), parsers.size());
}

TEST(ParserPool, ItsThreadsTakeNoSignals) {
  ParserPool pool(layout(), 1);
  bool blocked = false;
  pool.run([&](PageParser&) {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    blocked = sigismember(&mask, SIGTERM) == 1 && sigismember(&mask, SIGPIPE) == 1;
  });
  EXPECT_TRUE(blocked);
}

}  // namespace
}  // namespace klaviyo
