#include "bulkload/console.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "support/output_capture.h"
#include "unit/host/scratch_folder.h"

namespace bulkload {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

/// What a new console writes to standard error while it is used.
template <typename Use>
std::string written(base::LogLevel level, const std::string& path, Use use) {
  test_support::OutputCapture capture;
  {
    auto console = Console::create(level, path);
    if (!console.ok()) return console.status().message();
    use(**console);
  }
  return capture.stop();
}

TEST(Console, LinesHaveTheFormThatEmbulkUsersGrep) {
  const std::string text =
      written(base::LogLevel::info, "", [](Console& console) { console.log().info("Committed."); });
  EXPECT_THAT(text, MatchesRegex("20..-..-.. ..:..:..\\.... \\+0000 \\[INFO\\] Committed\\.\n"));
}

TEST(Console, LevelIsAThreshold) {
  const std::string text = written(base::LogLevel::warn, "-", [](Console& console) {
    console.log().info("one");
    console.log().warn("two");
    console.log().error("three");
  });
  EXPECT_THAT(text, Not(HasSubstr("one")));
  EXPECT_THAT(text, HasSubstr("[WARN] two"));
  EXPECT_THAT(text, HasSubstr("[ERROR] three"));
}

TEST(Console, FileTakesTheLogAndErrorsStayVisible) {
  ScratchFolder folder;
  const std::string text = written(base::LogLevel::info, folder.path("log"), [](Console& console) {
    console.log().info("one");
    console.log().error("two");
    console.print("three");
  });
  EXPECT_THAT(text, Not(HasSubstr("one")));
  EXPECT_THAT(text, HasSubstr("[ERROR] two\nthree\n"));
  EXPECT_THAT(folder.read("log"), HasSubstr("[INFO] one\n"));
  EXPECT_THAT(folder.read("log"), HasSubstr("[ERROR] two\n"));
}

TEST(Console, FileThatCannotBeWrittenIsAUsageError) {
  EXPECT_EQ(Console::create(base::LogLevel::info, "/dev/null/log").status().code(), base::Code::config);
}

TEST(Console, SecretsAndControlCharactersDoNotGetOut) {
  const std::string text = written(base::LogLevel::info, "", [](Console& console) {
    console.hide("pk_123456");
    console.hide("short");  // too short to be masked without harm
    console.log().info("key pk_123456, hex 706b5f313233343536, short \x1b[31m");
    console.print("first pk_123456\nsecond\x07\n");
  });
  EXPECT_THAT(text, HasSubstr("key ***, hex ***, short \\x1b[31m\n"));
  EXPECT_THAT(text, testing::EndsWith("first ***\nsecond\\x07\n"));
}

TEST(Console, LiveLineStaysBelowOtherOutput) {
  const std::string text = written(base::LogLevel::info, "", [](Console& console) {
    console.show_live("1 row");
    console.print("hint");
    console.show_live("2 rows");
    console.show_live("");
    console.print("end");
  });
  EXPECT_EQ(text, "1 row\r\x1b[Khint\n1 row\r\x1b[K2 rows\r\x1b[Kend\n");
}

TEST(Console, LinesOfSeveralThreadsStayWhole) {
  const std::string text = written(base::LogLevel::info, "", [](Console& console) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&console] {
        for (int line = 0; line < 100; ++line) console.log().info("0123456789");
      });
    }
    for (std::thread& thread : threads) thread.join();
  });
  size_t lines = 0;
  for (size_t at = text.find("[INFO] 0123456789\n"); at != std::string::npos;
       at = text.find("[INFO] 0123456789\n", at + 1)) {
    ++lines;
  }
  EXPECT_EQ(lines, 400U);
}

}  // namespace
}  // namespace bulkload
