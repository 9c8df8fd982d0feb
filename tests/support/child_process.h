// Programs run by a test: their output is read all the time, so that none ever blocks on a full pipe, and they are
// ended by their id alone. What cannot be started throws std::runtime_error, which fails the test with its text.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace test_support {

struct Command {
  std::vector<std::string> arguments = {};              // [0] is the program, looked up in PATH when it has no slash
  std::map<std::string, std::string> environment = {};  // on top of the test's own; an empty value un-sets
  std::filesystem::path folder = {};                    // to run in; empty: the test's own
  std::string input = {};                               // all of its standard input
};

/// How a program ended: its exit code, or minus the number of the signal that ended it.
using ExitCode = int;

/// A running program. One thread uses it. The destructor kills it when it still runs.
class ChildProcess {
 public:
  explicit ChildProcess(const Command& command);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }

  /// The end, or nothing when it still runs after `timeout`.
  std::optional<ExitCode> wait(std::chrono::milliseconds timeout);

  /// Sends a signal, unless it has ended.
  void signal(int number);

  /// The next line of its standard output, without the newline; nothing when none came within `timeout`, or at the
  /// end.
  std::optional<std::string> read_line(std::chrono::milliseconds timeout);

  /// All that it wrote so far; all of it once `wait` has given the end.
  std::string out();
  std::string err();

 private:
  void pump();

  pid_t pid_ = -1;
  int exit_watch_ = -1;  // readable once the program has ended
  int stop_[2] = {-1, -1};
  int pipes_[2] = {-1, -1};  // standard output and error, our ends
  std::optional<ExitCode> exit_code_;
  size_t line_start_ = 0;

  std::mutex mutex_;  // guards the members below
  std::condition_variable grown_;
  std::string texts_[2];
  bool at_end_ = false;

  std::thread pump_;
};

struct CommandResult {
  ExitCode exit_code = 0;
  bool timed_out = false;  // it was killed for it
  std::string out;
  std::string err;
};

/// Runs a program to its end.
CommandResult run_command(const Command& command, std::chrono::milliseconds timeout = std::chrono::minutes(1));

/// What `body` returns in a forked copy of this process, which ends with it. For tests of what survives a fork.
ExitCode run_forked(const std::function<int()>& body, std::chrono::milliseconds timeout = std::chrono::minutes(1));

}  // namespace test_support
