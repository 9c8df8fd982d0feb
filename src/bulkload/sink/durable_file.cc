#include "bulkload/sink/durable_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace bulkload {

namespace {

using base::Code;
using base::Status;

constexpr int kAlways = O_NOFOLLOW | O_CLOEXEC;
constexpr int kLockAttempts = 100;

struct Hint {
  int error_number;
  std::string_view text;
};

constexpr std::array<Hint, 8> kHints = {{{ENOSPC, "make room and run again"},
                                         {EDQUOT, "make room and run again"},
                                         {EFBIG, "the file is larger than allowed here (ulimit -f)"},
                                         {EACCES, "check the permissions"},
                                         {EPERM, "check the permissions"},
                                         {ENOENT, "make the folder first"},
                                         {EROFS, "choose a path on a writable disk"},
                                         {ELOOP, "it is a symbolic link: give the file's own path"}}};

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string_view distrusted(const struct stat& status) {
  if (status.st_uid != geteuid()) return "belongs to another user";
  if (status.st_nlink != 1) return "has a second name (hard link)";
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) return "can be written to by others";
  return {};
}

Status check_trust(const struct stat& status, const std::string& path) {
  const std::string_view reason = distrusted(status);
  if (reason.empty()) return {};
  return Status(Code::config, path + " " + std::string(reason) + ", so that it is not trusted: inspect and remove it");
}

int open_retrying(const char* path, int flags, mode_t mode = 0) {
  int descriptor = -1;
  do {
    descriptor = ::open(path, flags, mode);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

bool same_file(int descriptor, const std::string& path) {
  struct stat held {};
  struct stat named {};
  return fstat(descriptor, &held) == 0 && lstat(path.c_str(), &named) == 0 && held.st_dev == named.st_dev &&
         held.st_ino == named.st_ino;
}

}  // namespace

Status io_error(std::string_view action, const std::string& path, int error_number) {
  std::string text = "cannot ";
  text.append(action).append(" ").append(path).append(": ");
  text += std::generic_category().message(error_number);
  for (const Hint& hint : kHints) {
    if (hint.error_number == error_number) text.append("; ").append(hint.text);
  }
  return Status(Code::local_io, std::move(text));
}

File::File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

File::~File() { close(); }

void File::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

base::Result<File> File::create(const std::string& path, unsigned permissions) {
  if (Status removed = remove_file(path); !removed.ok()) return removed;
  const int descriptor = open_retrying(path.c_str(), O_RDWR | O_CREAT | O_EXCL | kAlways, permissions);
  if (descriptor < 0) return io_error("create", path, errno);
  return File(descriptor, path);
}

base::Result<File> File::open_existing(const std::string& path) {
  // O_NONBLOCK: a FIFO of that name must not hold the run up.
  const int descriptor = open_retrying(path.c_str(), O_RDWR | O_NONBLOCK | kAlways);
  if (descriptor < 0) return io_error("open", path, errno);
  return File(descriptor, path);
}

base::Result<File> File::open(const std::string& path) {
  const auto kind = file_kind(path);
  if (!kind.ok()) return kind.status();
  if (*kind == FileKind::other) return Status(Code::config, path + " is not a regular file: choose another path");
  return open_existing(path);
}

base::Result<File> File::open_private(const std::string& path) {
  auto file = open(path);
  if (!file.ok()) return file;
  struct stat status {};
  if (fstat(file->descriptor_, &status) != 0) return io_error("inspect", path, errno);
  if (Status trusted = check_trust(status, path); !trusted.ok()) return trusted;
  return file;
}

Status File::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error("write", path_, errno);
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return {};
}

Status File::sync() {
  // Never tried twice: after a failed fsync the kernel may have dropped the pages and would report success.
  return ::fsync(descriptor_) == 0 ? Status() : io_error("sync", path_, errno);
}

Status File::cut(int64_t size) {
  if (::ftruncate(descriptor_, size) != 0) return io_error("truncate", path_, errno);
  return ::lseek(descriptor_, size, SEEK_SET) == size ? Status() : io_error("seek in", path_, errno);
}

base::Result<int64_t> File::size() const {
  struct stat status {};
  if (fstat(descriptor_, &status) != 0) return io_error("inspect", path_, errno);
  return static_cast<int64_t>(status.st_size);
}

