#include <string>
#include <utility>

#include "base/digest.h"
#include "base/text_time.h"
#include "bulkload/sink/deleted_rows.h"
#include "bulkload/sink/merge_key.h"
#include "bulkload/sink/postgresql_connection.h"
#include "bulkload/sink/postgresql_copy.h"
#include "bulkload/sink/postgresql_options.h"
#include "bulkload/sink/postgresql_state.h"
#include "bulkload/sink/postgresql_table.h"
#include "bulkload/sink/registry.h"
#include "bulkload/sink/sink_type.h"
#include "bulkload/sink/sql_name.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;

namespace pg = postgresql;

constexpr std::string_view kStagingPrefix = "_bulkload_staging_";

// A batch is a COPY of its own inside a savepoint, so that one that is refused can be sent again.
constexpr const char* kBeginBatch = "SAVEPOINT batch; ";
constexpr const char* kEndBatch = "; RELEASE SAVEPOINT batch";
constexpr const char* kUndoBatch = "ROLLBACK TO SAVEPOINT batch; RELEASE SAVEPOINT batch";

// READ COMMITTED whatever the server's default is: what another run has just committed must be seen.
constexpr const char* kBegin = "BEGIN ISOLATION LEVEL READ COMMITTED";

// A table's staging table. Names that have no room behind the prefix are told apart by their digest.
std::string staging_name(const std::string& table) {
  constexpr size_t kDigits = 16;
  const bool fits = kStagingPrefix.size() + table.size() <= pg::kLongestName;
  return std::string(kStagingPrefix) + (fits ? table : base::sha256_hex(table).substr(0, kDigits));
}

// Connects, and finds out which schema the table is in.
base::Result<pg::Connection> connect_to(const SinkOptions& options, std::string& schema) {
  const auto parameters = pg::parameters_of(options);
  if (!parameters.ok()) return parameters.status();
  auto connection = pg::Connection::open(*parameters);
  if (!connection.ok()) return connection.status();
  schema = options.get("schema");
  const auto found = connection->query(
      "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname = CASE $1::text WHEN '' "
      "THEN current_schema()::text ELSE $1::text END",
      {schema});
  if (!found.ok()) return found.status();
  if (!found->empty()) {
    schema = found->front()[0];
    return connection;
  }
  const std::string database = " in database " + connection->database();
  return Status(Code::config, schema.empty() ? "schema: is missing, and no schema of the search path exists" + database
                                             : "schema: " + schema + " does not exist" + database + ": CREATE SCHEMA " +
                                                   sql_name(schema));
}

class PostgresqlSink final : public Sink {
 public:
  explicit PostgresqlSink(SinkOptions options)
      : options_(std::move(options)),
        staged_(options_.mode != Mode::append || options_.all_at_once),
        merges_(options_.mode == Mode::merge),
        any_json_type_(!options_.settings.contains("json_type")) {}

  bool keeps_state() const override { return true; }

  base::Result<std::optional<SavedState>> open(const TableSchema& schema) override {
    table_.table = options_.table.empty() ? std::string(schema.meta("source")) : options_.table;
    if (table_.table.empty()) return Status(Code::config, "table: is missing, and the source names none");
    auto columns = pg::columns_of(schema, options_.get("json_type"));
    if (!columns.ok()) return columns.status();
    columns_ = std::move(*columns);
    auto key = MergeKey::of(schema, options_.mode);
    if (!key.ok()) return key.status();
    key_ = std::move(*key);
    if (Status status = connect(); !status.ok()) return status;
    if (Status status = begin(); !status.ok()) return status;
    if (Status status = pg::create_state_table(connection_, table_.schema); !status.ok()) return status;
    auto found = pg::load_state(connection_, table_);
    if (!found.ok()) return found.status();
    const std::string mode = std::string(mode_name(options_.mode)) + (staged_ ? ", staged" : "");
    const bool fresh = !found->has_value();
    state_ = std::move(*found).value_or(pg::RunState{mode, {}, 0, 0, false});
    if (!state_.committed) {
      if (state_.mode != mode) {
        return Status(Code::config,
                      "table " + table_.table + ": an unfinished run has mode " + state_.mode +
                          "; run it again in that mode, or delete its row of _bulkload_state to give it up");
      }
      if (Status status = prepare_tables(fresh); !status.ok()) return status;
    }
    if (Status status = connection_.commit(); !status.ok()) return status;
    if (fresh) return std::optional<SavedState>();
    return std::optional<SavedState>(SavedState{state_.text, state_.committed});
  }

