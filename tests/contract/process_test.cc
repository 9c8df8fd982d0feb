// The process that a plugin is loaded into: what is left alone, what is said, and through which door.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <cfenv>
#include <chrono>
#include <clocale>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <thread>

#include "contract/subject.h"
#include "support/child_process.h"
#include "support/files.h"
#include "support/output_capture.h"

namespace contract {
namespace {

namespace fs = std::filesystem;

class Process : public Contract {
 protected:
  /// Everything that a host does, well and badly.
  void tour() {
    static_cast<void>(code_of([&] { Input(plugin(), "no: such\nkeys: here\n"); }));
    for (const auto make_config : {&Subject::few_rows, &Subject::no_rows, &Subject::failing, &Subject::waiting}) {
      const VirtualHost host;
      Input input = open((subject().*make_config)(), host.get());
      static_cast<void>(code_of([&] { input.next_config(load(input, 2).reports); }));
      static_cast<void>(code_of([&] { input.preview(15).rest(); }));
      static_cast<void>(code_of([&] { input.run("{}"); }));
      input.cancel();
    }
  }

  size_t threads() {
    return static_cast<size_t>(std::distance(fs::directory_iterator("/proc/self/task"), fs::directory_iterator()));
  }

  std::map<int, std::string> descriptors() {
    std::map<int, std::string> open;
    for (int fd = 0; fd < 1024; ++fd) {
      std::error_code error;
      const fs::path target = fs::read_symlink("/proc/self/fd/" + std::to_string(fd), error);
      if (!error) open[fd] = target.string();
    }
    return open;
  }
};
INSTANTIATE_TEST_SUITE_P(, Process, subjects(), subject_name);

/// SA_RESTORER, which the C library sets with every handler, the default one included.
constexpr int kRestorer = 0x04000000;

/// What a library could change under its host's feet, as texts that can be compared.
std::map<std::string, std::string> process_state() {
  std::map<std::string, std::string> state;
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action {};
    if (sigaction(number, nullptr, &action) != 0) continue;
    state["signal " + std::to_string(number)] = std::to_string(reinterpret_cast<uintptr_t>(action.sa_handler)) + " " +
                                                std::to_string(action.sa_flags & ~kRestorer);
  }
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  for (int number = 1; number < NSIG; ++number) state["signal mask"] += sigismember(&mask, number) == 1 ? "1" : "0";
  const mode_t mode = umask(0);
  umask(mode);
  state["umask"] = std::to_string(mode);
  state["folder"] = fs::current_path().string();
  state["locale"] = std::setlocale(LC_ALL, nullptr);
  state["rounding"] = std::to_string(std::fegetround());
  for (char** entry = environ; *entry != nullptr; ++entry) state["environment"] += std::string(*entry) + "\n";
  return state;
}

TEST_P(Process, TakesNoDescriptorsAndNoThreadsForGood) {
  tour();  // the first use may open what stays open, such as a random source
  const auto descriptors_before = descriptors();
  const size_t threads_before = threads();
  tour();
  EXPECT_EQ(descriptors(), descriptors_before);
  // A thread that was joined may stay listed for a moment.
  for (int i = 0; i < 10000 && threads() > threads_before; ++i) std::this_thread::yield();
  EXPECT_LE(threads(), threads_before);
}

TEST_P(Process, StateIsLeftAlone) {
  const auto before = process_state();
  tour();
  for (const auto& [what, value] : process_state()) EXPECT_EQ(value, before.at(what)) << what;
}

TEST_P(Process, NothingIsWrittenToStandardOutputOrError) {
  test_support::OutputCapture capture;
  tour();
  EXPECT_EQ(capture.stop(), "");
}

TEST_P(Process, ConnectionsAndFilesAreNotInheritedByPrograms) {
  const auto before = descriptors();
  Input input = open(subject().many_rows());
  Reader reader = input.run(input.plan().at(0));
  EXPECT_TRUE(reader.next().has_value());
  for (const auto& [fd, target] : descriptors()) {
    const int flags = fcntl(fd, F_GETFD);
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const bool is_socket = getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    // libcurl makes the pair of sockets that wakes it, and gives nobody a say in how.
    const bool is_pair_within_the_process = is_socket && address.ss_family == AF_UNIX;
    if (before.count(fd) == 0 && flags >= 0 && !is_pair_within_the_process) {
      EXPECT_NE(flags & FD_CLOEXEC, 0) << fd << ": " << target;
    }
  }
}

TEST_P(Process, LocaleWithADecimalCommaChangesNoRow) {
  Input input = open(subject().few_rows());
  const Rows expected = load(input).rows;

  const test_support::TempFolder folder;
  const fs::path locale = folder / "de_DE.UTF-8";
  try {
    const auto made = test_support::run_command({.arguments = {"localedef", "-i", "de_DE", "-f", "UTF-8", locale}});
    if (made.exit_code > 1) GTEST_SKIP() << "no German locale can be made here: " << made.err;
  } catch (const std::runtime_error& error) {
    GTEST_SKIP() << error.what();
  }
  setenv("LOCPATH", folder.path().c_str(), 1);
  ASSERT_NE(std::setlocale(LC_ALL, "de_DE.UTF-8"), nullptr);
  ASSERT_STREQ(std::localeconv()->decimal_point, ",");
  Input german = open(subject().few_rows());
  EXPECT_EQ(load(german).rows, expected);
  EXPECT_STREQ(std::setlocale(LC_NUMERIC, nullptr), "de_DE.UTF-8");
  std::setlocale(LC_ALL, "C");
  unsetenv("LOCPATH");
}

TEST_P(Process, SignalsThatInterruptEveryCallChangeNoRow) {
  Input input = open(subject().few_rows());
  const Rows expected = load(input).rows;
  struct sigaction handler {};
  struct sigaction previous {};
  handler.sa_handler = [](int) {};  // and no SA_RESTART
  sigaction(SIGALRM, &handler, &previous);
  const itimerval every_ms{{0, 1000}, {0, 1000}};
  setitimer(ITIMER_REAL, &every_ms, nullptr);
  for (int i = 0; i < 10; ++i) {
    Input interrupted = open(subject().few_rows());
    EXPECT_EQ(load(interrupted).rows, expected);
  }
  const itimerval never{};
  setitimer(ITIMER_REAL, &never, nullptr);
  sigaction(SIGALRM, &previous, nullptr);
}

class Host : public Contract {};
INSTANTIATE_TEST_SUITE_P(, Host, subjects(), subject_name);

TEST_P(Host, GetsLogLinesOfItsLevelAndAbove) {
  for (const int32_t level : {BULK_INPUT_LOG_TRACE, BULK_INPUT_LOG_INFO, BULK_INPUT_LOG_ERROR}) {
    const VirtualHost host(level);
    {
      Input input = open(subject().failing(), host.get());
      EXPECT_NE(code_of([&] { load(input); }), BULK_INPUT_OK);
    }
    for (const auto& [line_level, line] : host.log()) {
      EXPECT_GE(line_level, level) << line;
      EXPECT_LE(line_level, BULK_INPUT_LOG_ERROR) << line;
      EXPECT_TRUE(is_utf8(line));
      EXPECT_EQ(line.find('\n'), std::string::npos) << line;
      EXPECT_NE(line, "");
    }
    if (level == BULK_INPUT_LOG_TRACE) {
      EXPECT_FALSE(host.log().empty());
    }
  }
}

TEST_P(Host, ClockIsUsedForTimeAndForWaiting) {
  const VirtualHost host;
  Input input = open(subject().waiting(), host.get());
  EXPECT_FALSE(load(input).rows.empty()) << "and not after minutes of real time";
  EXPECT_GE(host.slept_us(), 100 * INT64_C(1000000));
  EXPECT_TRUE(host.was_asked_the_time());
}

TEST_P(Host, IsOptionalAndSoIsEachOfItsFunctions) {
  Input input = open(subject().few_rows());
  const Rows expected = load(input).rows;
  bulk_input_host host{};
  host.struct_size = sizeof host;
  Input silent = open(subject().few_rows(), &host);
  EXPECT_EQ(load(silent).rows, expected);
}

TEST_P(Host, StructureMayGoOnceInitHasReturned) {
  const VirtualHost context;
  auto host = std::make_unique<bulk_input_host>(*context.get());
  Input input = open(subject().few_rows(), host.get());
  std::memset(host.get(), 0x5a, sizeof *host);
  host.reset();
  EXPECT_FALSE(load(input).rows.empty());
}

class Configuration : public Contract {
 protected:
  std::string complaint(const std::string& config) {
    bulk_input_input* out = nullptr;
    Error error;
    std::memset(error.message, 0x5a, sizeof error.message);  // so that a NUL is the plugin's own
    EXPECT_EQ(plugin().init(nullptr, config.data(), config.size(), &out, &error), BULK_INPUT_ERROR_CONFIG) << config;
    EXPECT_EQ(out, nullptr);
    const size_t size = strnlen(error.message, sizeof error.message);
    EXPECT_LT(size, sizeof error.message) << "NUL-terminated";
    return std::string(error.message, size);
  }
};
INSTANTIATE_TEST_SUITE_P(, Configuration, subjects(), subject_name);

TEST_P(Configuration, IsTheSameAsYamlAndAsJson) {
  Input json = open(subject().few_rows());
  Input yaml(plugin(), Subject::yaml(subject().few_rows()));
  EXPECT_EQ(json.schema(), yaml.schema());
  EXPECT_EQ(load(json).rows, load(yaml).rows);
}

TEST_P(Configuration, NeedsNoNulBehindIt) {
  const std::string config = subject().few_rows().dump();
  const std::string with_more = config + "garbage";
  Input input(plugin(), with_more.substr(0, config.size()));
  bulk_input_input* out = nullptr;
  EXPECT_EQ(plugin().init(nullptr, with_more.data(), config.size(), &out, nullptr), BULK_INPUT_OK);
  plugin().close(out);
}

TEST_P(Configuration, AllProblemsAreNamedAtOnceWithTheirLines) {
  const std::string message =
      complaint("type: " + std::string(plugin().name) + "\nfirst_mistake: 1\nsecond_mistake: 2\n");
  EXPECT_NE(message.find("line 2: first_mistake: "), std::string::npos) << message;
  EXPECT_NE(message.find("line 3: second_mistake: "), std::string::npos) << message;
}

TEST_P(Configuration, NonsenseIsRefused) {
  for (const std::string& text : {std::string(), std::string("{"), std::string("[]"), std::string("- - -"),
                                  std::string("\xff\xfe\xfd"), std::string(100, '\0'), std::string(100000, '[')}) {
    EXPECT_NE(complaint(text), "");
  }
}

TEST_P(Configuration, MessagesAreUtf8EvenWhenCut) {
  for (size_t shift = 0; shift < 4; ++shift) {  // a cut falls on each byte of a character
    std::string text(shift, 'x');
    for (int i = 0; i < 3000; ++i) text += "\xf0\x9f\x90\x98";
    EXPECT_TRUE(is_utf8(complaint("{\"" + text + "\": 1}")));
    EXPECT_TRUE(is_utf8(complaint(text + ": 1\n" + text + "y: 1\n")));
  }
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "mist\xc3\xa4ke_" + std::to_string(i) + ": 1\n";
  const std::string message = complaint(many);
  EXPECT_TRUE(is_utf8(message));
  EXPECT_GT(message.size(), 2000u);
  EXPECT_TRUE(is_utf8(complaint("\"latin\xe4\": 1\n")));
}

}  // namespace
}  // namespace contract
