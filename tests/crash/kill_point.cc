// A library to preload (LD_PRELOAD): counts the calls of a program that change the files of one folder, or send to a
// server on a Unix socket, and kills the program at the one that it is told, with SIGKILL. What it understands:
//   KILL_POINT_FOLDER    the folder; no other is looked at
//   KILL_POINT_TRACE     a file outside of it that gets a line for each call: its system call, its file ("server")
//   KILL_POINT_AT        the call to die at, from 1 on; unset: none
//   KILL_POINT_FROM      the call that is the first, as in the trace; unset: whatever is
//   KILL_POINT_DONE      "half", "all": so much of it happens before, if it is a write or send. Unset: nothing
//   KILL_POINT_LOSE      at the death, or else at the end of the process, what no fsync has made durable is taken
//                        back: "all" of it, or a number: some, with that seed
//   KILL_POINT_KEEP      a folder for files that LOSE may have to bring back
// Functions of the C library that are not here are not counted; a test compares the trace with what strace sees.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <optional>

#include "unsynced.h"

namespace kill_point {
namespace {

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

class Plan {
 public:
  // Never destroyed: the program may write until its very end.
  static Plan& get() {
    static Plan* plan = new Plan;
    return *plan;
  }

  std::recursive_mutex mutex;

  bool watches(const std::string& path) const {
    if (ended_ || folder_.empty() || path.compare(0, folder_.size(), folder_) != 0) return false;
    return path.size() == folder_.size() || path[folder_.size()] == '/';
  }

  /// The name of what is behind a Unix socket.
  std::string server() const { return folder_.empty() ? "" : folder_ + "/server"; }

  bool skips_syncs() const { return at_ > 0 || unsynced_; }

  std::optional<Unsynced>& unsynced() { return unsynced_; }

  /// Counts a call. True: it is the one.
  bool strikes(const char* call, const std::string& path) {
    std::string line = std::string(call) + " " + path.substr(std::min(path.size(), folder_.size() + 1));
    counts_ = counts_ || line == from_;
    line += "\n";
    if (trace_ >= 0) syscall(SYS_write, trace_, line.data(), line.size());
    return counts_ && ++calls_ == at_;
  }

  /// Of `size` bytes, those that go out before the death.
  size_t part_of(size_t size) const { return done_ == "all" ? size : done_ == "half" ? size / 2 : 0; }

  [[noreturn]] void die() {
    lose();
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
  }

  void lose() {
    ended_ = true;
    if (!unsynced_) return;
    if (lose_ == "all") {
      unsynced_->lose_all();
    } else {
      unsynced_->lose_some(static_cast<unsigned>(std::stoul(lose_)));
    }
  }

 private:
  Plan()
      : folder_(setting("KILL_POINT_FOLDER")),
        at_(std::atol(setting("KILL_POINT_AT").c_str())),
        from_(setting("KILL_POINT_FROM")),
        done_(setting("KILL_POINT_DONE")),
        lose_(setting("KILL_POINT_LOSE")) {
    const std::string trace = setting("KILL_POINT_TRACE");
    if (!trace.empty()) trace_ = ::open(trace.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (!lose_.empty()) unsynced_.emplace(setting("KILL_POINT_KEEP"));
  }

  const std::string folder_;
  const long at_;
  const std::string from_;
  const std::string done_;
  const std::string lose_;
  int trace_ = -1;
  bool counts_ = from_.empty();
  long calls_ = 0;
  bool ended_ = false;
  std::optional<Unsynced> unsynced_;
};

std::string path_of(int descriptor) {
  char path[4096];
  const ssize_t size = readlink(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), path, sizeof path);
  return std::string(path, size > 0 ? static_cast<size_t>(size) : 0);
}

/// Whether it is connected to a server that has a name, rather than to the process itself.
bool is_unix_socket(int descriptor) {
  sockaddr_un address{};
  socklen_t size = sizeof address;
  void* bytes = &address;
  return getpeername(descriptor, static_cast<sockaddr*>(bytes), &size) == 0 && address.sun_family == AF_UNIX &&
         size > sizeof address.sun_family;
}

std::string absolute(const char* path) { return std::filesystem::absolute(path).lexically_normal(); }

/// A call that happens as a whole or not at all: counted, and noted where the end of the process is to take it back.
template <typename Note>
void pass(const char* call, const std::string& path, const Note& note) {
  Plan& plan = Plan::get();
  const std::lock_guard lock(plan.mutex);
  if (!plan.watches(path)) return;
  if (plan.strikes(call, path)) plan.die();
  if (plan.unsynced()) note(*plan.unsynced());
}

/// A call that hands out `size` bytes; `write` hands out so many of them.
template <typename Note, typename Write>
void pass(const char* call, const std::string& path, const Note& note, size_t size, const Write& write) {
  Plan& plan = Plan::get();
  const std::lock_guard lock(plan.mutex);
  if (!plan.watches(path)) return;
  const bool strikes = plan.strikes(call, path);
  const size_t part = strikes ? plan.part_of(size) : size;
  if (part > 0 && plan.unsynced()) note(*plan.unsynced());
  if (!strikes) return;
  if (part > 0) write(part);
  plan.die();
}

/// True: the call is not to be made. A killed process loses nothing by it, and a power failure is imitated.
bool pass_sync(const char* call, int descriptor) {
  const std::string path = path_of(descriptor);
  pass(call, path, [](Unsynced&) {});
  Plan& plan = Plan::get();
  const std::lock_guard lock(plan.mutex);
  if (!plan.watches(path) || !plan.skips_syncs()) return false;
  if (plan.unsynced()) plan.unsynced()->synced(descriptor);
  return true;
}

int open_file(const char* path, int flags, mode_t mode) {
  if ((flags & (O_CREAT | O_TRUNC)) != 0) {
    pass("openat", absolute(path), [&](Unsynced& unsynced) { unsynced.note_create(absolute(path)); });
  }
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

__attribute__((destructor)) void end_of_process() {
  Plan& plan = Plan::get();
  const std::lock_guard lock(plan.mutex);
  plan.lose();
}

}  // namespace
}  // namespace kill_point

using kill_point::absolute;
using kill_point::is_unix_socket;
using kill_point::pass;
using kill_point::pass_sync;
using kill_point::path_of;
using kill_point::Plan;
using kill_point::Unsynced;

#pragma GCC visibility push(default)

extern "C" int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return kill_point::open_file(path, flags, mode);
}

