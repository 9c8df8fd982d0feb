// A folder of a test's own, and the files in it by name.
#pragma once

#include <filesystem>
#include <string>

#include "support/files.h"

namespace bulkload {

class ScratchFolder {
 public:
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  std::string root() const { return folder_.path().string(); }
  bool has(const std::string& name) const { return std::filesystem::exists(path(name)); }

  void write(const std::string& name, const std::string& content) const {
    test_support::write_file(path(name), content);
  }

  /// Empty when there is no such file.
  std::string read(const std::string& name) const { return has(name) ? test_support::read_file(path(name)) : ""; }

 private:
  test_support::TempFolder folder_;
};

}  // namespace bulkload
