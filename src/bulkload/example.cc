#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "bulkload/commands.h"
#include "bulkload/sink/durable_file.h"

namespace bulkload {

namespace {

namespace fs = std::filesystem;

struct Example {
  std::string_view name;
  std::string_view text;
};

constexpr std::array<Example, 3> kExamples = {
    {{"lists.yml", R"(# All lists, as they are now.
in:
  type: klaviyo
  data_source: lists
  api_token: {{ env.KLAVIYO_API_KEY }}
out:
  type: sqlite
  path: klaviyo.db
  table: lists
  mode: replace
)"},
     {"events.yml", R"(# New events on every run:
#   bulkload run events.yml -c events.diff.yml
in:
  type: klaviyo
  data_source: events
  api_token: {{ env.KLAVIYO_API_KEY }}
  incremental: true
  start_time: "2026-01-01T00:00:00"
  # Late events are read again, and merged by id.
  lookback_sec: 86400
out:
  type: sqlite
  path: klaviyo.db
  table: events
  mode: merge
)"},
     {"profiles.yml", R"(# Profiles that changed since the last run, as compressed CSV:
#   bulkload run profiles.yml -c profiles.diff.yml
in:
  type: klaviyo
  data_source: profiles
  api_token: {{ env.KLAVIYO_API_KEY }}
  incremental: true
  incremental_field: updated
out:
  type: file
  path: profiles.csv.gz
  format: csv
  compression: gzip
  mode: append
)"}}};

}  // namespace

int example_command(const CommandLine& line, Console& console) {
  const fs::path folder = line.folder;
  std::error_code error;
  for (const Example& example : kExamples) {
    if (fs::exists(fs::symlink_status(folder / example.name, error))) {
      console.print((folder / example.name).string() + " is there already; give another folder");
      return 2;
    }
  }
  fs::create_directories(folder, error);
  if (error) {
    console.print(folder.string() + " cannot be made: " + error.message());
    return 1;
  }
  for (const Example& example : kExamples) {
    const std::string path = (folder / example.name).string();
    const base::Status status = replace_file(path, example.text);
    if (!status.ok()) return report_failure(status, console);
    console.print("Created " + path);
  }
  const std::string first = (folder / kExamples[0].name).string();
  console.print("\nNext:\n  export KLAVIYO_API_KEY=...\n  bulkload preview " + first + "\n  bulkload guess " + first +
                "\n  bulkload run " + first);
  return 0;
}

}  // namespace bulkload