base::Result<unsigned> File::permissions() const {
  struct stat status {};
  if (fstat(descriptor_, &status) != 0) return io_error("inspect", path_, errno);
  return static_cast<unsigned>(status.st_mode) & 0777U;
}

Status File::set_permissions(unsigned permissions) {
  return fchmod(descriptor_, permissions) == 0 ? Status() : io_error("set the permissions of", path_, errno);
}

base::Result<std::string> File::read(int64_t position, size_t size) const {
  std::string bytes(size, '\0');
  size_t filled = 0;
  while (filled < size) {
    const ssize_t count =
        ::pread(descriptor_, bytes.data() + filled, size - filled, position + static_cast<off_t>(filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error("read", path_, errno);
    if (count == 0) break;
    filled += static_cast<size_t>(count);
  }
  bytes.resize(filled);
  return bytes;
}

base::Result<FileKind> file_kind(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) == 0) return S_ISREG(status.st_mode) ? FileKind::regular : FileKind::other;
  if (errno == ENOENT) return FileKind::missing;
  return io_error("inspect", path, errno);
}

Status replace_file(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  auto file = File::create(temporary, 0600);
  if (!file.ok()) return file.status();
  Status status = file->append(bytes);
  if (status.ok()) status = file->sync();
  file->close();
  if (status.ok()) status = rename_file(temporary, path);
  if (!status.ok()) ::unlink(temporary.c_str());
  return status;
}

Status rename_file(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return io_error("rename a file to", to, errno);
  return sync_folder_of(to);
}

Status remove_file(const std::string& path) {
  return ::unlink(path.c_str()) == 0 || errno == ENOENT ? Status() : io_error("remove", path, errno);
}

Status sync_folder_of(const std::string& path) {
  const std::string folder = folder_of(path);
  const int descriptor = open_retrying(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return io_error("open", folder, errno);
  // Some file systems have no sync for folders and say so with EINVAL: nothing more can be done there.
  const int error_number = ::fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno;
  ::close(descriptor);
  return error_number == 0 ? Status() : io_error("sync", folder, error_number);
}

Status make_private(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return io_error("inspect", path, errno);
  if (!S_ISREG(status.st_mode)) return Status(Code::config, path + " is not a regular file: choose another path");
  if (Status trusted = check_trust(status, path); !trusted.ok()) return trusted;
  if ((status.st_mode & 0777) == 0600 || ::chmod(path.c_str(), 0600) == 0) return {};
  return io_error("set the permissions of", path, errno);
}

Status make_private_folders(const std::string& folder) {
  struct stat status {};
  if (folder.empty() || (::stat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode))) return {};
  const size_t slash = folder.find_last_of('/');
  if (slash != std::string::npos) {
    if (Status made = make_private_folders(folder.substr(0, slash)); !made.ok()) return made;
  }
  if (::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return io_error("make the folder", folder, errno);
}

FileLock::FileLock(FileLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

FileLock::~FileLock() { release(); }

base::Result<FileLock> FileLock::acquire(const std::string& path) {
  for (int attempt = 0; attempt < kLockAttempts; ++attempt) {
    const int descriptor = open_retrying(path.c_str(), O_RDWR | O_CREAT | O_NONBLOCK | kAlways, 0600);
    if (descriptor < 0) return io_error("open the lock", path, errno);
    FileLock lock(descriptor, path);
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      const int error_number = errno;
      ::close(std::exchange(lock.descriptor_, -1));
      if (error_number == EINTR) continue;
      if (error_number != EWOULDBLOCK) return io_error("lock", path, error_number);
      return Status(Code::busy, "another run holds " + path + ": wait for its end");
    }
    // The holder before may have removed the file between our open and our lock: then it is not the file's lock.
    if (same_file(descriptor, path)) return lock;
    ::close(std::exchange(lock.descriptor_, -1));
  }
  return Status(Code::busy, path + " keeps coming and going: wait for the other runs' end");
}

void FileLock::release() {
  if (!held()) return;
  ::unlink(path_.c_str());
  ::close(std::exchange(descriptor_, -1));
}

}  // namespace bulkload
