// The file of Embulk's -r, --resume-state: there while a run is unfinished. It only names the run; what a run goes on
// from lies with the destination, where it is stored together with the rows.
//
// One line of JSON, which is YAML too (mode 0600):
//   {"crc": "…", "destination": "…", "message": "…", "rows": 1000, "run": "0123456789abcdef", "v": 1}
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/status.h"
#include "bulkload/load.h"

namespace bulkload {

class ResumeFile {
 public:
  /// Nothing is read yet. `destination` and `cleanup`, the command that gives the run up, are for people.
  ResumeFile(std::string path, std::string destination, std::string cleanup)
      : path_(std::move(path)), destination_(std::move(destination)), cleanup_(std::move(cleanup)) {}

  /// Code::config when the file is damaged, newer, a link or another user's, or cannot be written later. A file without
  /// content counts as missing.
  base::Status open();

  /// Refuses a run that the destination does not have, and keeps the file up to date. Usable as long as this lives.
  RunMark mark();

  /// Writes how far the unfinished run is.
  base::Status write(int64_t rows);

 private:
  base::Status check(const RunState* found) const;

  std::string path_;
  std::string destination_;
  std::string cleanup_;
  std::optional<std::string> found_;  // the run that the file named at the beginning
  std::string run_;
};

/// Removes such a file, damaged or not, if there is one. Code::config when it is something else.
base::Status remove_resume_file(const std::string& path);

}  // namespace bulkload
