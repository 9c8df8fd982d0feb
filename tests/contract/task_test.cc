// The one document: tasks, checkpoints, reports, and what is made of them.
#include <algorithm>
#include <regex>

#include "contract/subject.h"

namespace contract {
namespace {

using nlohmann::json;

class Task : public Contract {};
INSTANTIATE_TEST_SUITE_P(, Task, subjects(), subject_name);

TEST_P(Task, PlanHasOneTaskToAsManyAsAskedFor) {
  Input input = open(subject().few_rows());
  for (const size_t max_tasks : {size_t{1}, size_t{2}, size_t{3}, size_t{64}, SIZE_MAX}) {
    const size_t tasks = input.plan(max_tasks).size();
    EXPECT_GE(tasks, 1u);
    EXPECT_LE(tasks, max_tasks);
  }
  EXPECT_GE(open(subject().no_rows()).plan(4).size(), 1u);
}

TEST_P(Task, PlanIsDeterministic) {
  Input input = open(subject().many_rows());
  for (const size_t max_tasks : {1u, 5u}) EXPECT_EQ(input.plan(max_tasks), input.plan(max_tasks));
}

TEST_P(Task, TasksOfAnyPlanCoverTheRunExactlyOnce) {
  Input input = open(subject().few_rows());
  const Rows all = load(input).rows;
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end()) << "every row once";
  for (const size_t max_tasks : {2u, 3u, 7u}) EXPECT_EQ(load(input, max_tasks).rows, all);
}

TEST_P(Task, HoldsNoCredentials) {
  const json config = subject().few_rows();
  Input input = open(config);
  for (const char* key : {"token", "api_token"}) {
    if (!config.contains(key)) continue;
    for (const std::string& task : input.plan(3))
      EXPECT_EQ(task.find(config.at(key).get<std::string>()), std::string::npos);
  }
}

TEST_P(Task, RunsInAnotherInputOfTheSameConfiguration) {
  Input planner = open(subject().few_rows());
  const Rows all = load(planner).rows;
  Rows rows;
  for (const std::string& task : planner.plan(3)) {
    Input worker = open(subject().few_rows());
    append(rows, worker.run(task).rest());
  }
  EXPECT_EQ(sorted(std::move(rows)), all);
}

class Checkpoint : public Contract {};
INSTANTIATE_TEST_SUITE_P(, Checkpoint, subjects(), subject_name);

TEST_P(Checkpoint, AfterEachBatchLeadsToExactlyTheRest) {
  Input input = open(subject().many_rows());
  const std::string task = input.plan().at(0);
  const Rows all = load(input).rows;
  Reader reader = input.run(task);
  Rows before;
  const auto expect_exactly_the_rest = [&] {
    Rows rows = before;
    append(rows, input.run(reader.checkpoint()).rest());
    EXPECT_EQ(sorted(std::move(rows)), all) << "after " << before.size() << " rows";
  };
  expect_exactly_the_rest();
  int batches = 0;
  for (; std::optional<Batch> batch = reader.next(); ++batches) {
    append(before, batch->rows());
    expect_exactly_the_rest();
  }
  EXPECT_GE(batches, 3);
  expect_exactly_the_rest();
}

TEST_P(Checkpoint, OfACheckpointLeadsToExactlyTheRest) {
  Input input = open(subject().many_rows());
  const Rows all = load(input).rows;
  std::string document = input.plan().at(0);
  Rows rows;
  for (bool more = true; more;) {  // a new reader for every batch
    Reader reader = input.run(document);
    std::optional<Batch> batch = reader.next();
    more = batch.has_value();
    append(rows, more ? batch->rows() : Rows());
    document = reader.checkpoint();
  }
  EXPECT_EQ(sorted(std::move(rows)), all);
}

TEST_P(Checkpoint, AfterAFailureLeadsToExactlyTheRest) {
  Rows rows;
  std::string document;
  {
    Input input = open(subject().failing());
    Reader reader = input.run(input.plan().at(0));
    const auto read_on = [&] {
      while (std::optional<Batch> batch = reader.next()) append(rows, batch->rows());
    };
    EXPECT_EQ(code_of(read_on), BULK_INPUT_ERROR_REMOTE_FATAL);
    document = reader.checkpoint();
  }
  Input input = open(subject().many_rows());
  Rows rest = input.run(document).rest();
  EXPECT_GT(rest.size(), 0u);
  append(rows, std::move(rest));
  EXPECT_EQ(sorted(std::move(rows)), load(input).rows);
}

TEST_P(Checkpoint, AfterTheEndIsAReportThatRunsToNothing) {
  Input input = open(subject().few_rows());
  const std::string report = load(input).reports.at(0);
  Reader reader = input.run(report);
  EXPECT_TRUE(reader.rest().empty());
  EXPECT_EQ(input.next_config({reader.checkpoint()}), input.next_config({report}));
}

/// Documents with something wrong.
class Damage : public Contract {
 protected:
  Damage() : input_(open(subject().few_rows())) {
    Reader reader = input_.run(input_.plan().at(0));
    reader.next();
    document_ = reader.checkpoint();
  }

