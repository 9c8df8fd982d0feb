// What a power failure would take back: the effects of calls that no fsync has made durable yet.
//
// The model is the strictest that POSIX allows: bytes are durable once their file was synced, names once their folder
// was. Each call is noted before it happens, and noted calls are undone in reverse. Permissions are left out.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace kill_point {

/// For one folder, without subfolders. One thread at a time.
class Unsynced {
 public:
  /// `keep_folder`, on the same file system, takes files that lose their name.
  explicit Unsynced(std::string keep_folder) : keep_folder_(std::move(keep_folder)) {}

  /// `length` bytes are about to be written from `offset` on.
  void note_write(int descriptor, off_t offset, size_t length);
  void note_cut(int descriptor, off_t size);
  void note_create(const std::string& path);
  void note_rename(const std::string& from, const std::string& to);
  void note_unlink(const std::string& path);

  /// The file or folder was synced.
  void synced(int descriptor);

  void lose_all();

  /// Loses the bytes of some writes and the last so many changes of names, as the seed has it: a disk writes bytes in
  /// any order, names in theirs. What is lost below bytes that stay reads as zeros.
  void lose_some(unsigned seed);

 private:
  using FileId = std::pair<dev_t, ino_t>;

  struct Change {
    enum class Kind { bytes, created, renamed, unlinked } kind;
    FileId file = {};        // bytes
    int descriptor = -1;     // bytes: of our own
    off_t offset = 0;        // bytes: of the first that is overwritten
    size_t length = 0;       // bytes: how many are
    std::string bytes = {};  // bytes: as they were, up to the file's end
    off_t size = 0;          // bytes: of the file as it was
    std::string path = {};   // names: the name that came or went
    std::string to = {};     // renamed: its new name
    std::string kept = {};   // names: the file that had the name that was overwritten; empty: none
  };

  std::string keep(const std::string& path);
  static void forget(const Change& change);
  static void undo_bytes(const Change& change, bool later_bytes_stay);
  static void undo_name(const Change& change);

  const std::string keep_folder_;
  int kept_files_ = 0;
  std::vector<Change> changes_;
};

}  // namespace kill_point