extern "C" int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return kill_point::open_file(path, flags, mode);
}

extern "C" ssize_t write(int descriptor, const void* bytes, size_t size) {
  pass(
      "write", path_of(descriptor),
      [&](Unsynced& unsynced) { unsynced.note_write(descriptor, lseek(descriptor, 0, SEEK_CUR), size); }, size,
      [&](size_t part) { syscall(SYS_write, descriptor, bytes, part); });
  return syscall(SYS_write, descriptor, bytes, size);
}

extern "C" ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  pass(
      "pwrite64", path_of(descriptor), [&](Unsynced& unsynced) { unsynced.note_write(descriptor, offset, size); }, size,
      [&](size_t part) { syscall(SYS_pwrite64, descriptor, bytes, part, offset); });
  return syscall(SYS_pwrite64, descriptor, bytes, size, offset);
}

extern "C" ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t offset) {
  return pwrite(descriptor, bytes, size, offset);
}

extern "C" ssize_t send(int descriptor, const void* bytes, size_t size, int flags) {
  if (is_unix_socket(descriptor)) {
    pass(
        "sendto", Plan::get().server(), [](Unsynced&) {}, size,
        [&](size_t part) { syscall(SYS_sendto, descriptor, bytes, part, flags, nullptr, 0); });
  }
  return syscall(SYS_sendto, descriptor, bytes, size, flags, nullptr, 0);
}

extern "C" int fsync(int descriptor) {
  return pass_sync("fsync", descriptor) ? 0 : static_cast<int>(syscall(SYS_fsync, descriptor));
}

extern "C" int fdatasync(int descriptor) {
  return pass_sync("fdatasync", descriptor) ? 0 : static_cast<int>(syscall(SYS_fdatasync, descriptor));
}

extern "C" int ftruncate(int descriptor, off_t size) noexcept {
  pass("ftruncate", path_of(descriptor), [&](Unsynced& unsynced) { unsynced.note_cut(descriptor, size); });
  return static_cast<int>(syscall(SYS_ftruncate, descriptor, size));
}

extern "C" int ftruncate64(int descriptor, off64_t size) noexcept { return ftruncate(descriptor, size); }

extern "C" int fchmod(int descriptor, mode_t mode) noexcept {
  pass("fchmod", path_of(descriptor), [](Unsynced&) {});
  return static_cast<int>(syscall(SYS_fchmod, descriptor, mode));
}

extern "C" int fchown(int descriptor, uid_t owner, gid_t group) noexcept {
  pass("fchown", path_of(descriptor), [](Unsynced&) {});
  return static_cast<int>(syscall(SYS_fchown, descriptor, owner, group));
}

extern "C" int rename(const char* from, const char* to) noexcept {
  pass("rename", absolute(to), [&](Unsynced& unsynced) { unsynced.note_rename(absolute(from), absolute(to)); });
  return static_cast<int>(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

extern "C" int unlink(const char* path) noexcept {
  pass("unlink", absolute(path), [&](Unsynced& unsynced) { unsynced.note_unlink(absolute(path)); });
  return static_cast<int>(syscall(SYS_unlinkat, AT_FDCWD, path, 0));
}

#pragma GCC visibility pop