  int32_t run(const std::string& document) {
    return code_of([&] { input_.run(document); });
  }

  Input input_;
  std::string document_;
};
INSTANTIATE_TEST_SUITE_P(, Damage, subjects(), subject_name);

TEST_P(Damage, OfAnyBitIsRefused) {
  ASSERT_EQ(run(document_), BULK_INPUT_OK);
  for (size_t bit = 0; bit < document_.size() * 8; ++bit) {
    std::string damaged = document_;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(run(damaged), BULK_INPUT_ERROR_CONFIG) << "bit " << bit << ": " << damaged;
  }
}

TEST_P(Damage, ByCuttingAtAnyByteIsRefused) {
  for (size_t size = 0; size < document_.size(); ++size) {
    EXPECT_EQ(run(document_.substr(0, size)), BULK_INPUT_ERROR_CONFIG) << "cut to " << size << " bytes";
  }
}

TEST_P(Damage, ByAddingOrExchangingTextIsRefused) {
  EXPECT_EQ(run(document_ + "x"), BULK_INPUT_ERROR_CONFIG);
  EXPECT_EQ(run(document_ + document_), BULK_INPUT_ERROR_CONFIG);
  EXPECT_EQ(run(std::string(1 << 20, '[')), BULK_INPUT_ERROR_CONFIG);
  EXPECT_EQ(run(std::string(document_.size(), '\0')), BULK_INPUT_ERROR_CONFIG);
  EXPECT_EQ(run("null"), BULK_INPUT_ERROR_CONFIG);
}

TEST_P(Damage, NewerVersionIsRefusedByItsNumber) {
  const std::string newer = std::regex_replace(document_, std::regex("(\"v\" *: *)1"), "$012");
  std::string message;
  try {
    input_.run(newer);
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), BULK_INPUT_ERROR_CONFIG);
    message = failure.what();
  }
  EXPECT_NE(message.find("version"), std::string::npos) << message;
}

TEST_P(Damage, DocumentOfAnotherConfigurationIsRefused) {
  Input other = open(subject().other_selection());
  EXPECT_EQ(code_of([&] { other.run(document_); }), BULK_INPUT_ERROR_CONFIG);
}

TEST_P(Damage, DocumentOfAnotherAccountIsRefused) {
  Input other = open(subject().other_account());
  EXPECT_EQ(code_of([&] { other.run(document_); }), BULK_INPUT_ERROR_CONFIG);
}

TEST_P(Damage, OfAReportIsRefusedByNextConfig) {
  const std::string report = load(input_).reports.at(0);
  std::string damaged = report;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
  EXPECT_EQ(code_of([&] { input_.next_config({damaged}); }), BULK_INPUT_ERROR_CONFIG);
  EXPECT_EQ(code_of([&] { input_.next_config({report, ""}); }), BULK_INPUT_ERROR_CONFIG);
}

class NextConfig : public Contract {};
INSTANTIATE_TEST_SUITE_P(, NextConfig, subjects(), subject_name);

TEST_P(NextConfig, IsAnObjectThatIsNeverEmpty) {
  for (const auto make_config : {&Subject::few_rows, &Subject::no_rows}) {
    Input input = open((subject().*make_config)());
    const json diff = json::parse(input.next_config(load(input).reports));
    EXPECT_TRUE(diff.is_object());
    EXPECT_FALSE(diff.empty());
  }
}

TEST_P(NextConfig, IsTheSameForAnyPlan) {
  Input input = open(subject().few_rows());
  const std::string diff = input.next_config(load(input).reports);
  std::vector<std::string> reports = load(input, 4).reports;
  EXPECT_EQ(input.next_config(reports), diff);
  std::reverse(reports.begin(), reports.end());
  EXPECT_EQ(input.next_config(reports), diff);
}

TEST_P(NextConfig, OfAnUnfinishedTaskIsRefused) {
  Input input = open(subject().many_rows());
  Reader reader = input.run(input.plan().at(0));
  reader.next();
  EXPECT_EQ(code_of([&] { input.next_config({reader.checkpoint()}); }), BULK_INPUT_ERROR_CONFIG);
}

TEST_P(NextConfig, MergedOverTheConfigurationIsOne) {
  json config = subject().few_rows();
  Input input = open(config);
  config.merge_patch(json::parse(input.next_config(load(input).reports)));
  Input next = open(config);
  EXPECT_NO_THROW(load(next));
}

}  // namespace
}  // namespace contract
