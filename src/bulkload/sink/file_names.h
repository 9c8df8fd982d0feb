// Names of the files that rows are split into: PREFIX, a number, an ending.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace bulkload {

/// `path_prefix`, `sequence_format` and `file_ext`, as Embulk's file output names its files.
class FileNames {
 public:
  /// `sequence_format` has one or two `%d`, also as `%3d` or `%03d`; the last one is the number, one before it is 0
  /// (Embulk's task). Code::config for any other text, to be put behind the key.
  static base::Result<FileNames> parse(std::string prefix, std::string_view sequence_format, std::string extension);

  std::string of(int64_t number) const;

  /// Numbers of the files that are there, in no order.
  base::Result<std::vector<int64_t>> existing() const;

 private:
  struct Number {
    std::string before;  // text in front of it
    size_t width = 0;
    char padding = ' ';
  };

  std::string prefix_;
  std::vector<Number> numbers_;
  std::string end_;
};

}  // namespace bulkload
