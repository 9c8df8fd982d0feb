#include "bulkload/sink/postgresql_table.h"

#include <algorithm>
#include <array>

#include "bulkload/sink/merge_key.h"
#include "bulkload/sink/sql_name.h"

namespace bulkload::postgresql {

namespace {

using base::Code;
using base::Status;

constexpr std::string_view kText = "text";
constexpr std::string_view kVarchar = "character varying";  // without a length
constexpr std::array<std::string_view, 6> kDeclaredTypes = {
    "text", "bigint", "double precision", "boolean", "timestamp with time zone", "jsonb"};
constexpr std::array<std::string_view, 4> kJsonHolders = {"jsonb", "json", kText, kVarchar};

// Whether values of the column stay what they are in one that is declared so.
bool fits(std::string_view declared, const Column& column, bool any_json_type) {
  if (declared == column.declared) return true;
  if (column.type == Type::string) return declared == kVarchar;
  return column.type == Type::json && any_json_type &&
         std::find(kJsonHolders.begin(), kJsonHolders.end(), declared) != kJsonHolders.end();
}

// `"a", "b", …`
std::string name_list(const std::vector<Column>& columns) {
  std::string list;
  for (const Column& column : columns) list.append(list.empty() ? "" : ", ").append(sql_name(column.name));
  return list;
}

std::string add_column_sql(const TableName& name, const Column& column) {
  return "ALTER TABLE " + name.sql() + " ADD COLUMN " + sql_name(column.name) + " " + column.declared;
}

// Only for a table whose rows are gone: their values are not converted.
std::string change_type_sql(const TableName& name, const Column& column) {
  const std::string change = " ALTER COLUMN " + sql_name(column.name);
  return "ALTER TABLE " + name.sql() + change + " DROP DEFAULT," + change + " TYPE " + column.declared +
         " USING CAST(NULL AS " + column.declared + ")";
}

std::string drop_sql(const TableName& name) { return "DROP TABLE " + name.sql(); }

std::string rename_sql(const TableName& from, const TableName& to) {
  return "ALTER TABLE " + from.sql() + " RENAME TO " + sql_name(to.table);
}

std::string insert_sql(const TableName& from, const TableName& to, const std::vector<Column>& columns) {
  const std::string names = name_list(columns);
  return "INSERT INTO " + to.sql() + " (" + names + ") SELECT " + names + " FROM " + from.sql();
}

// Of the rows with one key, the last.
std::string last_rows_sql(const TableName& staging, const std::vector<std::string>& key) {
  const std::string number(kRowNumber);
  return number + " IN (SELECT max(" + number + ") FROM " + staging.sql() + " GROUP BY " + sql_names(key) + ")";
}

std::string upsert_sql(const TableName& from, const TableName& to, const std::vector<Column>& columns,
                       const std::vector<std::string>& key) {
  std::string updates;
  for (const Column& column : columns) {
    if (std::find(key.begin(), key.end(), column.name) != key.end()) continue;
    const std::string name = sql_name(column.name);
    updates.append(updates.empty() ? "" : ", ").append(name + " = excluded." + name);
  }
  return insert_sql(from, to, columns) + " WHERE " + last_rows_sql(from, key) + " ON CONFLICT (" + sql_names(key) +
         ") DO " + (updates.empty() ? "NOTHING" : "UPDATE SET " + updates);
}

// Runs statements until one fails.
Status run_all(Connection& connection, const std::vector<std::string>& statements) {
  for (const std::string& sql : statements) {
    if (Status status = connection.run(sql); !status.ok()) return status;
  }
  return {};
}

// The index of this program itself, for merge. The oid makes its name the table's own.
std::string key_index_name(const std::string& oid) { return "_bulkload_id_" + oid; }

Status replace_rows(Connection& connection, const TableName& staging, const TableName& name, const ExistingTable& table,
                    const std::vector<Column>& columns) {
  // The new rows need not keep the promise of unique keys. DELETE, not TRUNCATE: that would keep readers waiting.
  const std::string index = TableName{name.schema, key_index_name(table.oid)}.sql();
  std::vector<std::string> statements = {"DROP INDEX IF EXISTS " + index, "DELETE FROM " + name.sql()};
  for (const Column& column : columns) {
    const ExistingColumn* there = table.find(column.name);
    if (there == nullptr) {
      statements.push_back(add_column_sql(name, column));
    } else if (there->declared != column.declared) {
      statements.push_back(change_type_sql(name, column));
    }
  }
  statements.push_back(insert_sql(staging, name, columns));
  statements.push_back(drop_sql(staging));
  return run_all(connection, statements);
}

// Into a table that is not there yet: the staging table becomes it, and the index is made once, for all rows.
Status merge_into_nothing(Connection& connection, const TableName& staging, const TableName& name,
                          const std::vector<std::string>& key) {
  Status status = run_all(connection, {"DELETE FROM " + staging.sql() + " WHERE NOT " + last_rows_sql(staging, key),
                                       "ALTER TABLE " + staging.sql() + " DROP COLUMN " + std::string(kRowNumber),
                                       rename_sql(staging, name)});
  if (!status.ok()) return status;
  const auto table = find_table(connection, name);
  return table.ok() ? require_unique_key(connection, name, (*table)->oid, key) : table.status();
}

Status check_required(const TableName& name, const ExistingTable& table, const std::vector<Column>& columns) {
  for (const ExistingColumn& existing : table.columns) {
    const bool written =
        std::any_of(columns.begin(), columns.end(), [&](const Column& column) { return column.name == existing.name; });
    if (!existing.required || written) continue;
    return Status(Code::config, "column " + existing.name + " of table " + name.table +
                                    " is NOT NULL, and the rows have no such column: ALTER TABLE " + name.sql() +
                                    " ALTER COLUMN " + sql_name(existing.name) +
                                    " DROP NOT NULL, or give it a default");
  }
  return {};
}

}  // namespace

std::string TableName::sql() const { return sql_name(schema) + "." + sql_name(table); }

const ExistingColumn* ExistingTable::find(std::string_view name) const {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const ExistingColumn& column) { return column.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

bool replaces(Mode mode) { return mode == Mode::replace || mode == Mode::replace_on_new_data; }

base::Result<std::vector<Column>> columns_of(const TableSchema& schema, const std::string& json_type) {
  std::vector<Column> columns;
  for (const Field& field : schema.fields) {
    if (field.name.size() > kLongestName) {
      return Status(Code::config, "column " + field.name + ": PostgreSQL takes names of at most 63 bytes: rename the " +
                                      "column, or leave it out (columns)");
    }
    const bool chosen = field.type == Type::json && !json_type.empty();
    columns.push_back(
        {field.name, field.type, chosen ? json_type : std::string(kDeclaredTypes.at(static_cast<size_t>(field.type)))});
  }
  return columns;
}

base::Result<std::optional<ExistingTable>> find_table(Connection& connection, const TableName& name) {
  const auto found = connection.query(
      "SELECT c.oid, c.relkind IN ('r', 'p') FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
      "ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2",
      {name.schema, name.table});
  if (!found.ok()) return found.status();
  if (found->empty()) return std::optional<ExistingTable>();
  ExistingTable table;
  table.oid = found->front()[0];
  if (found->front()[1] != "t") {
    return Status(Code::config, "table: " + name.table + " is a view, an index or the like in schema " + name.schema +
                                    ": choose another name");
  }
  const auto columns = connection.query(
      "SELECT attname, pg_catalog.format_type(atttypid, atttypmod) || CASE attgenerated WHEN '' THEN '' ELSE ' "
      "generated' END, attnotnull AND NOT atthasdef AND attidentity = '' FROM pg_catalog.pg_attribute "
      "WHERE attrelid = $1::pg_catalog.oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
      {table.oid});
  if (!columns.ok()) return columns.status();
  for (const auto& row : *columns) table.columns.push_back({row[0], row[1], row[2] == "t"});
  return std::optional<ExistingTable>(std::move(table));
}

Status create_table(Connection& connection, const TableName& name, const std::vector<Column>& columns) {
  std::string list;
  for (const Column& column : columns) {
    list.append(list.empty() ? "" : ", ").append(sql_name(column.name) + " " + column.declared);
  }
  return connection.run("CREATE TABLE " + name.sql() + " (" + list + ")");
}

Status fit_table(Connection& connection, Mode mode, const TableName& name, const ExistingTable& table,
                 std::vector<Column>& columns, bool any_json_type) {
  std::vector<std::string> additions;
  for (Column& column : columns) {
    const ExistingColumn* there = table.find(column.name);
    if (there == nullptr) {
      additions.push_back(add_column_sql(name, column));
    } else if (fits(there->declared, column, any_json_type)) {
      column.declared = there->declared;
    } else if (!replaces(mode)) {
      return Status(Code::config, "column " + column.name + " of table " + name.table + " is " + there->declared +
                                      ", and the rows have " + column.declared + ": ALTER TABLE " + name.sql() +
                                      " ALTER COLUMN " + sql_name(column.name) + " TYPE " + column.declared +
                                      ", or use mode replace or another table");
    }
  }
  const Status status = check_required(name, table, columns);
  return status.ok() && !replaces(mode) ? run_all(connection, additions) : status;
}

bool has_columns(const ExistingTable& table, const std::vector<Column>& columns) {
  return std::equal(table.columns.begin(), table.columns.end(), columns.begin(), columns.end(),
                    [](const ExistingColumn& there, const Column& column) {
                      return there.name == column.name && there.declared == column.declared;
                    });
}

Status require_unique_key(Connection& connection, const TableName& name, const std::string& oid,
                          const std::vector<std::string>& key) {
  std::vector<std::string> sorted = key;
  std::sort(sorted.begin(), sorted.end());
  const auto unique = connection.query(
      "SELECT i.indimmediate FROM pg_catalog.pg_index i WHERE i.indrelid = $1::pg_catalog.oid AND i.indisunique AND "
      "i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND (SELECT string_agg('\"' || replace(a.attname, "
      "'\"', '\"\"') || '\"', ', ' ORDER BY a.attname::text COLLATE \"C\") FROM pg_catalog.pg_attribute a WHERE "
      "a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts - 1])) = $2 ORDER BY 1",
      {oid, sql_names(sorted)});
  if (!unique.ok()) return unique.status();
  const std::string table = name.sql();
  if (unique->empty()) {
    const std::string index = key_index_name(oid);
    Status status =
        run_all(connection, {"DROP INDEX IF EXISTS " + TableName{name.schema, index}.sql(),
                             "CREATE UNIQUE INDEX " + sql_name(index) + " ON " + table + " (" + sql_names(key) + ")"});
    if (status.code() != Code::data) return status;
    return Status(Code::config, "mode merge needs one row for each " + listed_key(key) + ", and table " + name.table +
                                    " has several: use mode replace, or keep one of each with DELETE FROM " + table +
                                    " WHERE ctid NOT IN (SELECT max(ctid) FROM " + table + " GROUP BY " +
                                    sql_names(key) + ")");
  }
  if (unique->front()[0] == "t") return {};
  return Status(Code::config, "mode merge cannot use a constraint on " + listed_key(key) + " of table " + name.table +
                                  " that is DEFERRABLE: make it NOT DEFERRABLE");
}

std::string copy_sql(const TableName& name, const std::vector<Column>& columns) {
  return "COPY " + name.sql() + " (" + name_list(columns) + ") FROM STDIN (FORMAT binary)";
}

Status publish(Connection& connection, Mode mode, const TableName& staging, const TableName& name,
               const std::vector<Column>& columns, const std::vector<std::string>& key) {
  const auto table = find_table(connection, name);
  if (!table.ok()) return table.status();
  const bool exists = table->has_value();
  if (!exists) {
    return mode == Mode::merge ? merge_into_nothing(connection, staging, name, key)
                               : connection.run(rename_sql(staging, name));
  }
  if (mode == Mode::replace_on_new_data) {
    const auto rows = connection.query("SELECT 1 FROM " + staging.sql() + " LIMIT 1");
    if (!rows.ok()) return rows.status();
    if (rows->empty()) return connection.run(drop_sql(staging));
  }
  if (replaces(mode)) return replace_rows(connection, staging, name, **table, columns);
  const std::string sql =
      mode == Mode::merge ? upsert_sql(staging, name, columns, key) : insert_sql(staging, name, columns);
  return run_all(connection, {sql, drop_sql(staging)});
}

}  // namespace bulkload::postgresql
