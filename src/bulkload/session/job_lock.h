// Which jobs are running, as the kernel knows it: each holds a lock that goes with its process, however that ends.
//
// One file for all jobs of a store; job N locks byte N of it (open file description locks, fcntl(2)). They can be asked
// for without being taken, and go on to a program that is started with the descriptor. Errors: Code::local_io.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"

namespace bulkload {

/// Move-only. The lock ends with the last process that has the descriptor.
class JobLock {
 public:
  JobLock(JobLock&& other) noexcept;
  JobLock& operator=(JobLock&& other) noexcept;
  ~JobLock();

  /// Code::busy when another process has it.
  static base::Result<JobLock> acquire(const std::string& path, int64_t job);

  /// Takes over the lock of the process that started this one. Code::config when the descriptor has not got it.
  static base::Result<JobLock> adopt(const std::string& path, int64_t job, int descriptor);

  /// Whether any process has it, this one included.
  static base::Result<bool> is_held(const std::string& path, int64_t job);

  /// For a program that is started, which has the lock too when it gets the descriptor.
  int descriptor() const { return descriptor_; }

 private:
  explicit JobLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_ = -1;
};

}  // namespace bulkload
