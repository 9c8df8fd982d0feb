// What this process itself writes to its standard output and error.
#pragma once

#include <string>

namespace test_support {

/// Redirects file descriptors 1 and 2 into memory from construction to `stop` or destruction.
class OutputCapture {
 public:
  OutputCapture();
  ~OutputCapture();
  OutputCapture(const OutputCapture&) = delete;
  OutputCapture& operator=(const OutputCapture&) = delete;

  /// Restores both descriptors and gives what was written to either.
  std::string stop();

 private:
  int captured_;
  int saved_[2];
  bool stopped_ = false;
};

}  // namespace test_support
