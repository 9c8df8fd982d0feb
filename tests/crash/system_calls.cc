#include "system_calls.h"

#include <map>
#include <set>
#include <sstream>

#include "support/files.h"

namespace crash {

namespace {

// They change neither bytes nor names. openat does when it makes or empties a file.
const std::set<std::string> kReading = {
    "access",    "chdir",       "close",       "dup",        "epoll_ctl", "faccessat",  "faccessat2", "fcntl",
    "fgetxattr", "flock",       "fstat",       "fstatfs",    "getcwd",    "getdents64", "ioctl",      "lseek",
    "lstat",     "mmap",        "newfstatat",  "poll",       "pread64",   "read",       "readlink",   "readlinkat",
    "connect",   "getpeername", "getsockname", "getsockopt", "recvfrom",  "setsockopt", "shutdown",   "socket",
    "stat",      "statfs",      "statx",       "execve"};
const std::map<std::string, std::string> kOtherNames = {
    {"renameat", "rename"}, {"renameat2", "rename"}, {"unlinkat", "unlink"}, {"open", "openat"}, {"creat", "openat"}};

// The file of a call, the last one that it names: `"NAME"`, or `7</PATH>` where no name is given. Empty: none.
std::string path_in(const std::string& arguments, const std::string& folder) {
  const size_t end = arguments.rfind('"');
  if (end != std::string::npos && end > 0) {
    const std::string name =
        arguments.substr(arguments.rfind('"', end - 1) + 1, end - arguments.rfind('"', end - 1) - 1);
    if (!name.empty()) return name.front() == '/' ? name : folder + "/" + name;
  }
  const size_t begin = arguments.find('<');
  return begin == std::string::npos ? "" : arguments.substr(begin + 1, arguments.find('>', begin) - begin - 1);
}

// Of `5<UNIX-STREAM:[1234->5678]>` the 1234. Empty: it is no such socket.
std::string socket_in(const std::string& arguments) {
  const std::string kind = "<UNIX-STREAM:[";
  const size_t begin = arguments.find(kind);
  if (begin == std::string::npos) return {};
  const size_t end = arguments.find_first_not_of("0123456789", begin + kind.size());
  return arguments.substr(begin + kind.size(), end - begin - kind.size());
}

bool makes_file(const std::string& arguments) {
  return arguments.find("O_CREAT") != std::string::npos || arguments.find("O_TRUNC") != std::string::npos;
}

}  // namespace

test_support::Command watched_by_strace(test_support::Command command, const std::filesystem::path& record) {
  // No text of what is read or written: it could look like a name.
  const std::vector<std::string> strace = {"strace", "-f",  "-yy", "-qq", "-s", "0", "-e", "trace=%file,%desc,%network",
                                           "-o",     record};
  command.arguments.insert(command.arguments.begin(), strace.begin(), strace.end());
  return command;
}

std::vector<std::string> changing_calls(const std::filesystem::path& record, const std::filesystem::path& folder) {
  const std::string watched = std::filesystem::canonical(folder);
  std::set<std::string> servers;
  std::vector<std::string> calls;
  std::istringstream text(test_support::read_file(record));
  for (std::string line; std::getline(text, line);) {
    // "PID call(arguments) = result"; the second half of a call that another thread interrupted has no "(".
    const size_t name_begin = line.find_first_not_of(' ', line.find(' '));
    const size_t name_end = line.find('(');
    if (name_begin == std::string::npos || name_end == std::string::npos || line[name_begin] == '<') continue;
    std::string name = line.substr(name_begin, name_end - name_begin);
    const std::string arguments = line.substr(name_end + 1, line.rfind(" = ") - name_end - 1);
    if (name == "connect" && arguments.find("AF_UNIX") != std::string::npos) servers.insert(socket_in(arguments));
    const auto other = kOtherNames.find(name);
    if (other != kOtherNames.end()) name = other->second;
    if (kReading.count(name) > 0 || (name == "openat" && !makes_file(arguments))) continue;
    const std::string path =
        servers.count(socket_in(arguments)) > 0 ? watched + "/server" : path_in(arguments, watched);
    if (path.rfind(watched + "/", 0) == 0) calls.push_back(name + " " + path.substr(watched.size() + 1));
    if (path == watched) calls.push_back(name + " ");
  }
  return calls;
}

std::string why_no_strace() {
  test_support::Command command;
  command.arguments = {"true"};
  const test_support::TempFolder folder;
  const auto result = run_command(watched_by_strace(command, folder / "record"));
  return result.exit_code == 0 ? "" : "strace cannot be used here: " + result.err;
}

}  // namespace crash
