// Calls that a host should not make: each is answered with a code, none with a crash.
#include <cstdint>
#include <cstring>
#include <limits>

#include "contract/subject.h"

namespace contract {
namespace {

class Arguments : public Contract {
 protected:
  Arguments() : input_(open(subject().few_rows())), task_(input_.plan().at(0)), reader_(input_.run(task_)) {}

  const bulk_input_plugin& call() const { return plugin(); }
  bulk_input_input* input() { return input_.handle(); }
  bulk_input_reader* reader() { return reader_.handle(); }
  const char* task() const { return task_.c_str(); }
  size_t task_size() const { return task_.size(); }

 private:
  Input input_;
  std::string task_;
  Reader reader_;
};
INSTANTIATE_TEST_SUITE_P(, Arguments, subjects(), subject_name);

const std::string kConfig = "{}";

TEST_P(Arguments, NullIsRefusedForEveryPointerOfInit) {
  bulk_input_input* out = nullptr;
  Error error;
  EXPECT_EQ(call().init(nullptr, nullptr, 2, &out, &error), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(error.code, BULK_INPUT_ERROR_ABI);
  EXPECT_NE(std::string(error.message), "");
  EXPECT_EQ(call().init(nullptr, kConfig.data(), 2, nullptr, &error), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(call().init(nullptr, nullptr, 0, nullptr, nullptr), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(out, nullptr);
}

TEST_P(Arguments, NullErrorIsSimplyNotFilled) {
  bulk_input_input* out = nullptr;
  const std::string config = subject().few_rows().dump();
  EXPECT_EQ(call().init(nullptr, config.data(), config.size(), &out, nullptr), BULK_INPUT_OK);
  ASSERT_NE(out, nullptr);
  ArrowSchema schema{};
  EXPECT_EQ(call().schema(out, &schema, nullptr), BULK_INPUT_OK);
  schema.release(&schema);
  call().close(out);
  EXPECT_EQ(call().init(nullptr, "nonsense", 8, &out, nullptr), BULK_INPUT_ERROR_CONFIG);
  EXPECT_EQ(out, nullptr);
}

TEST_P(Arguments, NullIsRefusedForEveryPointerOfAnInputsFunctions) {
  Error error;
  ArrowSchema schema{};
  EXPECT_EQ(call().schema(nullptr, &schema, &error), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(call().schema(input(), nullptr, &error), BULK_INPUT_ERROR_ABI);

  bulk_input_texts texts{};
  EXPECT_EQ(call().plan(nullptr, 1, &texts, &error), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(call().plan(input(), 1, nullptr, &error), BULK_INPUT_ERROR_ABI);

  bulk_input_text text{};
  const bulk_input_text report{task(), task_size(), nullptr, nullptr};
  const bulk_input_text empty_report{nullptr, 0, nullptr, nullptr};
  EXPECT_EQ(call().next_config(nullptr, &report, 1, &text, &error), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(call().next_config(input(), nullptr, 1, &text, &error), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(call().next_config(input(), &empty_report, 1, &text, &error), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(call().next_config(input(), &report, 1, nullptr, &error), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(text.release, nullptr);

  bulk_input_progress progress{};
  progress.struct_size = sizeof progress;
  EXPECT_EQ(call().progress(nullptr, &progress), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(call().progress(input(), nullptr), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(call().cancel(nullptr), BULK_INPUT_ERROR_ABI);
  call().close(nullptr);
}

TEST_P(Arguments, NullIsRefusedForEveryPointerThatOpensAReader) {
  Error error;
  bulk_input_reader* out = nullptr;
  ArrowArrayStream stream{};
  EXPECT_EQ(call().preview(nullptr, 1, &out, &stream, &error), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(call().preview(input(), 1, nullptr, &stream, &error), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(call().preview(input(), 1, &out, nullptr, &error), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(call().run(nullptr, task(), task_size(), &out, &stream, &error), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(call().run(input(), nullptr, task_size(), &out, &stream, &error), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(call().run(input(), task(), task_size(), nullptr, &stream, &error), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(call().run(input(), task(), task_size(), &out, nullptr, &error), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(out, nullptr);
  EXPECT_EQ(stream.release, nullptr);
}

TEST_P(Arguments, NullIsRefusedForEveryPointerOfAReadersFunctions) {
  Error error;
  bulk_input_text text{};
  EXPECT_EQ(call().reader_error(nullptr, &error), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(call().reader_error(reader(), nullptr), BULK_INPUT_OK) << "an error is optional here too";
  EXPECT_EQ(call().checkpoint(nullptr, &text, &error), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(call().checkpoint(reader(), nullptr, &error), BULK_INPUT_ERROR_ABI);
  call().reader_close(nullptr);
}

TEST_P(Arguments, NullOutputIsRefusedByTheStream) {
  Reader reader = open(subject().few_rows()).preview(1);
  ArrowArrayStream& stream = reader.stream();
  EXPECT_NE(stream.get_next(&stream, nullptr), 0);
  EXPECT_NE(stream.get_schema(&stream, nullptr), 0);
  EXPECT_EQ(reader.rest().size(), 1u) << "the stream goes on as if nothing had happened";
}

TEST_P(Arguments, ErrorOfAWrongSizeIsRefusedAndNotTouched) {
  for (const uint32_t size : {0u, 1u, static_cast<uint32_t>(sizeof(bulk_input_error)) - 1}) {
    Error error;
    error.struct_size = size;
    const bulk_input_error before = error;
    bulk_input_input* opened = nullptr;
    bulk_input_reader* out = nullptr;
    bulk_input_text text{};
    bulk_input_texts texts{};
    ArrowSchema schema{};
    ArrowArrayStream stream{};
    const bulk_input_text report{task(), task_size(), nullptr, nullptr};
    const std::string config = subject().few_rows().dump();
    EXPECT_EQ(call().init(nullptr, config.data(), config.size(), &opened, &error), BULK_INPUT_ERROR_ABI);
    EXPECT_EQ(opened, nullptr);
    EXPECT_EQ(call().schema(input(), &schema, &error), BULK_INPUT_ERROR_ABI);
    EXPECT_EQ(call().plan(input(), 1, &texts, &error), BULK_INPUT_ERROR_ABI);
    EXPECT_EQ(call().preview(input(), 1, &out, &stream, &error), BULK_INPUT_ERROR_ABI);
    EXPECT_EQ(call().run(input(), task(), task_size(), &out, &stream, &error), BULK_INPUT_ERROR_ABI);
    EXPECT_EQ(call().reader_error(reader(), &error), BULK_INPUT_ERROR_ABI);
    EXPECT_EQ(call().checkpoint(reader(), &text, &error), BULK_INPUT_ERROR_ABI);
    EXPECT_EQ(call().next_config(input(), &report, 1, &text, &error), BULK_INPUT_ERROR_ABI);
    EXPECT_EQ(std::memcmp(&before, static_cast<bulk_input_error*>(&error), sizeof before), 0);
  }
}

TEST_P(Arguments, ErrorOfALaterVersionIsFilledInThePartThatIsKnown) {
  struct {
    bulk_input_error known;
    char later[64];
  } error;
  std::memset(&error, 0x5a, sizeof error);
  error.known.struct_size = sizeof error;
  EXPECT_EQ(call().plan(input(), 1, nullptr, &error.known), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(error.known.code, BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(error.known.struct_size, sizeof error);
  for (const char byte : error.later) EXPECT_EQ(byte, 0x5a);
  error.known.struct_size = std::numeric_limits<uint32_t>::max();
  EXPECT_EQ(call().reader_error(reader(), &error.known), BULK_INPUT_OK);
  EXPECT_EQ(error.known.struct_size, std::numeric_limits<uint32_t>::max());
  for (const char byte : error.later) EXPECT_EQ(byte, 0x5a);
}

TEST_P(Arguments, HostOfAWrongSizeIsRefused) {
  const std::string config = subject().few_rows().dump();
  for (const uint32_t size : {0u, 1u, static_cast<uint32_t>(sizeof(bulk_input_host)) - 1}) {
    bulk_input_host host{};
    host.struct_size = size;
    bulk_input_input* opened = nullptr;
    Error error;
    EXPECT_EQ(call().init(&host, config.data(), config.size(), &opened, &error), BULK_INPUT_ERROR_ABI);
    EXPECT_EQ(opened, nullptr);
  }
}

TEST_P(Arguments, HostOfALaterVersionIsServed) {
  bulk_input_host host{};
  host.struct_size = std::numeric_limits<uint32_t>::max();
  Input input = open(subject().few_rows(), &host);
  EXPECT_FALSE(load(input).rows.empty());
}

TEST_P(Arguments, ProgressOfAWrongSizeIsRefusedAndOfALaterVersionFilledInPart) {
  struct {
    bulk_input_progress known;
    char later[64];
  } progress;
  for (const uint32_t size : {0u, 1u, static_cast<uint32_t>(sizeof(bulk_input_progress)) - 1}) {
    progress.known.struct_size = size;
    EXPECT_EQ(call().progress(input(), &progress.known), BULK_INPUT_ERROR_ABI);
  }
  std::memset(&progress, 0x5a, sizeof progress);
  progress.known.struct_size = sizeof progress;
  EXPECT_EQ(call().progress(input(), &progress.known), BULK_INPUT_OK);
  EXPECT_EQ(progress.known.rows, 0);
  EXPECT_EQ(progress.known.struct_size, sizeof progress);
  for (const char byte : progress.later) EXPECT_EQ(byte, 0x5a);
}

TEST_P(Arguments, SizesBeyondAnyTextAreRefused) {
  bulk_input_input* opened = nullptr;
  bulk_input_reader* out = nullptr;
  ArrowArrayStream stream{};
  Error error;
  const auto is_refused = [](int32_t code) { return code == BULK_INPUT_ERROR_ABI || code == BULK_INPUT_ERROR_CONFIG; };
  for (const size_t size : {SIZE_MAX, SIZE_MAX / 2 + 1}) {
    EXPECT_TRUE(is_refused(call().init(nullptr, kConfig.data(), size, &opened, &error)));
    EXPECT_TRUE(is_refused(call().run(input(), task(), size, &out, &stream, &error)));
  }
  EXPECT_EQ(opened, nullptr);
  EXPECT_EQ(out, nullptr);
}

TEST_P(Arguments, CountsBelowOneAreRefused) {
  Input input = open(subject().few_rows());
  EXPECT_EQ(code_of([&] { input.plan(0); }), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(code_of([&] { input.preview(0); }), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(code_of([&] { input.preview(-1); }), BULK_INPUT_ERROR_ABI);
  EXPECT_EQ(code_of([&] { input.preview(INT64_MIN); }), BULK_INPUT_ERROR_ABI);
}

TEST_P(Arguments, OutputsAreEmptyAfterAFailure) {
  Error error;
  bulk_input_texts texts;
  std::memset(&texts, 0x5a, sizeof texts);
  EXPECT_NE(call().plan(input(), 0, &texts, &error), BULK_INPUT_OK);
  EXPECT_EQ(texts.release, nullptr);

  bulk_input_reader* out = reader();
  ArrowArrayStream stream;
  std::memset(&stream, 0x5a, sizeof stream);
  EXPECT_NE(call().run(input(), "{}", 2, &out, &stream, &error), BULK_INPUT_OK);
  EXPECT_EQ(out, nullptr);
  EXPECT_EQ(stream.release, nullptr);

  bulk_input_text text;
  std::memset(&text, 0x5a, sizeof text);
  const bulk_input_text report{"{}", 2, nullptr, nullptr};
  EXPECT_NE(call().next_config(input(), &report, 1, &text, &error), BULK_INPUT_OK);
  EXPECT_EQ(text.release, nullptr);
}

TEST_P(Arguments, SuccessEmptiesTheError) {
  Error error;
  bulk_input_texts texts{};
  EXPECT_EQ(call().plan(input(), 1, &texts, &error), BULK_INPUT_OK);
  texts.release(&texts);
  EXPECT_EQ(error.code, BULK_INPUT_OK);
  EXPECT_STREQ(error.message, "");
}

TEST_P(Arguments, CallsOutOfOrderAreAnswered) {
  Error error;
  EXPECT_EQ(call().reader_error(reader(), &error), BULK_INPUT_OK) << "before anything was pulled";
  Input input = open(subject().few_rows());
  EXPECT_EQ(input.progress().rows, 0) << "before plan";
  EXPECT_NE(code_of([&] { input.next_config({}); }), BULK_INPUT_OK) << "without reports";
  const std::string untouched = input.run(input.plan().at(0)).checkpoint();
  EXPECT_EQ(code_of([&] { input.next_config({untouched}); }), BULK_INPUT_ERROR_CONFIG) << "before the end";
  EXPECT_EQ(input.run(untouched).rest().size(), load(input).rows.size()) << "a checkpoint before the first batch";
}

}  // namespace
}  // namespace contract
