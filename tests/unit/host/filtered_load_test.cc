// Loads with filters: what the destination gets, and what an unfinished run is bound to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bulkload/load.h"
#include "unit/host/fake_plugin.h"
#include "unit/host/memory_sink.h"

namespace bulkload {
namespace {

using base::Code;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using Kept = LoadOutcome::Kept;

constexpr const char* kUploadTime = "- {type: add_time, to_column: {name: time}, from_value: {mode: upload_time}}\n";

class FixedClock final : public base::Clock {
 public:
  int64_t now_us() const override { return us; }
  int64_t monotonic_us() const override { return us; }
  bool wait_us(int64_t, const base::StopFlag&) override { return true; }

  int64_t us = 1'000;
};

class FilteredLoadTest : public testing::Test {
 protected:
  /// A run of a new process: the plugin's configuration, and a `filters:` section.
  LoadOutcome run(const std::string& config, const std::string& filters) {
    const base::Log log(base::LogLevel::info,
                        [this](base::LogLevel, std::string_view line) { log_.emplace_back(line); });
    auto input = Input::create(fake_plugin(), config, base::LogLevel::info, log);
    EXPECT_TRUE(input.ok()) << input.status().message();
    ConfigProblems problems;
    const auto no_environment = [](const std::string&) { return std::optional<std::string>(); };
    const ConfigNode section =
        parse_config_tree(expand_config_text("c.yml", filters, no_environment, problems), problems);
    FilterChain chain = FilterChain::read(section, ConfigNode(), problems);
    Findings findings;
    chain.bind(input->schema(), false, findings);
    EXPECT_EQ(format_problems(problems) + format_problems(findings.problems), "");
    LoadJob job;
    job.input = &*input;
    job.filters = &chain;
    job.make_sink = [this]() -> base::Result<std::unique_ptr<Sink>> {
      return std::unique_ptr<Sink>(std::make_unique<MemorySink>(destination_));
    };
    job.clock = &clock_;
    job.log = log;
    return load(job);
  }

  json state() const { return json::parse(destination_.state->text); }

  MemoryDestination destination_;
  FixedClock clock_;
  std::vector<std::string> log_;
};

TEST_F(FilteredLoadTest, DestinationGetsWhatTheFiltersLeave) {
  const LoadOutcome outcome = run(R"({"rows": "2"})", "- {type: remove_columns, keep: [detail]}\n");
  EXPECT_TRUE(outcome.status.ok()) << outcome.status.message();
  ASSERT_EQ(destination_.visible.size(), 2U);
  EXPECT_THAT(destination_.visible[0], HasSubstr("{"));
}

TEST_F(FilteredLoadTest, UploadTimeIsWhenTheRunBeganAlsoWhenItGoesOn) {
  const std::string config = R"({"rows": "50", "fail_at": "34"})";
  EXPECT_EQ(run(config, kUploadTime).kept, Kept::state);
  EXPECT_EQ(state().at("upload_time_us"), 1'000);
  clock_.us = 9'000;
  destination_.on_call = [this](const std::string& call) {
    if (call == "commit") destination_.failures["commit"] = base::Status(Code::local_io, "full");
  };
  EXPECT_EQ(run(config, kUploadTime).kept, Kept::state);
  EXPECT_EQ(state().at("upload_time_us"), 1'000);
  EXPECT_GT(state().at("rows"), 34);
}

TEST_F(FilteredLoadTest, UnfinishedRunIsNotGoneOnWithWithOtherFilters) {
  run(R"({"rows": "50", "fail_at": "34"})", kUploadTime);
  const std::string before = destination_.state->text;
  for (const std::string other : {"", "- {type: remove_columns, remove: [detail]}\n"}) {
    const LoadOutcome refused = run(R"({"rows": "50"})", other);
    EXPECT_EQ(refused.status.code(), Code::config);
    EXPECT_THAT(refused.status.message(), HasSubstr("had other filters"));
    EXPECT_EQ(refused.kept, Kept::refused);
    EXPECT_EQ(destination_.state->text, before);
  }
  const LoadOutcome outcome = run(R"({"rows": "50"})", std::string("# as before\n") + kUploadTime);
  EXPECT_TRUE(outcome.status.ok()) << outcome.status.message();
  EXPECT_EQ(destination_.visible.size(), 50U);
}

TEST_F(FilteredLoadTest, CommittedRunIsFinishedWhateverTheFiltersAreNow) {
  destination_.failures["forget"] = base::Status(Code::local_io, "read-only");
  EXPECT_TRUE(run(R"({"rows": "5"})", kUploadTime).status.ok());
  destination_.failures.clear();
  EXPECT_TRUE(run(R"({"rows": "5"})", "").status.ok());
  EXPECT_FALSE(destination_.state.has_value());
}

TEST_F(FilteredLoadTest, StateOfAnEarlierReleaseHadNoFilters) {
  run(R"({"rows": "50", "fail_at": "34"})", "");
  json old = state();
  old.erase("filters");
  old.erase("upload_time_us");
  destination_.state->text = old.dump();
  EXPECT_EQ(run(R"({"rows": "50"})", kUploadTime).kept, Kept::refused);
  EXPECT_TRUE(run(R"({"rows": "50"})", "").status.ok());
  EXPECT_EQ(destination_.visible.size(), 50U);
}

TEST_F(FilteredLoadTest, WhatCouldNotBeDoneIsSaidAtTheEnd) {
  run(R"({"rows": "3"})", "- {type: add_time, to_column: {name: t}, from_column: {name: id}}\n");
  EXPECT_EQ(log_.back(), "filters.add_time: 3 values of 'id' could not be read as a time and became null");
}

}  // namespace
}  // namespace bulkload
