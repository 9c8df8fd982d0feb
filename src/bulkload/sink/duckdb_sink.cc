#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "base/text_time.h"
#include "bulkload/sink/deleted_rows.h"
#include "bulkload/sink/duckdb_rows.h"
#include "bulkload/sink/duckdb_state.h"
#include "bulkload/sink/duckdb_table.h"
#include "bulkload/sink/durable_file.h"
#include "bulkload/sink/merge_key.h"
#include "bulkload/sink/registry.h"
#include "bulkload/sink/sink_type.h"

namespace bulkload::duckdb {

namespace {

using base::Code;
using base::Status;
namespace fs = std::filesystem;

// Unlimited, DuckDB gathers rows up to the size of its row groups of 122,880, and more with each thread.
constexpr const char* kMemoryLimit = "256MB";
constexpr const char* kThreads = "1";
constexpr const char* kMainSchema = "main";
constexpr std::string_view kSpillPrefix = "duckdb_temp_";
constexpr int kMostThreads = 64;

std::string check_database_path(const std::string& value, const SinkOptions& options) {
  // DuckDB's names of databases that go with the process, or that are elsewhere.
  if (value == ":memory:" || value.find("://") != std::string::npos || value.rfind("md:", 0) == 0) {
    return "must be a plain path, so that the rows stay";
  }
  return check_path(value, options);
}

std::string check_schema(const std::string& value, const SinkOptions&) {
  const bool named = !value.empty() && value.find('\0') == std::string::npos;
  return named ? "" : "must be a name";
}

std::string check_memory(const std::string& value, const SinkOptions&) {
  constexpr std::array<std::string_view, 6> kUnits = {"MB", "GB", "TB", "MiB", "GiB", "TiB"};
  unsigned number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const std::string_view unit(end, value.data() + value.size());
  const bool known =
      error == std::errc() && number > 0 && std::find(kUnits.begin(), kUnits.end(), unit) != kUnits.end();
  return known ? "" : "must be a size such as 512MB or 2GB";
}

std::string check_threads(const std::string& value, const SinkOptions&) {
  int number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool whole = error == std::errc() && end == value.data() + value.size();
  return whole && number >= 1 && number <= kMostThreads ? "" : "must be a number from 1 to 64";
}

constexpr SinkOption kOptions[] = {
    {"path", "", "", true, check_database_path, "the database file, made when it is missing"},
    {"schema", "", kMainSchema, false, check_schema, "the table's schema, made when it is missing"},
    {"memory_limit", "", kMemoryLimit, false, check_memory, "what DuckDB may use; it goes on in PATH.tmp beyond that"},
    {"threads", "", kThreads, false, check_threads, "threads of DuckDB; each needs memory of its own"}};

std::string spill_folder(const SinkOptions& options) { return options.get("path") + ".tmp"; }

Settings settings_of(const SinkOptions& options) {
  Settings settings = {{"memory_limit", options.get("memory_limit", kMemoryLimit)},
                       {"threads", options.get("threads", kThreads)},
                       {"temp_directory", spill_folder(options)}};
  // A save ends a row group before it is full. Where no row is deleted, joining those would be all that there is to
  // clean up at the end, and would write nearly every row again.
  if (options.mode != Mode::merge) settings["max_vacuum_tasks"] = "0";
  return settings;
}

class DuckdbSink final : public Sink {
 public:
  explicit DuckdbSink(SinkOptions options)
      : options_(std::move(options)),
        path_(options_.get("path")),
        staged_(options_.mode != Mode::append || options_.all_at_once) {
    set_table(options_.table);
  }

  bool keeps_state() const override { return true; }

  base::Result<std::optional<SavedState>> open(const TableSchema& schema) override {
    if (table_.table.empty()) set_table(std::string(schema.meta("source")));
    if (table_.table.empty()) return Status(Code::config, "table: is missing, and the source names none");
    columns_ = columns_of(schema);
    auto key = MergeKey::of(schema, options_.mode);
    if (!key.ok()) return key.status();
    key_ = std::move(*key);
    if (Status status = connect(); !status.ok()) return status;
    auto rows = Rows::attach(database_, schema);
    if (!rows.ok()) return rows.status();
    rows_ = std::move(*rows);
    if (Status status = begin(); !status.ok()) return status;
    auto found = load_state(database_, table_);
    if (!found.ok()) return found.status();
    const std::string mode = std::string(mode_name(options_.mode)) + (staged_ ? ", staged" : "");
    const bool fresh = !found->has_value();
    state_ = std::move(*found).value_or(RunState{mode, {}, 0, false});
    if (!state_.committed) {
      if (state_.mode != mode) {
        return Status(Code::config, "table " + table_.table + ": an unfinished run has mode " + state_.mode +
                                        "; run it again in that mode, or give it up with bulkload cleanup");
      }
      if (Status status = prepare_tables(fresh); !status.ok()) return status;
    }
    if (Status status = end(); !status.ok()) return status;
    if (fresh) return std::optional<SavedState>();
    return std::optional<SavedState>(SavedState{state_.text, state_.committed});
  }

