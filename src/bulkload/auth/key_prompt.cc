#include "bulkload/auth/key_prompt.h"

#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "bulkload/sink/durable_file.h"

namespace bulkload {

namespace {

constexpr size_t kMaxLineBytes = 4096;
constexpr const char* kBlanks = " \t\r";

/// Standard input's terminal without echo, as long as it lives.
class NoEcho {
 public:
  NoEcho() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  NoEcho(const NoEcho&) = delete;
  ~NoEcho() {
    if (!changed_) return;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    std::fputc('\n', stderr);
  }

 private:
  termios before_{};
  bool changed_ = false;
};

}  // namespace

base::Result<base::Secret> read_key(const std::string& prompt) {
  if (::isatty(STDIN_FILENO) == 1) {
    std::fputs(prompt.c_str(), stderr);
    std::fflush(stderr);
  }
  const NoEcho silence;
  std::string line;
  for (char c = 0; line.size() <= kMaxLineBytes;) {
    const ssize_t count = ::read(STDIN_FILENO, &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error("read", "standard input", errno);
    if (count == 0 || c == '\n') break;
    line += c;
  }
  const size_t first = line.find_first_not_of(kBlanks);
  std::string key;
  if (first != std::string::npos) key = line.substr(first, line.find_last_not_of(kBlanks) - first + 1);
  ::explicit_bzero(line.data(), line.size());
  if (key.empty()) return base::Status(base::Code::config, "no key came on standard input: type it, or pipe it in");
  return base::Secret(std::move(key));
}

}  // namespace bulkload
