// Where rows go. One file per destination, one line in the registry.
//
// Life of a sink: open → (write* save)* → commit → forget, or abandon. What a reader of the destination sees:
//   append into a database  the rows of each save, as they come
//   everything else         nothing before commit; the rows gather in a staging table or a part file
//
// A run's state is a text of the host's (the tasks' checkpoints), opaque here. Wherever the process is killed, the next
// open() gives the last durable state together with exactly the rows that were saved with it, so that going on from it
// loses nothing and repeats nothing. Order: rows and state (save) → what the reader sees (commit) → the host's
// next-config → forget.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "bulkload/record_batch.h"

namespace bulkload {

enum class Mode { append, replace, replace_on_new_data, merge };

/// `detect_deletes`: whether mode merge marks the rows that the run did not see; `even_all`: also when it saw none.
enum class Deletes { ignored, marked, even_all };

/// The `out:` section, checked by the registry's option table before a sink sees it.
struct SinkOptions {
  std::string type;  // "sqlite"
  Mode mode = Mode::append;
  Deletes deletes = Deletes::ignored;
  std::string table;         // default: the source's name
  bool all_at_once = false;  // nothing visible before commit in append mode either: the source has no
                             // order to go on from, and a run may have to start over
  std::map<std::string, std::string> settings;  // the other keys as text: path, format, compression, …

  std::string get(const std::string& key, const std::string& fallback = {}) const {
    const auto it = settings.find(key);
    return it == settings.end() ? fallback : it->second;
  }
};

struct SinkResult {
  int64_t rows_written = 0;
  std::string where;                       // for the summary: "klaviyo.db, table lists"
  std::vector<std::string> warnings = {};  // what is not stored as it came, one line each
  int64_t rows_deleted = -1;               // marked as deleted by this run; -1: nobody asked
};

/// What open() found.
struct SavedState {
  std::string text;        // as given to the last durable save() or commit()
  bool committed = false;  // commit() is done, forget() is not: only the next-config is missing
};

/// Used by one thread. After a failed call abandon() or destruction are the only things to do; the destination is then
/// as the last save() left it.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Whether save() makes rows durable. False (stdout): a run starts over after a crash, and state is never found.
  virtual bool keeps_state() const = 0;

  /// Takes the destination's lock (Code::busy within a second while another run holds it; a dead run's lock is no
  /// obstacle), opens it, creates what is missing, cuts off what was written after the last save, and checks that the
  /// columns fit what is there (Code::config, with what to do). The state is what an unfinished run left.
  virtual base::Result<std::optional<SavedState>> open(const TableSchema& schema) = 0;

  /// Between open() and commit(): when the run began, microseconds since 1970 UTC, over all processes that take part.
  void set_begin(int64_t us) { begun_us_ = us; }

  virtual base::Status write(const RecordBatch& batch) = 0;

  /// Makes the rows written so far durable together with `state`, at once.
  virtual base::Status save(std::string_view state) = 0;

  /// Makes all rows visible and durable, and `state` found as committed, at once (or so that a crash in between is
  /// completed by the next open).
  virtual base::Result<SinkResult> commit(std::string_view state) = 0;

  /// Drops the state, after the host has made durable what follows from it.
  virtual base::Status forget() = 0;

  /// Takes back what is not visible yet, and drops the state: staging tables, part files, state files.
  virtual base::Status abandon() = 0;

 protected:
  int64_t begun_us() const { return begun_us_; }

 private:
  int64_t begun_us_ = 0;
};

/// A problem of the `out:` section: "key: what is wrong and what to do".
using Problems = std::vector<std::string>;

/// Checks the section's keys and values for its type; the problems name the nearest known key.
Problems check_sink_options(const SinkOptions& options);

/// Code::config for a type that does not exist.
base::Result<std::unique_ptr<Sink>> make_sink(const SinkOptions& options);

using IdVisitor = std::function<void(std::string_view id)>;

/// Gives every id of the destination's table, in any order; none when there is no table yet. Code::config for a
/// destination in which rows cannot be looked up, and for a table without a column `id`.
base::Status each_id(const SinkOptions& options, const IdVisitor& visit);

/// Names of the registered types, for messages and help.
std::vector<std::string> sink_types();

}  // namespace bulkload
