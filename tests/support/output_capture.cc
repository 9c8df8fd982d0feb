#include "support/output_capture.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>

namespace test_support {

OutputCapture::OutputCapture() : captured_(memfd_create("captured output", MFD_CLOEXEC)) {
  std::fflush(nullptr);
  for (const int fd : {1, 2}) {
    saved_[fd - 1] = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    dup2(captured_, fd);
  }
}

OutputCapture::~OutputCapture() {
  if (!stopped_) stop();
  close(captured_);
}

std::string OutputCapture::stop() {
  std::fflush(nullptr);
  for (const int fd : {1, 2}) {
    dup2(saved_[fd - 1], fd);
    close(saved_[fd - 1]);
  }
  stopped_ = true;
  std::string text(static_cast<size_t>(lseek(captured_, 0, SEEK_END)), '\0');
  const ssize_t size = pread(captured_, text.data(), text.size(), 0);
  text.resize(size > 0 ? static_cast<size_t>(size) : 0);
  return text;
}

}  // namespace test_support
