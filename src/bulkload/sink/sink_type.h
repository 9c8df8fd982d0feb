// What a destination brings to the registry: its name, its modes, the keys of `out:` that it knows, and how it is made.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "bulkload/sink/sink.h"

namespace bulkload {

/// Says what is wrong with a value and what to do, or nothing.
using OptionCheck = std::string (*)(const std::string& value, const SinkOptions& options);

struct SinkOption {
  std::string_view key;
  std::string_view values;  // separated by " | "; empty: any text that `check` allows
  std::string_view fallback;
  bool required;
  OptionCheck check;  // may be NULL
  std::string_view help;
};

struct SinkType {
  std::string_view name;  // the `type:` of the section
  std::span<const Mode> modes;
  std::string_view mode_advice;  // for the modes that it has not
  bool has_table;
  std::span<const SinkOption> options;
  std::unique_ptr<Sink> (*make)(const SinkOptions& options);  // of options that have passed check_sink_options()
  void (*check)(const SinkOptions& options, Problems& problems) = nullptr;  // rules on several keys; may be NULL
  base::Status (*each_id)(const SinkOptions& options, const IdVisitor& visit) = nullptr;  // NULL: not a database
};

/// Rows to standard output, without state.
extern const SinkType kStdoutSink;

/// Rows to one file at `path`. They gather in PATH.part beside it, with the run's state in PATH.state and its lock in
/// PATH.lock. On commit: `replace` and `replace_on_new_data` rename the part file to `path`; `append` adds its rows to
/// the end of `path`, or renames it when there is nothing yet.
extern const SinkType kFileSink;

/// Rows to a table of an SQLite database. Its lock is PATH.lock: one run at a time writes to a database; reading is
/// possible all the while.
extern const SinkType kSqliteSink;

/// Rows to a table of a DuckDB database, through libduckdb. Its lock is PATH.lock, and DuckDB's own, which keeps others
/// from reading too while a run writes.
extern const SinkType kDuckdbSink;

/// Rows to a table of a PostgreSQL database, by binary COPY. Its lock is an advisory one on the table, which goes with
/// the connection; reading is possible all the while.
extern const SinkType kPostgresqlSink;

/// The modes of files and streams, and those of tables.
inline constexpr Mode kFileModes[] = {Mode::append, Mode::replace, Mode::replace_on_new_data};
inline constexpr Mode kTableModes[] = {Mode::append, Mode::replace, Mode::replace_on_new_data, Mode::merge};
inline constexpr std::string_view kNoMerge =
    "rows are found by id only in a database: use append or replace, or type sqlite";

/// The path of a file that can be made.
std::string check_path(const std::string& value, const SinkOptions& options);

}  // namespace bulkload
