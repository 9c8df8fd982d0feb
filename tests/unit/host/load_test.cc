#include "bulkload/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "bulkload/run_state.h"
#include "unit/host/fake_plugin.h"
#include "unit/host/memory_sink.h"

namespace bulkload {
namespace {

using base::Code;
using base::Status;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Kept = LoadOutcome::Kept;

/// Goes on only when it is told to.
class ManualClock final : public base::Clock {
 public:
  int64_t now_us() const override { return us; }
  int64_t monotonic_us() const override { return us; }
  bool wait_us(int64_t, const base::StopFlag&) override { return true; }

  int64_t us = 0;
};

std::vector<std::string> row_ids(int64_t rows) {
  std::vector<std::string> ids;
  for (int64_t row = 0; row < rows; ++row) {
    const std::string number = std::to_string(row);
    ids.push_back("row-" + std::string(7 - number.size(), '0') + number);
  }
  return ids;
}

class LoadTest : public testing::Test {
 protected:
  /// A run of a new process with this configuration.
  LoadOutcome run(const std::string& config) {
    const base::Log log(base::LogLevel::debug,
                        [this](base::LogLevel, std::string_view line) { log_.emplace_back(line); });
    auto input = Input::create(fake_plugin(), config, base::LogLevel::info, log);
    EXPECT_TRUE(input.ok()) << input.status().message();
    LoadJob job;
    job.input = &*input;
    job.make_sink = [this]() -> base::Result<std::unique_ptr<Sink>> {
      return std::unique_ptr<Sink>(std::make_unique<MemorySink>(destination_));
    };
    job.store_next_config = [this](const std::string& diff) {
      diffs_.push_back(diff);
      return store_status_;
    };
    job.mark = mark_;
    job.has_next_config = [this](const std::string& diff) { return diff == configured_; };
    job.clock = &clock_;
    job.log = log;
    destination_.calls.clear();
    return load(job);
  }

  int64_t count(const std::string& call) const {
    return std::count(destination_.calls.begin(), destination_.calls.end(), call);
  }

