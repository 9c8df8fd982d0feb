// Files and folders of a test.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace test_support {

/// A new empty folder, removed with all that is in it when the owner goes.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// Both throw std::runtime_error when the file cannot be opened.
std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view text);

/// A loopback TCP port that nothing listens on at the moment.
int free_loopback_port();

}  // namespace test_support
