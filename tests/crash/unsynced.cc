#include "unsynced.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <set>

namespace kill_point {

namespace {

struct stat status_of(int descriptor) {
  struct stat status {};
  fstat(descriptor, &status);
  return status;
}

void write_all(int descriptor, const std::string& bytes, off_t offset) {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t count =
        pwrite(descriptor, bytes.data() + done, bytes.size() - done, offset + static_cast<off_t>(done));
    if (count <= 0) std::perror("kill_point: cannot take a write back");
    if (count <= 0) _exit(99);
    done += static_cast<size_t>(count);
  }
}

}  // namespace

void Unsynced::note_write(int descriptor, off_t offset, size_t length) {
  const struct stat status = status_of(descriptor);
  // Readable whatever the process opened it for, and there when the process has closed it.
  const int own = open(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), O_RDWR | O_CLOEXEC);
  Change change{.kind = Change::Kind::bytes, .file = {status.st_dev, status.st_ino}, .descriptor = own};
  change.offset = offset;
  change.size = status.st_size;
  change.length = length;
  change.bytes.resize(length);
  const ssize_t count = pread(own, change.bytes.data(), length, offset);
  change.bytes.resize(count > 0 ? static_cast<size_t>(count) : 0);
  changes_.push_back(std::move(change));
}

void Unsynced::note_cut(int descriptor, off_t size) {
  const off_t before = status_of(descriptor).st_size;
  note_write(descriptor, size, before > size ? static_cast<size_t>(before - size) : 0);
}

void Unsynced::note_create(const std::string& path) {
  if (access(path.c_str(), F_OK) != 0) changes_.push_back({.kind = Change::Kind::created, .path = path});
}

void Unsynced::note_rename(const std::string& from, const std::string& to) {
  changes_.push_back({.kind = Change::Kind::renamed, .path = from, .to = to, .kept = keep(to)});
}

void Unsynced::note_unlink(const std::string& path) {
  const std::string kept = keep(path);
  if (!kept.empty()) changes_.push_back({.kind = Change::Kind::unlinked, .path = path, .kept = kept});
}

std::string Unsynced::keep(const std::string& path) {
  const std::string kept = keep_folder_ + "/" + std::to_string(++kept_files_);
  return link(path.c_str(), kept.c_str()) == 0 ? kept : std::string();
}

void Unsynced::synced(int descriptor) {
  const struct stat status = status_of(descriptor);
  const bool is_folder = S_ISDIR(status.st_mode);
  const FileId file{status.st_dev, status.st_ino};
  const auto durable = [&](const Change& change) {
    const bool is_name = change.kind != Change::Kind::bytes;
    return is_folder ? is_name : !is_name && change.file == file;
  };
  for (const Change& change : changes_) {
    if (durable(change)) forget(change);
  }
  changes_.erase(std::remove_if(changes_.begin(), changes_.end(), durable), changes_.end());
}

// A file with a second name would not be what the program left.
void Unsynced::forget(const Change& change) {
  if (change.descriptor >= 0) close(change.descriptor);
  if (!change.kept.empty()) unlink(change.kept.c_str());
}

void Unsynced::undo_bytes(const Change& change, bool later_bytes_stay) {
  std::string bytes = change.bytes;
  if (later_bytes_stay) {
    bytes.resize(change.length);
  } else if (ftruncate(change.descriptor, change.size) != 0) {
    std::perror("kill_point: cannot take a length back");
  }
  write_all(change.descriptor, bytes, change.offset);
}

void Unsynced::undo_name(const Change& change) {
  if (change.kind == Change::Kind::created) unlink(change.path.c_str());
  if (change.kind == Change::Kind::renamed) rename(change.to.c_str(), change.path.c_str());
  if (change.kept.empty()) return;
  rename(change.kept.c_str(), change.kind == Change::Kind::renamed ? change.to.c_str() : change.path.c_str());
}

void Unsynced::lose_all() {
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
    if (change->kind == Change::Kind::bytes) {
      undo_bytes(*change, false);
    } else {
      undo_name(*change);
    }
  }
}

void Unsynced::lose_some(unsigned seed) {
  std::mt19937 random(seed);
  std::set<FileId> touched;
  bool names_stay = false;
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
    const bool stays = random() % 2 == 0;
    if (change->kind != Change::Kind::bytes) {
      names_stay = names_stay || stays;
      if (names_stay) {
        forget(*change);
      } else {
        undo_name(*change);
      }
    } else if (stays) {
      touched.insert(change->file);
    } else {
      undo_bytes(*change, touched.count(change->file) > 0);
    }
  }
}

}  // namespace kill_point
