// Handles in any order, in any thread, and on either side of a fork.
#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <future>
#include <thread>

#include "contract/subject.h"
#include "support/child_process.h"

namespace contract {
namespace {

class Lifetime : public Contract {};
INSTANTIATE_TEST_SUITE_P(, Lifetime, subjects(), subject_name);

TEST_P(Lifetime, HandlesCloseInAnyOrderAndTheOnesLeftStayUsable) {
  std::string order = "irs";  // input, reader, stream
  do {
    Input input = open(subject().many_rows());
    Reader reader = input.run(input.plan().at(0));
    EXPECT_TRUE(reader.next().has_value());
    for (size_t closed = 0; closed < order.size(); ++closed) {
      if (order[closed] == 'i') input.close();
      if (order[closed] == 'r') reader.close();
      if (order[closed] == 's') reader.release_stream();
      const std::string left = order.substr(closed + 1);
      if (left.find('s') != std::string::npos) {
        EXPECT_TRUE(reader.next().has_value()) << order;
      }
      if (left.find('r') != std::string::npos) {
        EXPECT_NE(reader.checkpoint(), "") << order;
      }
      if (left.find('i') != std::string::npos) {
        EXPECT_GT(input.progress().rows, 0) << order;
      }
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_P(Lifetime, StreamGoesOnToItsEndWhenInputAndReaderWereClosedHalfRead) {
  Input input = open(subject().many_rows());
  const Rows all = load(input).rows;
  Reader reader = input.run(input.plan().at(0));
  Rows rows = reader.next()->rows();
  reader.close();
  input.close();
  append(rows, reader.rest());
  EXPECT_EQ(sorted(std::move(rows)), all);
}

TEST_P(Lifetime, CheckpointOfAStreamReleasedHalfReadLeadsToTheRest) {
  Input input = open(subject().many_rows());
  const Rows all = load(input).rows;
  Reader reader = input.run(input.plan().at(0));
  Rows rows = reader.next()->rows();
  reader.release_stream();
  append(rows, input.run(reader.checkpoint()).rest());
  EXPECT_EQ(sorted(std::move(rows)), all);
}

TEST_P(Lifetime, TextsAndErrorsOutliveTheirHandles) {
  bulk_input_texts tasks{};
  bulk_input_text checkpoint{};
  Error error;
  {
    Input input = open(subject().few_rows());
    ASSERT_EQ(plugin().plan(input.handle(), 3, &tasks, nullptr), BULK_INPUT_OK);
    Reader reader = input.run(std::string(tasks.items[0].data, tasks.items[0].size));
    ASSERT_EQ(plugin().checkpoint(reader.handle(), &checkpoint, nullptr), BULK_INPUT_OK);
    EXPECT_EQ(plugin().plan(input.handle(), 0, nullptr, &error), BULK_INPUT_ERROR_ABI);
  }
  EXPECT_NE(std::string(error.message), "");
  Input input = open(subject().few_rows());
  EXPECT_FALSE(input.run(std::string(tasks.items[0].data, tasks.items[0].size)).rest().empty());
  EXPECT_FALSE(input.run(std::string(checkpoint.data, checkpoint.size)).rest().empty());
  tasks.release(&tasks);
  checkpoint.release(&checkpoint);
}

TEST_P(Lifetime, TwoInputsServeTwoThreads) {
  Input input = open(subject().few_rows());
  const Rows all = load(input).rows;
  const nlohmann::json config = subject().few_rows();
  std::array<std::future<Rows>, 2> loads;
  for (auto& result : loads) {
    result = std::async(std::launch::async, [&] {
      Input own = open(config);
      return load(own).rows;
    });
  }
  for (auto& result : loads) EXPECT_EQ(result.get(), all);
}

TEST_P(Lifetime, ReadersOfOneInputServeAThreadEach) {
  Input input = open(subject().many_rows());
  const Rows all = load(input).rows;
  std::vector<std::future<Rows>> loads;
  for (const std::string& task : input.plan(4)) {
    loads.push_back(std::async(std::launch::async, [&input, task] { return input.run(task).rest(); }));
  }
  Rows rows;
  for (auto& result : loads) {
    append(rows, result.get());
  }
  EXPECT_EQ(sorted(std::move(rows)), all);
  EXPECT_EQ(input.progress().rows, static_cast<int64_t>(2 * all.size()));
}

class Fork : public Contract {};
INSTANTIATE_TEST_SUITE_P(, Fork, subjects(), subject_name);

/// Calls everything on the parent's handles; gives the number of calls that were not refused.
int calls_not_refused(const bulk_input_plugin& plugin, Input& input, Reader& reader, const std::string& task) {
  ArrowSchema schema{};
  ArrowArray array{};
  ArrowArrayStream stream{};
  bulk_input_texts texts{};
  bulk_input_text text{};
  bulk_input_reader* out = nullptr;
  bulk_input_progress progress{};
  progress.struct_size = sizeof progress;
  const bulk_input_text report{task.data(), task.size(), nullptr, nullptr};
  Error error;
  const int32_t codes[] = {
      plugin.schema(input.handle(), &schema, &error),
      plugin.plan(input.handle(), 1, &texts, &error),
      plugin.preview(input.handle(), 1, &out, &stream, &error),
      plugin.run(input.handle(), task.data(), task.size(), &out, &stream, &error),
      plugin.next_config(input.handle(), &report, 1, &text, &error),
      plugin.reader_error(reader.handle(), &error),
      plugin.checkpoint(reader.handle(), &text, &error),
      plugin.progress(input.handle(), &progress),
      plugin.cancel(input.handle()),
  };
  const auto refused = std::count(std::begin(codes), std::end(codes), BULK_INPUT_ERROR_ABI);
  const bool stream_refused = reader.stream().get_next(&reader.stream(), &array) != 0 && array.release == nullptr;
  reader.release_stream();
  reader.close();
  input.close();
  return static_cast<int>(std::end(codes) - std::begin(codes) - refused) + (stream_refused ? 0 : 1);
}

TEST_P(Fork, HandlesAreRefusedInTheChildAndTheParentGoesOn) {
  Input input = open(subject().many_rows());
  const Rows all = load(input).rows;
  const std::string task = input.plan().at(0);
  Reader reader = input.run(task);
  Rows rows = reader.next()->rows();

  const auto in_child = [&] { return calls_not_refused(plugin(), input, reader, task); };
  EXPECT_EQ(test_support::run_forked(in_child), 0);

  append(rows, reader.rest());
  EXPECT_EQ(sorted(std::move(rows)), all);
}

TEST_P(Fork, LibraryLoadedBeforeItServesTheChild) {
  const nlohmann::json config = subject().few_rows();
  const auto in_child = [&] {
    Input input = open(config);
    return load(input).rows.empty() ? 1 : 0;
  };
  EXPECT_EQ(test_support::run_forked(in_child), 0);
}

/// Not a Contract: no library is open when a test begins.
class Loading : public testing::TestWithParam<SubjectCase> {
 protected:
  std::string path() { return GetParam().make()->library_path(); }
};
INSTANTIATE_TEST_SUITE_P(, Loading, subjects(), subject_name);

int64_t resident_pages() {
  int64_t total = 0;
  int64_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident;
}

TEST_P(Loading, ThousandTimesGivesTheSameTableAndTakesNoMemory) {
  const std::string library_path = path();
  const bulk_input_plugin* table = &Library(library_path).table();
  const int64_t pages = resident_pages();
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(&Library(library_path).table(), table);
  EXPECT_LT(resident_pages() - pages, 1024);
}

TEST_P(Loading, LibraryStaysAfterDlclose) {
  const bulk_input_plugin& table = Library(path()).table();
  void* still_there = dlopen(path().c_str(), RTLD_NOW | RTLD_NOLOAD);
  EXPECT_NE(still_there, nullptr);
  EXPECT_NE(std::string(table.name), "");
  if (still_there != nullptr) dlclose(still_there);
}

TEST_P(Loading, TableIsTheSameFromEveryThread) {
  const std::string library_path = path();
  std::array<std::future<const bulk_input_plugin*>, 8> tables;
  for (auto& table : tables) {
    table = std::async(std::launch::async, [&] { return &Library(library_path).table(); });
  }
  const bulk_input_plugin* first = tables[0].get();
  EXPECT_NE(first, nullptr);
  for (size_t i = 1; i < tables.size(); ++i) EXPECT_EQ(tables[i].get(), first);
}

}  // namespace
}  // namespace contract
