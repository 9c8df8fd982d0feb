#include "support/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace test_support {
namespace {

/// "NAME=value" of the test's own environment with the command's on top.
std::vector<std::string> merged_environment(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (changes.count(std::string(text.substr(0, text.find('=')))) == 0) merged.emplace_back(text);
  }
  for (const auto& [name, value] : changes) {
    if (!value.empty()) merged.push_back(name + "=" + value);
  }
  return merged;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// A file in memory, positioned at its start: an input that needs nobody to write it while the program runs.
int open_input(const std::string& text) {
  const int fd = memfd_create("input", MFD_CLOEXEC);
  size_t written = 0;
  while (written < text.size()) {
    const ssize_t size = write(fd, text.data() + written, text.size() - written);
    if (size <= 0) throw std::runtime_error("cannot hold the input of a command in memory");
    written += static_cast<size_t>(size);
  }
  lseek(fd, 0, SEEK_SET);
  return fd;
}

/// A descriptor that is readable once the process has ended.
int watch_exit(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }

ExitCode reap(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool is_readable(int fd, std::chrono::milliseconds timeout) {
  pollfd watched{fd, POLLIN, 0};
  int ready = 0;
  do {
    ready = poll(&watched, 1, static_cast<int>(timeout.count()));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace

ChildProcess::ChildProcess(const Command& command) {
  std::vector<std::string> arguments = command.arguments;
  std::vector<std::string> environment = merged_environment(command.environment);
  const int input = open_input(command.input);
  int out[2];
  int err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0 || pipe2(stop_, O_CLOEXEC) != 0) {
    throw std::runtime_error("cannot make a pipe");
  }

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  posix_spawn_file_actions_adddup2(&actions, err[1], 2);
  if (!command.folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, command.folder.c_str());
  const int failure = posix_spawnp(&pid_, arguments.front().c_str(), &actions, nullptr, pointers_to(arguments).data(),
                                   pointers_to(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  for (const int fd : {input, out[1], err[1]}) close(fd);
  pipes_[0] = out[0];
  pipes_[1] = err[0];
  if (failure != 0) {
    for (const int fd : {pipes_[0], pipes_[1], stop_[0], stop_[1]}) close(fd);
    throw std::runtime_error("cannot start " + arguments.front() + ": " + std::strerror(failure));
  }
  exit_watch_ = watch_exit(pid_);
  pump_ = std::thread([this] { pump(); });
}

ChildProcess::~ChildProcess() {
  signal(SIGKILL);
  wait(std::chrono::minutes(1));
  close(stop_[1]);
  if (pump_.joinable()) pump_.join();
  for (const int fd : {pipes_[0], pipes_[1], stop_[0], exit_watch_}) close(fd);
}

void ChildProcess::pump() {
  pollfd watched[3] = {{pipes_[0], POLLIN, 0}, {pipes_[1], POLLIN, 0}, {stop_[0], POLLIN, 0}};
  char bytes[65536];
  while (watched[0].fd >= 0 || watched[1].fd >= 0) {
    if (poll(watched, 3, -1) < 0) continue;
    bool was_idle = true;
    for (int i = 0; i < 2; ++i) {
      if (watched[i].fd < 0 || watched[i].revents == 0) continue;
      const ssize_t size = read(watched[i].fd, bytes, sizeof bytes);
      if (size <= 0) {
        watched[i].fd = -1;
        continue;
      }
      was_idle = false;
      const std::lock_guard lock(mutex_);
      texts_[i].append(bytes, static_cast<size_t>(size));
      grown_.notify_all();
    }
    if (was_idle && watched[2].revents != 0) break;  // a grandchild may hold the pipes open for ever
  }
  const std::lock_guard lock(mutex_);
  at_end_ = true;
  grown_.notify_all();
}

std::optional<ExitCode> ChildProcess::wait(std::chrono::milliseconds timeout) {
  if (exit_code_) return exit_code_;
  if (!is_readable(exit_watch_, timeout)) return std::nullopt;
  exit_code_ = reap(pid_);
  std::unique_lock lock(mutex_);
  grown_.wait_for(lock, std::chrono::seconds(10), [this] { return at_end_; });
  return exit_code_;
}

void ChildProcess::signal(int number) {
  if (!exit_code_) kill(pid_, number);
}

std::optional<std::string> ChildProcess::read_line(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  size_t end = std::string::npos;
  grown_.wait_for(lock, timeout,
                  [&] { return (end = texts_[0].find('\n', line_start_)) != std::string::npos || at_end_; });
  if (end == std::string::npos) return std::nullopt;
  std::string line = texts_[0].substr(line_start_, end - line_start_);
  line_start_ = end + 1;
  return line;
}

std::string ChildProcess::out() {
  const std::lock_guard lock(mutex_);
  return texts_[0];
}

std::string ChildProcess::err() {
  const std::lock_guard lock(mutex_);
  return texts_[1];
}

CommandResult run_command(const Command& command, std::chrono::milliseconds timeout) {
  ChildProcess child(command);
  CommandResult result;
  std::optional<ExitCode> exit_code = child.wait(timeout);
  if (!exit_code) {
    result.timed_out = true;
    child.signal(SIGKILL);
    exit_code = child.wait(std::chrono::minutes(1));
  }
  result.exit_code = exit_code.value_or(-SIGKILL);
  result.out = child.out();
  result.err = child.err();
  return result;
}

ExitCode run_forked(const std::function<int()>& body, std::chrono::milliseconds timeout) {
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("cannot fork");
  if (pid == 0) {
    int code = 255;
    try {
      code = body();
    } catch (...) {
    }
    _exit(code);
  }
  const int exit_watch = watch_exit(pid);
  if (!is_readable(exit_watch, timeout)) kill(pid, SIGKILL);
  close(exit_watch);
  return reap(pid);
}

}  // namespace test_support
