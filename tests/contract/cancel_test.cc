// `cancel`: from any thread, at any time, for good.
#include <chrono>
#include <future>
#include <thread>

#include "contract/subject.h"

namespace contract {
namespace {

using std::chrono::seconds;

class Cancel : public Contract {
 protected:
  /// Pulls in another thread, cancels in this one once `blocked` holds, and gives what the pull came to. The contract
  /// gives it a second; a machine under load may take longer, a wait that is not woken takes for ever.
  int32_t cancel_once(Input& input, Reader& reader, const std::function<bool()>& blocked) {
    std::future<int32_t> pulled = std::async(std::launch::async, [&] { return code_of([&] { reader.rest(); }); });
    while (!blocked() && pulled.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
    }
    input.cancel();
    if (pulled.wait_for(seconds(30)) != std::future_status::ready) {
      ADD_FAILURE() << "cancel did not wake the reader";
      std::abort();  // the thread cannot be joined
    }
    return pulled.get();
  }
};
INSTANTIATE_TEST_SUITE_P(, Cancel, subjects(), subject_name);

TEST_P(Cancel, WakesARunThatHangs) {
  Input input = open(subject().hanging());
  Reader reader = input.run(input.plan().at(0));
  EXPECT_EQ(cancel_once(input, reader, [&] { return subject().is_hanging(input.progress()); }),
            BULK_INPUT_ERROR_CANCELLED);
  Error error;
  EXPECT_EQ(plugin().reader_error(reader.handle(), &error), BULK_INPUT_ERROR_CANCELLED);
  EXPECT_EQ(error.resumable, 1);
}

TEST_P(Cancel, WakesAPreviewThatHangs) {
  Input input = open(subject().hanging());
  Reader reader = input.preview(15);
  EXPECT_EQ(cancel_once(input, reader, [&] { return subject().is_hanging(input.progress()); }),
            BULK_INPUT_ERROR_CANCELLED);
}

TEST_P(Cancel, WakesAWaitThatTheServiceAskedFor) {
  Input input = open(subject().waiting());
  Reader reader = input.run(input.plan().at(0));
  EXPECT_EQ(cancel_once(input, reader, [&] { return input.progress().requests > 0; }), BULK_INPUT_ERROR_CANCELLED);
}

TEST_P(Cancel, EndsEveryCallOfTheInputForGood) {
  Input input = open(subject().few_rows());
  const std::string task = input.plan().at(0);
  const std::vector<std::string> reports = load(input).reports;
  input.cancel();
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(code_of([&] { input.schema(); }), BULK_INPUT_ERROR_CANCELLED);
    EXPECT_EQ(code_of([&] { input.plan(); }), BULK_INPUT_ERROR_CANCELLED);
    EXPECT_EQ(code_of([&] { input.run(task); }), BULK_INPUT_ERROR_CANCELLED);
    EXPECT_EQ(code_of([&] { input.preview(15); }), BULK_INPUT_ERROR_CANCELLED);
    EXPECT_EQ(code_of([&] { input.next_config(reports); }), BULK_INPUT_ERROR_CANCELLED);
  }
  EXPECT_NO_THROW(input.cancel()) << "a second time";
  EXPECT_GT(input.progress().rows, 0) << "the counters stay";
}

TEST_P(Cancel, BetweenBatchesEndsTheStreamAndTheCheckpointLeadsToTheRest) {
  Input input = open(subject().many_rows());
  Reader reader = input.run(input.plan().at(0));
  Rows rows = reader.next()->rows();
  input.cancel();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(code_of([&] { reader.next(); }), BULK_INPUT_ERROR_CANCELLED);

  Input again = open(subject().many_rows());
  append(rows, again.run(reader.checkpoint()).rest());
  EXPECT_EQ(sorted(std::move(rows)), load(again).rows);
}

TEST_P(Cancel, LeavesAStreamThatEndedAtItsEnd) {
  Input input = open(subject().few_rows());
  Reader reader = input.run(input.plan().at(0));
  EXPECT_FALSE(reader.rest().empty());
  input.cancel();
  EXPECT_FALSE(reader.next().has_value());
  EXPECT_TRUE(open(subject().few_rows()).run(reader.checkpoint()).rest().empty()) << "and its report is one";
}

TEST_P(Cancel, OfOneInputLeavesTheOtherAlone) {
  Input cancelled = open(subject().few_rows());
  Input other = open(subject().few_rows());
  cancelled.cancel();
  EXPECT_FALSE(load(other).rows.empty());
}

TEST_P(Cancel, FromManyThreadsWhileReadersReadEndsThemAll) {
  Input input = open(subject().many_rows());
  std::vector<std::future<int32_t>> readers;
  for (const std::string& task : input.plan(4)) {
    readers.push_back(std::async(std::launch::async, [&input, task] {
      return code_of([&] {
        for (;;) input.run(task).rest();
      });
    }));
  }
  std::vector<std::thread> cancellers;
  for (int i = 0; i < 4; ++i) {
    cancellers.emplace_back([&input] {
      while (input.progress().rows == 0) std::this_thread::yield();
      input.cancel();
    });
  }
  for (std::thread& canceller : cancellers) canceller.join();
  for (auto& reader : readers) EXPECT_EQ(reader.get(), BULK_INPUT_ERROR_CANCELLED);
}

}  // namespace
}  // namespace contract