  MemoryDestination destination_;
  ManualClock clock_;
  Status store_status_;
  RunMark mark_;
  std::vector<std::string> diffs_;
  std::string configured_;  // the diff that the configuration has in it
  std::vector<std::string> log_;
};

TEST_F(LoadTest, RowsAreCommittedBeforeTheNextConfigAndTheStateGoesLast) {
  const LoadOutcome outcome = run(R"({"rows": "25"})");
  EXPECT_TRUE(outcome.status.ok());
  EXPECT_EQ(exit_code(outcome.status), 0);
  EXPECT_EQ(outcome.result.rows_written, 25);
  EXPECT_EQ(destination_.visible, row_ids(25));
  EXPECT_EQ(destination_.calls.front(), "open");
  EXPECT_EQ(destination_.calls[destination_.calls.size() - 2], "commit");
  EXPECT_EQ(destination_.calls.back(), "forget");
  EXPECT_THAT(diffs_, ElementsAre(R"({"start_time":"25","end_time":null})"));
  EXPECT_FALSE(destination_.state.has_value());
  EXPECT_THAT(log_, ElementsAre("{done:  0 / 1, running: 1}", "{done:  1 / 1, running: 0}", "Committed.",
                                R"(Next config diff: {"in":{"start_time":"25","end_time":null}})"));
}

TEST_F(LoadTest, EmptySourceIsARunToo) {
  EXPECT_TRUE(run(R"({"rows": "0"})").status.ok());
  EXPECT_THAT(destination_.calls, ElementsAre("open", "commit", "forget"));
  EXPECT_THAT(diffs_, ElementsAre(R"({"start_time":"0","end_time":null})"));
}

TEST_F(LoadTest, RunGoesOnWhereAFailedOneStopped) {
  const std::string config = R"({"rows": "50", "fail_at": "34"})";
  const LoadOutcome failed = run(config);
  EXPECT_EQ(failed.status.code(), Code::remote_transient);
  EXPECT_EQ(exit_code(failed.status), 3);
  EXPECT_EQ(failed.kept, Kept::state);
  EXPECT_EQ(failed.rows_kept, 34);
  EXPECT_EQ(destination_.saved, row_ids(34));
  EXPECT_THAT(destination_.visible, IsEmpty());
  EXPECT_THAT(diffs_, IsEmpty());

  const LoadOutcome outcome = run(config);
  EXPECT_TRUE(outcome.status.ok());
  EXPECT_EQ(destination_.visible, row_ids(50));
  EXPECT_EQ(count("abandon"), 0);
  EXPECT_THAT(log_, Contains("Resuming the unfinished run: 34 rows are there already."));
}

TEST_F(LoadTest, DestinationKnowsWhenTheRunBeganHoweverManyProcessesTakePart) {
  const std::string config = R"({"rows": "50", "fail_at": "34"})";
  clock_.us = 1'000;
  ASSERT_EQ(run(config).kept, Kept::state);
  clock_.us = 5'000;
  ASSERT_TRUE(run(config).status.ok());
  EXPECT_EQ(destination_.begun_us, 1'000);
}

TEST_F(LoadTest, FatalFailureKeepsRowsThatWereWritten) {
  const LoadOutcome outcome = run(R"({"rows": "50", "fail_at": "30", "fail_code": "6"})");
  EXPECT_EQ(outcome.status.code(), Code::data);
  EXPECT_EQ(exit_code(outcome.status), 1);
  EXPECT_EQ(outcome.kept, Kept::state);
  EXPECT_EQ(outcome.rows_kept, 30);
}

TEST_F(LoadTest, FailureBeforeTheFirstRowLeavesNoTrace) {
  const LoadOutcome outcome = run(R"({"rows": "50", "fail_at": "0", "fail_code": "2"})");
  EXPECT_EQ(outcome.status.code(), Code::auth);
  EXPECT_EQ(exit_code(outcome.status), 1);
  EXPECT_EQ(outcome.kept, Kept::nothing);
  EXPECT_THAT(destination_.calls, ElementsAre("open", "abandon"));
}

TEST_F(LoadTest, TimeToWaitForReachesTheCaller) {
  EXPECT_EQ(run(R"({"rows": "5", "fail_at": "0", "fail_code": "5"})").status.retry_at_us(), 1'800'000'000'000'000);
}

TEST_F(LoadTest, CommittedRunIsOnlyFinished) {
  store_status_ = Status(Code::local_io, "the disk is full");
  const LoadOutcome unfinished = run(R"({"rows": "25"})");
  EXPECT_EQ(exit_code(unfinished.status), 3);
  EXPECT_EQ(unfinished.kept, Kept::committed);
  EXPECT_EQ(destination_.calls.back(), "commit");

  store_status_ = Status();
  EXPECT_TRUE(run(R"({"rows": "25"})").status.ok());
  EXPECT_THAT(destination_.calls, ElementsAre("open", "forget"));
  EXPECT_EQ(diffs_.back(), R"({"start_time":"25","end_time":null})");
  EXPECT_EQ(destination_.visible, row_ids(25));
}

TEST_F(LoadTest, StateOfAnotherConfigurationIsRefusedAndKept) {
  run(R"({"rows": "50", "fail_at": "20"})");
  const auto state = destination_.state;
  const LoadOutcome outcome = run(R"({"rows": "60"})");
  EXPECT_EQ(exit_code(outcome.status), 2);
  EXPECT_EQ(outcome.kept, Kept::refused);
  EXPECT_THAT(destination_.calls, ElementsAre("open"));
  ASSERT_TRUE(destination_.state.has_value());
  EXPECT_EQ(destination_.state->text, state->text);
}

TEST_F(LoadTest, CommittedStateOfAnotherConfigurationIsRefused) {
  store_status_ = Status(Code::local_io, "the disk is full");
  run(R"({"rows": "25"})");
  store_status_ = Status();
  const LoadOutcome outcome = run(R"({"rows": "26"})");
  EXPECT_EQ(exit_code(outcome.status), 2);
  EXPECT_EQ(outcome.kept, Kept::refused);
}

TEST_F(LoadTest, ConfigurationThatARunKilledNearItsEndHasChangedItselfIsNoObstacle) {
  destination_.failures["forget"] = Status(Code::local_io, "read-only");
  EXPECT_TRUE(run(R"({"rows": "25"})").status.ok());
  ASSERT_TRUE(destination_.state.has_value());

  destination_.failures.clear();
  configured_ = diffs_.back();
  EXPECT_TRUE(run(R"({"rows": "26"})").status.ok());
  EXPECT_THAT(destination_.calls, ElementsAre("open", "forget"));
  EXPECT_EQ(diffs_, std::vector<std::string>(2, configured_));
}

TEST_F(LoadTest, DamagedStateIsRefusedAndNeverTakenForNone) {
  run(R"({"rows": "50", "fail_at": "20"})");
  const std::string sound = destination_.state->text;
  for (size_t size = 0; size < sound.size(); ++size) {
    destination_.state->text = sound.substr(0, size);
    const LoadOutcome outcome = run(R"({"rows": "50"})");
    ASSERT_EQ(exit_code(outcome.status), 2) << size;
    ASSERT_EQ(outcome.kept, Kept::refused) << size;
    ASSERT_THAT(destination_.calls, ElementsAre("open")) << size;
  }
}

TEST_F(LoadTest, UnorderedSourceBeginsAnewOnceItLostItsPlace) {
  const std::string config = R"({"rows": "50", "order": "none", "fail_at": "20", "begin_anew": "true"})";
  EXPECT_EQ(run(config).rows_kept, 20);
  // The second run begins at row 20, is refused, and begins again; it then fails at the same row as the first.
  const LoadOutcome outcome = run(config);
  EXPECT_EQ(outcome.status.code(), Code::remote_transient);
  EXPECT_EQ(count("abandon"), 1);
  EXPECT_EQ(count("open"), 2);
  EXPECT_EQ(destination_.saved, row_ids(20));
  EXPECT_THAT(log_, Contains(HasSubstr("beginning anew: the cursor was refused")));
}

TEST_F(LoadTest, SourceThatLosesItsPlaceAgainEndsTheRunWithNothingKept) {
  const LoadOutcome outcome = run(R"({"rows": "50", "order": "none", "begin_anew": "always"})");
  EXPECT_EQ(outcome.status.code(), Code::data);
  EXPECT_EQ(exit_code(outcome.status), 3);
  EXPECT_EQ(outcome.kept, Kept::nothing);
  EXPECT_EQ(count("open"), 2);
  EXPECT_EQ(count("abandon"), 2);
  EXPECT_FALSE(destination_.state.has_value());
}

TEST_F(LoadTest, OrderedSourceNeverThrowsRowsAway) {
  const LoadOutcome outcome = run(R"({"rows": "50", "begin_anew": "always"})");
  EXPECT_EQ(exit_code(outcome.status), 3);
  EXPECT_EQ(outcome.kept, Kept::state);
  EXPECT_EQ(count("abandon"), 0);
}

TEST_F(LoadTest, AfterAFailedWriteTheSinkIsNotUsedAnyMore) {
  clock_.us = 1;
  destination_.on_call = [this](const std::string& call) {
    if (call == "save") destination_.failures["write"] = Status(Code::local_io, "no space");
  };
  const LoadOutcome outcome = run(R"({"rows": "50"})");
  EXPECT_EQ(exit_code(outcome.status), 3);
  EXPECT_EQ(outcome.rows_kept, 10);
  EXPECT_THAT(destination_.calls, ElementsAre("open", "write", "save", "write"));
}

TEST_F(LoadTest, FirstWriteThatFailsIsTakenBack) {
  destination_.failures["write"] = Status(Code::local_io, "no space");
  EXPECT_EQ(run(R"({"rows": "50"})").kept, Kept::nothing);
  EXPECT_THAT(destination_.calls, ElementsAre("open", "write", "abandon"));
}

TEST_F(LoadTest, FailedCommitKeepsTheState) {
  destination_.failures["commit"] = Status(Code::local_io, "no space");
  const LoadOutcome outcome = run(R"({"rows": "25"})");
  EXPECT_EQ(outcome.kept, Kept::state);
  EXPECT_THAT(diffs_, IsEmpty());
  EXPECT_THAT(destination_.calls, Not(Contains("abandon")));
  destination_.failures.clear();
  EXPECT_TRUE(run(R"({"rows": "25"})").status.ok());
  EXPECT_EQ(destination_.visible, row_ids(25));
}

TEST_F(LoadTest, LockedDestinationIsLeftAlone) {
  destination_.failures["open"] = Status(Code::busy, "another run writes to it");
  const LoadOutcome outcome = run(R"({"rows": "25"})");
  EXPECT_EQ(exit_code(outcome.status), 3);
  EXPECT_THAT(destination_.calls, ElementsAre("open"));
}

TEST_F(LoadTest, StateThatCannotBeDroppedIsOnlyAWarning) {
  destination_.failures["forget"] = Status(Code::local_io, "read-only");
  EXPECT_TRUE(run(R"({"rows": "25"})").status.ok());
  EXPECT_EQ(log_.back(), "The finished run's state was not dropped: read-only");
}

TEST_F(LoadTest, DestinationWithoutStateBeginsAnew) {
  destination_.keeps_state = false;
  const LoadOutcome outcome = run(R"({"rows": "50", "fail_at": "20"})");
  EXPECT_EQ(exit_code(outcome.status), 3);
  EXPECT_EQ(outcome.kept, Kept::nothing);
  EXPECT_EQ(outcome.rows_kept, 0);
}

TEST_F(LoadTest, SavingCostsAtMostATwentiethOfTheTime) {
  // A save takes 1 s and a batch 5 s: the first batch is saved, then every fourth.
  destination_.on_call = [this](const std::string& call) { clock_.us += call == "save" ? 1'000'000 : 5'000'000; };
  EXPECT_TRUE(run(R"({"rows": "120"})").status.ok());
  std::string calls;
  for (const std::string& call : destination_.calls) calls += call.substr(0, 1);
  EXPECT_EQ(calls, "owswwwwswwwwswwwcf");
}

TEST_F(LoadTest, MarkIsSetAfterTheFirstSaveAndRemovedBetweenNextConfigAndState) {
  std::string run;
  mark_.check = [this](const RunState* found) {
    EXPECT_EQ(found, nullptr);
    return destination_.called("check");
  };
  mark_.set = [&](const RunState& state) {
    run = state.id;
    return destination_.called("mark");
  };
  mark_.remove = [this] {
    EXPECT_EQ(diffs_.size(), 1U);
    EXPECT_TRUE(destination_.state.has_value());
    return destination_.called("unmark");
  };
  EXPECT_TRUE(LoadTest::run(R"({"rows": "25"})").status.ok());
  EXPECT_EQ(run.size(), 16U);
  EXPECT_THAT(destination_.calls, testing::IsSupersetOf({"check", "mark", "unmark"}));
  const auto at = [this](const std::string& call) {
    return std::find(destination_.calls.begin(), destination_.calls.end(), call) - destination_.calls.begin();
  };
  EXPECT_EQ(at("open") + 1, at("check"));
  EXPECT_EQ(at("save") + 1, at("mark"));
  EXPECT_EQ(count("mark"), 1);
  EXPECT_EQ(at("unmark") + 1, at("forget"));
}

TEST_F(LoadTest, RefusalOfTheMarkLeavesAnUnfinishedRunAsItIs) {
  ASSERT_EQ(run(R"({"rows": "50", "fail_at": "34"})").kept, Kept::state);
  mark_.check = [](const RunState*) { return Status(Code::config, "another run"); };
  const LoadOutcome refused = run(R"({"rows": "50"})");
  EXPECT_EQ(exit_code(refused.status), 2);
  EXPECT_EQ(refused.kept, Kept::refused);
  EXPECT_THAT(destination_.calls, ElementsAre("open"));
  mark_ = {};
  EXPECT_TRUE(run(R"({"rows": "50"})").status.ok());
  EXPECT_EQ(destination_.visible, row_ids(50));
}

TEST_F(LoadTest, RunThatBeginsAnewIsUnmarkedBeforeItsStateGoes) {
  mark_.remove = [this] { return destination_.called("unmark"); };
  ASSERT_EQ(run(R"({"rows": "50", "order": "none", "fail_at": "34"})").kept, Kept::state);
  ASSERT_EQ(count("unmark"), 0);
  EXPECT_TRUE(run(R"({"rows": "50", "order": "none", "begin_anew": "true"})").status.ok());
  const auto unmark = std::find(destination_.calls.begin(), destination_.calls.end(), "unmark");
  ASSERT_NE(unmark, destination_.calls.end());
  EXPECT_EQ(*(unmark + 1), "abandon");
}

TEST(SavePolicy, FirstBatchIsAlwaysSaved) {
  SavePolicy policy;
  EXPECT_TRUE(policy.due(0));
  policy.saved(0, 100);
  EXPECT_FALSE(policy.due(100));
  EXPECT_FALSE(policy.due(2099));
  EXPECT_TRUE(policy.due(2100));
}

TEST(RunState, ReadsBack) {
  const auto state = parse_run_state(to_text({{R"({"a":"é"})", "two"}, 1, 42}));
  ASSERT_TRUE(state.ok());
  EXPECT_THAT(state->tasks, ElementsAre(R"({"a":"é"})", "two"));
  EXPECT_EQ(state->done, 1U);
  EXPECT_EQ(state->rows, 42);
  EXPECT_EQ(state->id, "");
}

TEST(RunState, HasAnIdOfItsOwn) {
  RunState state{{"t"}, 0, 0};
  state.id = new_run_id();
  EXPECT_NE(state.id, new_run_id());
  EXPECT_EQ(parse_run_state(to_text(state))->id, state.id);
  EXPECT_EQ(parse_run_state(R"({"v":1,"done":0,"rows":0,"tasks":["t"]})")->id, "") << "as earlier releases wrote it";
}

TEST(RunState, NewerAndOddTextsAreRefused) {
  EXPECT_THAT(parse_run_state(R"({"v":2,"done":0,"rows":0,"tasks":["t"]})").status().message(), HasSubstr("newer"));
  for (const char* text :
       {"", "null", "[]", "{}", R"({"v":1,"done":0,"rows":0,"tasks":[]})", R"({"v":1,"done":2,"rows":0,"tasks":["t"]})",
        R"({"v":1,"done":0,"rows":-1,"tasks":["t"]})", R"({"v":1,"done":0,"rows":0,"tasks":[1]})",
        R"({"v":"1","done":0,"rows":0,"tasks":["t"]})"}) {
    EXPECT_EQ(parse_run_state(text).status().code(), Code::config) << text;
  }
}

TEST(ExitCode, TellsWhatToDo) {
  EXPECT_EQ(exit_code(Status()), 0);
  for (const Code code : {Code::auth, Code::remote_fatal, Code::data, Code::abi, Code::internal}) {
    EXPECT_EQ(exit_code(Status(code, "x")), 1);
  }
  EXPECT_EQ(exit_code(Status(Code::config, "x")), 2);
  for (const Code code :
       {Code::remote_transient, Code::rate_limited, Code::local_io, Code::out_of_memory, Code::cancelled, Code::busy}) {
    EXPECT_EQ(exit_code(Status(code, "x")), 3);
  }
}

}  // namespace
}  // namespace bulkload