  Status write(const RecordBatch& batch) override {
    if (Status status = key_.check(batch); !status.ok()) return status;
    Status status = copy(batch);
    if (status.code() == Code::data && values_ == pg::Values::as_they_are) {
      // Looking at every value beforehand would cost as much as everything else does.
      values_ = pg::Values::storable;
      status = connection_.run(kUndoBatch);
      if (status.ok()) status = copy(batch);
    }
    if (!status.ok()) return status;
    state_.rows += batch.rows();
    state_.adapted += writer_.adapted();
    return {};
  }

  Status save(std::string_view state) override {
    state_.text = state;
    Status status = begin();
    if (status.ok()) status = pg::store_state(connection_, table_, state_);
    return status.ok() ? connection_.commit() : status;
  }

  base::Result<SinkResult> commit(std::string_view state) override {
    if (Status status = begin(); !status.ok()) return status;
    SinkResult result{
        state_.rows, "PostgreSQL database " + connection_.database() + ", table " + table_.schema + "." + table_.table};
    if (staged_) {
      Status status = mark_deletes(result);
      if (!status.ok()) return status;
      status = pg::publish(connection_, options_.mode, staging_, table_, columns_, key_.names(columns_));
      if (!status.ok()) return status;
    }
    state_.committed = true;
    if (Status status = save(state); !status.ok()) return status;
    if (state_.adapted > 0) {
      result.warnings.push_back(
          "PostgreSQL has no room for some values (" + std::to_string(state_.adapted) +
          "): their NULs, halves of surrogate pairs and bytes that are no UTF-8 are stored as U+FFFD, numbers and JSON "
          "that it refuses as JSON strings, times before 4714 BC as null; json_type text keeps JSON as it is");
    }
    return result;
  }

  Status forget() override {
    Status status = connection_.is_open() ? Status() : connect();
    if (status.ok()) status = pg::remove_state(connection_, table_);
    connection_ = {};
    return status;
  }

  Status abandon() override {
    if (table_.table.empty()) table_.table = options_.table;
    if (table_.table.empty()) return {};
    Status status;
    if (!connection_.is_open()) {
      status = connect();
    } else if (connection_.in_transaction()) {
      status = connection_.run("ROLLBACK");
    }
    if (status.ok()) status = begin();
    if (status.ok()) status = connection_.run("DROP TABLE IF EXISTS " + staging_.sql());
    if (status.ok()) status = pg::remove_state(connection_, table_);
    if (status.ok()) status = connection_.commit();
    connection_ = {};
    return status;
  }

 private:
  Status connect() {
    auto connection = connect_to(options_, table_.schema);
    if (!connection.ok()) return connection.status();
    staging_ = {table_.schema, staging_name(table_.table)};
    if (Status status = pg::take_lock(*connection, table_); !status.ok()) return status;
    connection_ = std::move(*connection);
    return {};
  }

  Status begin() { return connection_.in_transaction() ? Status() : connection_.run(kBegin); }

  Status prepare_tables(bool fresh) {
    const auto existing = pg::find_table(connection_, table_);
    if (!existing.ok()) return existing.status();
    Status status;
    if (*existing) {
      status = pg::fit_table(connection_, options_.mode, table_, **existing, columns_, any_json_type_);
      if (status.ok() && merges_) {
        status = pg::require_unique_key(connection_, table_, (*existing)->oid, key_.names(columns_));
      }
    } else if (!staged_) {
      status = pg::create_table(connection_, table_, columns_);
    }
    std::vector<pg::Column> written = columns_;
    if (merges_) written.push_back({std::string(pg::kRowNumber), Type::int64, "bigint"});
    if (status.ok() && staged_) status = prepare_staging(fresh, written);
    copy_sql_ = kBeginBatch + pg::copy_sql(staged_ ? staging_ : table_, written) + kEndBatch;
    writer_ = pg::CopyWriter(columns_, merges_);
    return status;
  }

