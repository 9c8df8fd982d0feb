#include <filesystem>
#include <system_error>

#include "bulkload/sink/deleted_rows.h"
#include "bulkload/sink/durable_file.h"
#include "bulkload/sink/merge_key.h"
#include "bulkload/sink/registry.h"
#include "bulkload/sink/row_options.h"
#include "bulkload/sink/sink_type.h"
#include "bulkload/sink/sqlite_database.h"
#include "bulkload/sink/sqlite_state.h"
#include "bulkload/sink/sqlite_table.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;

constexpr int kBusyWaitMs = 5'000;

// page_size works on a new file alone. WAL: others read while a run writes. FULL: a commit is on the disk when it
// returns. The pages of an append are written once, so that a small cache does. legacy_alter_table: views of a replaced
// table may stay as they are.
constexpr const char* kPragmas =
    "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8192; "
    "PRAGMA legacy_alter_table = ON";

// What SQLite's date functions read, and what sorts as text (in UTC). Whole seconds have no fraction.
constexpr std::string_view kTimePattern = "%Y-%m-%d %H:%M:%S.%6N";
constexpr std::string_view kNoFraction = ".000000";

std::string check_database_path(const std::string& value, const SinkOptions& options) {
  // SQLite's spellings of databases that go with the process: a run could not go on in them.
  if (value == ":memory:" || value.rfind("file:", 0) == 0) return "must be a plain path, so that the rows stay";
  return check_path(value, options);
}

constexpr SinkOption kOptions[] = {
    {"path", "", "", true, check_database_path, "the database file, made when it is missing"}, kTimezoneOption};

class SqliteSink final : public Sink {
 public:
  explicit SqliteSink(SinkOptions options)
      : options_(std::move(options)),
        path_(options_.get("path")),
        staged_(options_.mode != Mode::append || options_.all_at_once) {
    set_table(options_.table);
  }

  bool keeps_state() const override { return true; }