  Status write(const RecordBatch& batch) override {
    if (Status status = key_.check(batch); !status.ok()) return status;
    if (Status status = begin(); !status.ok()) return status;
    rows_->offer({{&batch, 0, batch.rows()}});
    Status status = database_.run("INSERT INTO " + (staged_ ? staging_ : table_).sql() + " (" + name_list(columns_) +
                                  ") " + kRowsQuery);
    if (status.ok()) state_.rows += batch.rows();
    return status;
  }

  Status save(std::string_view state) override {
    state_.text = state;
    Status status = begin();
    if (status.ok()) status = store_state(database_, table_, state_);
    return status.ok() ? end() : status;
  }

  base::Result<SinkResult> commit(std::string_view state) override {
    // The rows are numbered for good, in their order, once they are committed.
    if (staged_) {
      if (Status status = save(state); !status.ok()) return status;
    }
    if (Status status = begin(); !status.ok()) return status;
    SinkResult result{state_.rows, path_ + ", table " + table_.table};
    if (staged_) {
      Status status = mark_deletes(result);
      if (!status.ok()) return status;
      status = publish(database_, options_.mode, staging_, table_, columns_, key_.names(columns_));
      if (!status.ok()) return status;
    }
    state_.committed = true;
    if (Status status = save(state); !status.ok()) return status;
    // Closing brings the file up to date as well, but says nothing when it cannot.
    if (Status status = database_.run("CHECKPOINT"); !status.ok()) return status;
    return result;
  }

  Status forget() override {
    Status status = database_.is_open() ? Status() : connect();
    if (status.ok()) status = begin();
    if (status.ok()) status = remove_state(database_, table_);
    if (status.ok()) status = end();
    disconnect();
    return status;
  }

  Status abandon() override {
    const auto kind = file_kind(path_);
    if (!kind.ok()) return kind.status();
    if (*kind == FileKind::missing || table_.table.empty()) return {};
    close_database();
    Status status = connect();
    if (status.ok()) status = begin();
    if (status.ok()) status = database_.run("DROP TABLE IF EXISTS " + staging_.sql());
    if (status.ok()) status = remove_state(database_, table_);
    if (status.ok()) status = end();
    disconnect();
    return status;
  }

 private:
  void set_table(const std::string& name) {
    const std::string schema = options_.get("schema", kMainSchema);
    table_ = {schema, name};
    staging_ = {schema, "_bulkload_staging_" + name};
  }

  Status connect() {
    if (!lock_.held()) {
      // Two spellings of a path are one database, with one lock.
      std::error_code unresolved;
      const fs::path real_path = fs::weakly_canonical(path_, unresolved);
      auto lock = FileLock::acquire((unresolved ? path_ : real_path.string()) + ".lock");
      if (!lock.ok()) return lock.status();
      lock_ = std::move(*lock);
    }
    remove_spill();
    auto database = Database::open(path_, settings_of(options_));
    if (!database.ok()) return database.status();
    database_ = std::move(*database);
    Status status = create_state_table(database_, table_.schema);
    // Where the unqualified names in the texts of indexes belong.
    return status.ok() ? database_.run("SET schema = " + sql_text(sql_name(table_.schema))) : status;
  }

  void close_database() {
    database_.close();
    rows_.reset();
    in_transaction_ = false;
  }

  void disconnect() {
    close_database();
    remove_spill();
    lock_.release();
  }

  // What a killed process has left of DuckDB's temporary files. The folder may be the user's, with other files in it.
  void remove_spill() const {
    std::error_code error;
    for (fs::directory_iterator entry(spill_folder(options_), error), end; !error && entry != end;
         entry.increment(error)) {
      std::error_code ignored;
      if (entry->path().filename().string().rfind(kSpillPrefix, 0) == 0) fs::remove(entry->path(), ignored);
    }
    fs::remove(spill_folder(options_), error);  // when it is empty
  }