  Status prepare_staging(bool fresh, const std::vector<pg::Column>& columns) {
    if (fresh) {
      const Status status = connection_.run("DROP TABLE IF EXISTS " + staging_.sql());
      return status.ok() ? pg::create_table(connection_, staging_, columns) : status;
    }
    const auto staging = pg::find_table(connection_, staging_);
    if (!staging.ok()) return staging.status();
    if (*staging && pg::has_columns(**staging, columns)) return {};
    return Status(Code::config, "table " + table_.table +
                                    ": the unfinished run has other columns; run it again with its "
                                    "configuration, or delete its row of _bulkload_state to give it up");
  }

  Status mark_deletes(SinkResult& result) {
    if (options_.deletes == Deletes::ignored) return {};
    result.rows_deleted = 0;
    const auto existing = pg::find_table(connection_, table_);
    if (!existing.ok() || !*existing) return existing.status();
    const Marking marking = {[&](const std::string& sql) { return number(sql); },
                             [&](const std::string& sql) { return connection_.run(sql); },
                             staging_.sql(),
                             table_.sql(),
                             not_among(staging_.sql(), key_.names(columns_)),
                             "'" + base::format_rfc3339(begun_us()) + "'::timestamptz"};
    return mark_missing_rows(marking, options_.deletes, result);
  }

  base::Result<int64_t> number(const std::string& sql) {
    const auto rows = connection_.query(sql);
    return rows.ok() ? base::Result<int64_t>(std::stoll(rows->front()[0])) : rows.status();
  }

  Status copy(const RecordBatch& batch) {
    Status status = begin();
    if (status.ok()) status = connection_.begin_copy(copy_sql_);
    if (status.ok()) status = writer_.send(connection_, batch, state_.rows, values_);
    return status.ok() ? connection_.end_copy() : status;
  }

  const SinkOptions options_;
  const bool staged_;  // the rows gather in a table of their own until commit
  const bool merges_;
  const bool any_json_type_;  // an existing column of another JSON type is as good
  pg::TableName table_;
  pg::TableName staging_;
  std::vector<pg::Column> columns_;
  MergeKey key_;
  pg::RunState state_;
  pg::Connection connection_;
  std::string copy_sql_;
  pg::CopyWriter writer_;
  pg::Values values_ = pg::Values::as_they_are;
};

// In portions: a table may have more ids than there is memory for twice.
Status each_postgresql_id(const SinkOptions& options, const IdVisitor& visit) {
  pg::TableName name{{}, options.table};
  auto connection = connect_to(options, name.schema);
  if (!connection.ok()) return connection.status();
  const auto table = pg::find_table(*connection, name);
  if (!table.ok() || !*table) return table.status();
  if ((*table)->find("id") == nullptr) {
    return Status(Code::config, "table " + options.table + ": has no column id to compare by");
  }
  Status status =
      connection->run("BEGIN; DECLARE ids CURSOR FOR SELECT id FROM " + name.sql() + " WHERE id IS NOT NULL");
  if (!status.ok()) return status;
  for (;;) {
    const auto rows = connection->query("FETCH 10000 FROM ids");
    if (!rows.ok() || rows->empty()) return rows.status();
    for (const auto& row : *rows) visit(row[0]);
  }
}

std::unique_ptr<Sink> make_postgresql_sink(const SinkOptions& options) {
  return std::make_unique<PostgresqlSink>(options);
}

}  // namespace

const SinkType kPostgresqlSink = {"postgresql",
                                  kTableModes,
                                  "",
                                  true,
                                  postgresql::sink_options(),
                                  make_postgresql_sink,
                                  postgresql::check_options,
                                  each_postgresql_id};

}  // namespace bulkload