  base::Result<std::optional<SavedState>> open(const TableSchema& schema) override {
    if (table_.empty()) set_table(schema.meta("source"));
    if (table_.empty()) return Status(Code::config, "table: is missing, and the source names none");
    auto time_format = TimeFormat::parse(kTimePattern, options_.get("default_timezone"));
    if (!time_format.ok()) return time_format.status();
    time_format_ = std::move(*time_format);
    columns_ = sqlite_columns(schema);
    times_.assign(columns_.size(), {});
    auto key = MergeKey::of(schema, options_.mode);
    if (!key.ok()) return key.status();
    key_ = std::move(*key);
    if (Status status = connect(); !status.ok()) return status;
    if (Status status = begin(); !status.ok()) return status;
    auto found = load_state(database_, table_);
    if (!found.ok()) return found.status();
    const std::string mode = std::string(mode_name(options_.mode)) + (staged_ ? ", staged" : "");
    const bool fresh = !found->has_value();
    state_ = std::move(*found).value_or(SqliteState{mode, {}, 0, false});
    if (!state_.committed) {
      if (state_.mode != mode) {
        return Status(Code::config,
                      "table " + table_ + ": an unfinished run has mode " + state_.mode +
                          "; run it again in that mode, or delete its row of _bulkload_state to give it up");
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
    for (int64_t row = 0; row < batch.rows(); ++row) {
      if (Status status = insert(batch, row); !status.ok()) return status;
    }
    state_.rows += batch.rows();
    return {};
  }

  Status save(std::string_view state) override {
    state_.text = state;
    Status status = begin();
    if (status.ok()) status = store_state(database_, table_, state_);
    return status.ok() ? end() : status;
  }

  base::Result<SinkResult> commit(std::string_view state) override {
    if (Status status = begin(); !status.ok()) return status;
    insert_ = {};
    SinkResult result{state_.rows, path_ + ", table " + table_};
    if (staged_) {
      Status status = mark_deletes(result);
      if (!status.ok()) return status;
      status = publish(database_, options_.mode, staging_, table_, columns_, key_.names(columns_));
      if (!status.ok()) return status;
    }
    state_.committed = true;
    if (Status status = save(state); !status.ok()) return status;
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
    if (*kind == FileKind::missing || table_.empty()) return {};
    insert_ = {};
    Status status = database_.in_transaction() ? database_.run("ROLLBACK") : connect();
    if (status.ok()) status = begin();
    if (status.ok()) status = database_.run("DROP TABLE IF EXISTS " + sql_name(staging_));
    if (status.ok()) status = remove_state(database_, table_);
    if (status.ok()) status = end();
    disconnect();
    return status;
  }

 private:
  void set_table(std::string_view name) {
    table_ = name;
    staging_ = "_bulkload_staging_" + table_;
  }

  Status connect() {
    if (!lock_.held()) {
      // Two spellings of a path are one database, with one lock.
      std::error_code unresolved;
      const auto real_path = std::filesystem::weakly_canonical(path_, unresolved);
      auto lock = FileLock::acquire((unresolved ? path_ : real_path.string()) + ".lock");
      if (!lock.ok()) return lock.status();
      lock_ = std::move(*lock);
    }
    auto database = Database::open(path_, kBusyWaitMs);
    if (!database.ok()) return database.status();
    insert_ = {};
    database_ = std::move(*database);
    Status status = database_.run(kPragmas);
    return status.ok() ? create_state_table(database_) : status;
  }

  void disconnect() {
    insert_ = {};
    database_ = {};
    lock_.release();
  }

  // IMMEDIATE: the wait for other writers is here, never in the middle of the rows.
  Status begin() { return database_.in_transaction() ? Status() : database_.run("BEGIN IMMEDIATE"); }
  Status end() { return database_.run("COMMIT"); }

  Status prepare_tables(bool fresh) {
    const bool replaces = options_.mode == Mode::replace || options_.mode == Mode::replace_on_new_data;
    auto existing = existing_columns(database_, table_);
    if (!existing.ok()) return existing.status();
    Status status;
    if (!replaces && !existing->empty()) status = fit_table(database_, table_, *existing, columns_);
    if (status.ok() && options_.mode == Mode::merge && !existing->empty())
      status = require_unique_key(database_, table_, key_.names(columns_));
    if (status.ok() && !staged_ && existing->empty()) status = create_table(database_, table_, columns_);
    if (status.ok() && staged_) status = prepare_staging(fresh);
    if (!status.ok()) return status;
    auto insert = database_.prepare(insert_sql(staged_ ? staging_ : table_, columns_));
    if (!insert.ok()) return insert.status();
    insert_ = std::move(*insert);
    return {};
  }

  Status prepare_staging(bool fresh) {
    if (fresh) {
      const Status status = database_.run("DROP TABLE IF EXISTS " + sql_name(staging_));
      return status.ok() ? create_table(database_, staging_, columns_) : status;
    }
    const auto existing = existing_columns(database_, staging_);
    if (!existing.ok()) return existing.status();
    if (*existing == columns_) return {};
    return Status(Code::config, "table " + table_ +
                                    ": the unfinished run has other columns; run it again with its "
                                    "configuration, or delete its row of _bulkload_state to give it up");
  }

  Status insert(const RecordBatch& batch, int64_t row) {
    const std::vector<ColumnView>& columns = batch.columns();
    for (size_t i = 0; i < columns.size(); ++i) bind(columns[i], row, i);
    return insert_.run();
  }

  // In the staging table, keys are looked up by an index, which goes with it.
  Status mark_deletes(SinkResult& result) {
    if (options_.deletes == Deletes::ignored) return {};
    result.rows_deleted = 0;
    const auto existing = existing_columns(database_, table_);
    if (!existing.ok() || existing->empty()) return existing.ok() ? Status() : existing.status();
    const std::vector<std::string> key = key_.names(columns_);
    Status status = database_.run("CREATE INDEX " + sql_name("_bulkload_seen_" + table_) + " ON " + sql_name(staging_) +
                                  " (" + sql_names(key) + ")");
    if (!status.ok()) return status;
    std::string time;
    write_time(begun_us(), time);
    const Marking marking = {[&](const std::string& sql) { return database_.number(sql); },
                             [&](const std::string& sql) { return database_.run(sql); },
                             sql_name(staging_),
                             sql_name(table_),
                             not_among(sql_name(staging_), key),
                             "'" + time + "'"};
    return mark_missing_rows(marking, options_.deletes, result);
  }

  void write_time(int64_t us, std::string& text) const {
    text.clear();
    time_format_.append(us, text);
    if (text.ends_with(kNoFraction)) text.resize(text.size() - kNoFraction.size());
  }

  void bind(const ColumnView& column, int64_t row, size_t index) {
    const int parameter = static_cast<int>(index) + 1;
    if (column.is_null(row)) return insert_.bind_null(parameter);
    switch (column.type()) {
      case Type::string:
      case Type::json:
        return insert_.bind(parameter, column.text(row));
      case Type::int64:
        return insert_.bind(parameter, column.int64(row));
      case Type::float64:
        return insert_.bind(parameter, column.float64(row));
      case Type::boolean:
        return insert_.bind(parameter, int64_t{column.boolean(row)});
      case Type::timestamp:
        write_time(column.int64(row), times_[index]);
        return insert_.bind(parameter, std::string_view(times_[index]));
    }
  }

  const SinkOptions options_;
  const std::string path_;
  const bool staged_;  // the rows gather in a table of their own until commit
  std::string table_;
  std::string staging_;
  FileLock lock_;
  std::vector<SqliteColumn> columns_;
  MergeKey key_;
  SqliteState state_;
  TimeFormat time_format_;
  std::vector<std::string> times_;  // of the row being bound
  Database database_;
  Statement insert_;  // before database_ is closed it goes
};

Status each_sqlite_id(const SinkOptions& options, const IdVisitor& visit) {
  const std::string path = options.get("path");
  const auto kind = file_kind(path);
  if (!kind.ok() || *kind == FileKind::missing) return kind.ok() ? Status() : kind.status();
  auto database = Database::open(path, kBusyWaitMs);
  if (!database.ok()) return database.status();
  const auto columns = existing_columns(*database, options.table);
  if (!columns.ok() || columns->empty()) return columns.ok() ? Status() : columns.status();
  auto query = database->prepare("SELECT \"id\" FROM " + sql_name(options.table) + " WHERE typeof(id) <> 'null'");
  if (!query.ok()) return Status(Code::config, "table " + options.table + ": has no column id to compare by");
  for (;;) {
    const auto row = query->step();
    if (!row.ok() || !*row) return row.ok() ? Status() : row.status();
    visit(query->text(0));
  }
}

std::unique_ptr<Sink> make_sqlite_sink(const SinkOptions& options) { return std::make_unique<SqliteSink>(options); }

}  // namespace

const SinkType kSqliteSink = {"sqlite", kTableModes, "", true, kOptions, make_sqlite_sink, nullptr, each_sqlite_id};

}  // namespace bulkload
