#include "bulkload/session/job_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "bulkload/sink/durable_file.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;

struct flock byte_of(int64_t job) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = job;
  lock.l_len = 1;
  return lock;
}

base::Result<int> open_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
  return descriptor >= 0 ? base::Result<int>(descriptor) : io_error("open", path, errno);
}

}  // namespace

JobLock::JobLock(JobLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

JobLock& JobLock::operator=(JobLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

JobLock::~JobLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

base::Result<JobLock> JobLock::acquire(const std::string& path, int64_t job) {
  const auto descriptor = open_file(path);
  if (!descriptor.ok()) return descriptor.status();
  JobLock lock(*descriptor);
  struct flock byte = byte_of(job);
  if (::fcntl(*descriptor, F_OFD_SETLK, &byte) == 0) return lock;
  if (errno != EAGAIN && errno != EACCES) return io_error("lock", path, errno);
  return Status(Code::busy, "job " + std::to_string(job) + " is running: wait for its end");
}

base::Result<JobLock> JobLock::adopt(const std::string& path, int64_t job, int descriptor) {
  // Setting what is set already succeeds; and what the file's own descriptor then finds held, this one holds.
  struct flock byte = byte_of(job);
  const bool is_set = ::fcntl(descriptor, F_OFD_SETLK, &byte) == 0;
  const auto held = is_held(path, job);
  if (!held.ok()) return held.status();
  if (!is_set || !*held || ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) {
    return Status(Code::config, "descriptor " + std::to_string(descriptor) + " does not hold the lock of job " +
                                    std::to_string(job) + "; jobs are started by 'bulkload session run'");
  }
  return JobLock(descriptor);
}

base::Result<bool> JobLock::is_held(const std::string& path, int64_t job) {
  const auto descriptor = open_file(path);
  if (!descriptor.ok()) return descriptor.status();
  const JobLock closer(*descriptor);
  struct flock byte = byte_of(job);
  if (::fcntl(*descriptor, F_OFD_GETLK, &byte) != 0) return io_error("inspect", path, errno);
  return byte.l_type != F_UNLCK;
}

}  // namespace bulkload
