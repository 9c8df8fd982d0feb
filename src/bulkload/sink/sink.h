// Where rows go. One file per destination, one line in the registry.
//
// Life of a sink: open → write* → commit, or abandon. Nothing that a reader of the destination can see changes before
// commit, except in append mode into a database, where a sink may commit batch by batch once it keeps checkpoints.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "bulkload/record_batch.h"

namespace bulkload {

enum class Mode { append, replace, replace_on_new_data, merge };

/// The `out:` section, checked by the registry's option table before a sink sees it.
struct SinkOptions {
  std::string type;  // "sqlite"
  Mode mode = Mode::append;
  std::string table;                            // default: the source's name
  std::map<std::string, std::string> settings;  // the other keys as text: path, format, compression, …

  std::string get(const std::string& key, const std::string& fallback = {}) const {
    const auto it = settings.find(key);
    return it == settings.end() ? fallback : it->second;
  }
};

struct SinkResult {
  int64_t rows_written = 0;
  std::string where;  // for the summary: "klaviyo.db, table lists"
};

/// Used by one thread. A failed call leaves abandon() as the only thing to do.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Opens the destination, creates what is missing, and checks that the columns fit what is there.
  virtual base::Status open(const TableSchema& schema) = 0;

  virtual base::Status write(const RecordBatch& batch) = 0;

  /// Makes everything written visible and durable.
  virtual base::Result<SinkResult> commit() = 0;

  /// Takes back what is not committed. Also called by the destructor of a sink that was not committed.
  virtual void abandon() = 0;
};

/// A problem of the `out:` section: "key: what is wrong and what to do".
using Problems = std::vector<std::string>;

/// Checks the section's keys and values for its type; the problems name the nearest known key.
Problems check_sink_options(const SinkOptions& options);

/// Code::config for a type that does not exist.
base::Result<std::unique_ptr<Sink>> make_sink(const SinkOptions& options);

/// Names of the registered types, for messages and help.
std::vector<std::string> sink_types();

}  // namespace bulkload
