#include "measure.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <functional>
#include <new>
#include <sstream>
#include <stdexcept>
#include <utility>
#include <vector>

namespace bench {

namespace {

/// A value that child processes write and their parent reads.
template <typename T>
class Shared {
 public:
  Shared() : memory_(mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
    if (memory_ == MAP_FAILED) throw std::bad_alloc();
    new (memory_) T();
  }
  ~Shared() { munmap(memory_, sizeof(T)); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  T& operator*() { return *static_cast<T*>(memory_); }

 private:
  void* memory_;
};

/// A forked copy of this process that does one thing. Killed by its owner's end, and by its parent's.
class Child {
 public:
  explicit Child(const std::function<void()>& body) : pid_(fork()) {
    if (pid_ < 0) throw std::runtime_error("cannot fork");
    if (pid_ > 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    try {
      body();
      _exit(0);
    } catch (const std::exception& problem) {
      std::fprintf(stderr, "%s\n", problem.what());
    }
    _exit(1);
  }
  ~Child() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    wait();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void kill_now() const { kill(pid_, SIGKILL); }

  /// Its end, and what it used.
  Usage wait() {
    int status = 0;
    rusage used{};
    while (wait4(pid_, &status, 0, &used) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return {seconds(used.ru_utime) + seconds(used.ru_stime), static_cast<double>(used.ru_maxrss) * 1024 / 1e6};
  }

 private:
  pid_t pid_;
};

/// A pipe; each end is closed when it is no longer needed.
class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_, O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
  }
  ~Pipe() {
    close(ends_[0]);
    close_writing();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int writing() const { return ends_[1]; }
  std::string read_to_end() {
    close_writing();
    std::string text;
    char bytes[256];
    for (ssize_t size = 0; (size = read(ends_[0], bytes, sizeof bytes)) > 0;) {
      text.append(bytes, static_cast<size_t>(size));
    }
    return text;
  }

 private:
  void close_writing() {
    if (ends_[1] >= 0) close(std::exchange(ends_[1], -1));
  }

  int ends_[2];
};

void run_puller(const std::vector<std::string>& arguments, int out) {
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  dup2(out, STDOUT_FILENO);
  execv(pointers[0], pointers.data());
  throw std::runtime_error("cannot start " + arguments[0]);
}

Pulled read_result(const std::string& text) {
  std::istringstream in(text);
  Pulled pulled;
  in >> pulled.rows >> pulled.different_rows >> pulled.requests >> pulled.seconds;
  if (!in) throw std::runtime_error("bench-pull has failed");
  return pulled;
}

void check(const Pulled& pulled, int64_t rows, bool to_the_end) {
  if (pulled.different_rows != pulled.rows || (to_the_end && pulled.rows != rows)) {
    throw std::runtime_error(std::to_string(pulled.rows) + " rows came, " + std::to_string(pulled.different_rows) +
                             " different ones, of " + std::to_string(rows));
  }
}

}  // namespace

Measurement measure(const ServerOptions& server, const std::string& plugin, nlohmann::json in, double stop_after_sec) {
  const Listener listener;
  in["type"] = "klaviyo";
  in["data_source"] = "events";
  in["api_token"] = "pk_0123456789abcdef0123456789abcdef01";
  in["base_url"] = listener.origin();
  const int64_t rows = server.account.rows();
  const std::vector<std::string> command{PULL_PROGRAM, plugin, in.dump(), std::to_string(rows),
                                         std::to_string(stop_after_sec)};
  Shared<ServerCounters> served;
  Child serving([&] { Server(server, listener, *served).run(); });
  Pipe output;  // made now: the server shall not have an end of it
  Child pulling([&] { run_puller(command, output.writing()); });
  Measurement result;
  const std::string text = output.read_to_end();
  result.plugin = pulling.wait();
  serving.kill_now();
  result.server = serving.wait();
  result.pulled = read_result(text);
  result.served = *served;
  check(result.pulled, rows, stop_after_sec <= 0);
  return result;
}

}  // namespace bench
