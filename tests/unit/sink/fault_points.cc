#include "fault_points.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

namespace bulkload::testing {

namespace {

struct Plan {
  bool armed = false;
  Fault fault = Fault::kill;
  int point = 0;
  int error_number = 0;
  int calls = 0;
};

Plan plan;

// Whether the call that is beginning is one to fail or to die in.
bool strikes() {
  if (!plan.armed) return false;
  ++plan.calls;
  return plan.fault == Fault::fail_after ? plan.calls >= plan.point : plan.calls == plan.point;
}

template <typename Half>
int strike(Half half_done) {
  if (plan.fault == Fault::kill) {
    half_done();
    ::kill(::getpid(), SIGKILL);
  }
  errno = plan.error_number;
  return -1;
}

int strike() {
  return strike([] {});
}

}  // namespace

void arm_fault(Fault fault, int point, int error_number) { plan = {true, fault, point, error_number, 0}; }

bool disarm_fault() {
  plan.armed = false;
  return plan.calls >= plan.point;
}

}  // namespace bulkload::testing

using bulkload::testing::strike;
using bulkload::testing::strikes;

// Visible, so that shared libraries find them too.
#pragma GCC visibility push(default)

extern "C" ssize_t write(int descriptor, const void* bytes, size_t size) {
  if (strikes()) return strike([&] { syscall(SYS_write, descriptor, bytes, size / 2); });
  return syscall(SYS_write, descriptor, bytes, size);
}

extern "C" ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  if (strikes()) return strike([&] { syscall(SYS_pwrite64, descriptor, bytes, size / 2, offset); });
  return syscall(SYS_pwrite64, descriptor, bytes, size, offset);
}

extern "C" ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t offset) {
  return pwrite(descriptor, bytes, size, offset);
}

// What a killed process has written stays written without any sync: the tests need not wait for the disk.
extern "C" int fsync(int) { return strikes() ? strike() : 0; }

extern "C" int fdatasync(int) { return strikes() ? strike() : 0; }

extern "C" int ftruncate(int descriptor, off_t size) noexcept {
  return strikes() ? strike() : static_cast<int>(syscall(SYS_ftruncate, descriptor, size));
}

extern "C" int ftruncate64(int descriptor, off64_t size) noexcept { return ftruncate(descriptor, size); }

extern "C" int rename(const char* from, const char* to) noexcept {
  return strikes() ? strike() : static_cast<int>(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

extern "C" int unlink(const char* path) noexcept {
  return strikes() ? strike() : static_cast<int>(syscall(SYS_unlinkat, AT_FDCWD, path, 0));
}

#pragma GCC visibility pop
