// Files that survive a crash: written and synced, replaced at once, locked by one process.
//
// Errors are Code::local_io, "cannot ACTION PATH: REASON; WHAT TO DO", unless a function says otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace bulkload {

/// The status of a failed system call.
base::Status io_error(std::string_view action, const std::string& path, int error_number);

/// Owner of a file descriptor. Never follows a symbolic link, and is not inherited by other programs. Move-only.
class File {
 public:
  File() = default;
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File();

  /// A new empty file in place of whatever file has the name. `permissions` are cut by the umask.
  static base::Result<File> create(const std::string& path, unsigned permissions);

  /// An existing regular file, to read and write.
  static base::Result<File> open(const std::string& path);

  /// The same for a file that nobody else may have written to. Code::config when it is a link, has a second name, is
  /// another user's, or others may write to it.
  static base::Result<File> open_private(const std::string& path);

  bool is_open() const { return descriptor_ >= 0; }
  void close();

  base::Status append(std::string_view bytes);
  base::Status sync();

  /// Cuts the file to `size` bytes; what is appended next comes there.
  base::Status cut(int64_t size);

  base::Result<int64_t> size() const;
  base::Result<unsigned> permissions() const;
  base::Status set_permissions(unsigned permissions);

  /// Up to `size` bytes from `position` on; fewer only at the end of the file.
  base::Result<std::string> read(int64_t position, size_t size) const;

 private:
  File(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  static base::Result<File> open_existing(const std::string& path);

  int descriptor_ = -1;
  std::string path_;
};

enum class FileKind { missing, regular, other };

/// What the path names; a symbolic link is `other`.
base::Result<FileKind> file_kind(const std::string& path);

/// Replaces the file, or makes it (mode 0600). After a crash it has either content, whole.
base::Status replace_file(const std::string& path, std::string_view bytes);

/// Renames, durably.
base::Status rename_file(const std::string& from, const std::string& to);

/// Removes a file if there is one, durably with the next sync_folder_of().
base::Status remove_file(const std::string& path);

/// Makes names durable that came or went in the folder of `path`.
base::Status sync_folder_of(const std::string& path);

/// Whether a file that is there can be trusted as File::open_private() would, without opening it: the POSIX locks of
/// this process on a file go when any descriptor of it is closed. Makes it readable for its owner alone (0600).
base::Status make_private(const std::string& path);

/// Makes the folder and those above it that are missing, for their owner alone (0700).
base::Status make_private_folders(const std::string& folder);

/// A lock that goes with the process that holds it, however that ends (flock). Move-only.
class FileLock {
 public:
  FileLock() = default;
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

  /// Takes the lock file, making it when it is missing. Code::busy at once when another process or sink has it.
  static base::Result<FileLock> acquire(const std::string& path);

  bool held() const { return descriptor_ >= 0; }

  /// Gives the lock back and removes its file.
  void release();

 private:
  FileLock(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

  int descriptor_ = -1;
  std::string path_;
};

}  // namespace bulkload