  Status begin() {
    if (in_transaction_) return {};
    Status status = database_.run("BEGIN TRANSACTION");
    in_transaction_ = status.ok();
    return status;
  }

  Status end() {
    in_transaction_ = false;
    return database_.run("COMMIT");
  }

  Status prepare_tables(bool fresh) {
    const bool replaces = options_.mode == Mode::replace || options_.mode == Mode::replace_on_new_data;
    const auto existing = existing_columns(database_, table_);
    if (!existing.ok()) return existing.status();
    Status status;
    if (!replaces && !existing->empty()) status = fit_table(database_, table_, *existing, columns_);
    if (status.ok() && options_.mode == Mode::merge && !existing->empty()) {
      status = require_unique_keys(database_, table_, key_.names(columns_));
    }
    if (status.ok() && !staged_ && existing->empty()) status = create_table(database_, table_, columns_);
    if (status.ok() && staged_) status = prepare_staging(fresh);
    return status;
  }

  Status prepare_staging(bool fresh) {
    if (fresh) {
      const Status status = database_.run("DROP TABLE IF EXISTS " + staging_.sql());
      return status.ok() ? create_table(database_, staging_, columns_) : status;
    }
    const auto existing = existing_columns(database_, staging_);
    if (!existing.ok()) return existing.status();
    if (*existing == columns_) return {};
    return Status(Code::config, "table " + table_.table +
                                    ": the unfinished run has other columns; run it again with its configuration, or "
                                    "give it up with bulkload cleanup");
  }

  Status mark_deletes(SinkResult& result) {
    if (options_.deletes == Deletes::ignored) return {};
    result.rows_deleted = 0;
    const auto existing = existing_columns(database_, table_);
    if (!existing.ok() || existing->empty()) return existing.status();
    // NOT EXISTS takes several times as long: DuckDB gathers the distinct keys of the whole table for it.
    const std::string unseen = "rowid IN (SELECT t.rowid FROM " + table_.sql() + " AS t ANTI JOIN " + staging_.sql() +
                               " AS s ON " + sql_same_key(key_.names(columns_)) + ")";
    const Marking marking = {[&](const std::string& sql) { return number(sql); },
                             [&](const std::string& sql) { return database_.run(sql); },
                             staging_.sql(),
                             table_.sql(),
                             unseen,
                             "CAST(" + sql_text(base::format_rfc3339(begun_us())) + " AS TIMESTAMP WITH TIME ZONE)"};
    return mark_missing_rows(marking, options_.deletes, result);
  }

  base::Result<int64_t> number(const std::string& sql) {
    const auto rows = database_.rows(sql);
    return rows.ok() ? base::Result<int64_t>(std::stoll(rows->front().front())) : rows.status();
  }

  const SinkOptions options_;
  const std::string path_;
  const bool staged_;  // the rows gather in a table of their own until commit
  TableName table_;
  TableName staging_;
  FileLock lock_;
  std::vector<Column> columns_;
  MergeKey key_;
  RunState state_;
  std::unique_ptr<Rows> rows_;  // goes after database_
  Database database_;
  bool in_transaction_ = false;
};

Status each_duckdb_id(const SinkOptions& options, const IdVisitor& visit) {
  const std::string path = options.get("path");
  const auto kind = file_kind(path);
  if (!kind.ok() || *kind == FileKind::missing) return kind.status();
  auto database = Database::open(path, settings_of(options));
  if (!database.ok()) return database.status();
  const TableName table{options.get("schema", kMainSchema), options.table};
  const auto columns = existing_columns(*database, table);
  if (!columns.ok() || columns->empty()) return columns.status();
  const bool has_id =
      std::any_of(columns->begin(), columns->end(), [](const Column& column) { return lower(column.name) == "id"; });
  if (!has_id) return Status(Code::config, "table " + table.table + ": has no column id to compare by");
  return database->each_row("SELECT id FROM " + table.sql() + " WHERE id IS NOT NULL",
                            [&](const TextRow& row) { visit(row.front()); });
}

std::unique_ptr<Sink> make_duckdb_sink(const SinkOptions& options) { return std::make_unique<DuckdbSink>(options); }

}  // namespace

}  // namespace bulkload::duckdb

namespace bulkload {

const SinkType kDuckdbSink = {"duckdb", kTableModes,           "", true, duckdb::kOptions, duckdb::make_duckdb_sink,
                              nullptr,  duckdb::each_duckdb_id};

}  // namespace bulkload
