// The arguments of `bulkload`, as its commands get them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "bulkload/text_table.h"

namespace bulkload {

struct CommandLine {
  std::string config;                // CONFIG
  std::string diff_path;             // -c
  std::string resume_path;           // -r: accepted, without effect
  std::string output_path;           // -o
  std::string folder;                // example DIR
  std::string source;                // sources NAME
  std::string type;                  // sources --type
  std::vector<std::string> plugins;  // --plugin
  std::vector<std::string> out;      // --out KEY=VALUE
  std::optional<int64_t> rows;       // preview --rows
  int64_t max_tasks = 1;
  bool vertical = false;
  TableFormat format = TableFormat::table;
  base::LogLevel log_level = base::LogLevel::info;
  std::string log_path;
};

}  // namespace bulkload
