#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "loads.h"

namespace bulkload::testing {
namespace {

using base::Code;

SinkOptions options(std::map<std::string, std::string> settings = {}) {
  SinkOptions made;
  made.type = "stdout";
  made.settings = std::move(settings);
  return made;
}

TEST(StdoutSink, WritesCsvWithAHeader) {
  ::testing::internal::CaptureStdout();
  const auto status = run_load({options()});
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), kCsvHeader + csv_lines(0, 6));
  EXPECT_TRUE(status.ok()) << status.message();
}

TEST(StdoutSink, WritesJsonLines) {
  ::testing::internal::CaptureStdout();
  const auto status = run_load({options({{"format", "jsonl"}}), 4, 1, 1});
  EXPECT_EQ(::testing::internal::GetCapturedStdout(),
            "{\"id\":\"r4\",\"n\":4,\"note\":\"say \\\"4\\\",\\nthen go\"}\n");
  EXPECT_TRUE(status.ok()) << status.message();
}

TEST(StdoutSink, KeepsNoState) {
  ::testing::internal::CaptureStdout();
  std::optional<SavedState> saved;
  const auto sink = opened_sink(options(), &saved);
  EXPECT_FALSE(sink->keeps_state());
  EXPECT_FALSE(saved.has_value());
  EXPECT_TRUE(sink->save("x").ok());
  const auto result = sink->commit("x");
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->rows_written, 0);
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), kCsvHeader);
}

TEST(StdoutSink, FullDeviceIsAnError) {
  const int own = dup(STDOUT_FILENO);
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  dup2(full, STDOUT_FILENO);
  const auto status = run_load({options()});
  dup2(own, STDOUT_FILENO);
  close(full);
  close(own);
  EXPECT_EQ(status.code(), Code::local_io);
}

}  // namespace
}  // namespace bulkload::testing
