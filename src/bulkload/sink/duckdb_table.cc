#include "bulkload/sink/duckdb_table.h"

#include <algorithm>
#include <array>

#include "bulkload/sink/merge_key.h"

namespace bulkload::duckdb {

namespace {

using base::Code;
using base::Status;

struct Fit {
  std::string_view there;
  std::string_view wanted;
};

// Columns of another type that take the wanted values as they are.
constexpr std::array<Fit, 2> kFits = {{{"VARCHAR", "JSON"}, {"HUGEINT", "BIGINT"}}};

constexpr const char* kKeptTable = "temp.main._bulkload_kept";

bool fits(const std::string& there, const std::string& wanted) {
  return there == wanted || std::any_of(kFits.begin(), kFits.end(),
                                        [&](const Fit& fit) { return fit.there == there && fit.wanted == wanted; });
}

bool same_name(const Column& left, const Column& right) { return lower(left.name) == lower(right.name); }

bool has(const std::vector<Column>& columns, const Column& wanted) {
  return std::any_of(columns.begin(), columns.end(), [&](const Column& known) { return same_name(known, wanted); });
}

// Runs statements until one fails.
Status run_all(Database& database, const std::vector<std::string>& statements) {
  for (const std::string& sql : statements) {
    if (Status status = database.run(sql); !status.ok()) return status;
  }
  return {};
}

// What finds a table, an index or a view in DuckDB's lists of them.
std::string where_named(const TableName& table, const std::string& name_column) {
  return " WHERE database_name = current_database() AND lower(schema_name) = " + sql_text(lower(table.schema)) +
         " AND lower(" + name_column + ") = " + sql_text(lower(table.table));
}

std::string drop_sql(const TableName& table) { return "DROP TABLE " + table.sql(); }

std::string rename_sql(const TableName& from, const TableName& to) {
  return "ALTER TABLE " + from.sql() + " RENAME TO " + sql_name(to.table);
}

std::string copy_sql(const TableName& from, const TableName& to, const std::vector<Column>& columns) {
  const std::string names = name_list(columns);
  return "INSERT INTO " + to.sql() + " (" + names + ") SELECT " + names + " FROM " + from.sql();
}

// The last row of each key: rows are numbered as they came.
std::string last_rows(const TableName& staging, const std::vector<std::string>& key) {
  return "rowid IN (SELECT max(rowid) FROM " + staging.sql() + " GROUP BY " + sql_names(key) + ")";
}

// `("list_id", "id")` for a comparison; of one column without parentheses, which is faster.
std::string tuple(const std::vector<std::string>& key) {
  return key.size() == 1 ? sql_name(key.front()) : "(" + sql_names(key) + ")";
}

Status replace_table(Database& database, bool exists, const TableName& staging, const TableName& table) {
  if (!exists) return database.run(rename_sql(staging, table));
  const auto indexes =
      database.rows("SELECT sql FROM duckdb_indexes()" + where_named(table, "table_name") + " AND sql IS NOT NULL");
  if (!indexes.ok()) return indexes.status();
  if (Status status = run_all(database, {drop_sql(table), rename_sql(staging, table)}); !status.ok()) return status;
  for (const TextRow& index : *indexes) {
    const Status status = database.run(index.front());
    if (status.code() == Code::local_io || status.code() == Code::out_of_memory) return status;
    if (!status.ok()) {
      return Status(Code::config, "an index of table " + table.table +
                                      " does not fit the new rows: drop it and run again (" + status.message() + ")");
    }
  }
  return {};
}

// The rows that are there with a known key go first: an UPDATE of as many would have to fit into memory. What the
// table's own columns have for those keys is put aside, and comes back with the new rows.
std::vector<std::string> merge_sql(const TableName& staging, const TableName& table, const std::vector<Column>& columns,
                                   const std::vector<Column>& own, const std::vector<std::string>& key) {
  const std::string known = tuple(key) + " IN (SELECT " + sql_names(key) + " FROM " + staging.sql() + ")";
  const std::string remove = "DELETE FROM " + table.sql() + " WHERE " + known;
  const std::string insert = copy_sql(staging, table, columns) + " WHERE " + last_rows(staging, key);
  if (own.empty()) return {remove, insert};
  const std::string names = name_list(columns);
  const std::string kept = kKeptTable;
  return {"CREATE TEMP TABLE _bulkload_kept AS SELECT " + sql_names(key) + ", " + name_list(own) + " FROM " +
              table.sql() + " WHERE " + known,
          remove,
          "INSERT INTO " + table.sql() + " (" + names + ", " + name_list(own) + ") SELECT " + name_list(columns, "s.") +
              ", " + name_list(own, "t.") + " FROM " + staging.sql() + " AS s JOIN " + kept + " AS t ON " +
              sql_same_key(key) + " WHERE s." + last_rows(staging, key),
          insert + " AND " + tuple(key) + " NOT IN (SELECT " + sql_names(key) + " FROM " + kept + ")",
          "DROP TABLE " + kept};
}

// Into a table without rows of its own.
std::vector<std::string> first_merge_sql(const TableName& staging, const TableName& table,
                                         const std::vector<std::string>& key) {
  return {"DELETE FROM " + staging.sql() + " WHERE NOT " + last_rows(staging, key), rename_sql(staging, table)};
}

}  // namespace

base::Result<std::vector<Column>> existing_columns(Database& database, const TableName& table) {
  const auto view = database.exists("SELECT 1 FROM duckdb_views()" + where_named(table, "view_name"));
  if (!view.ok()) return view.status();
  if (*view) return Status(Code::config, "table: " + table.table + " is a view of the database: choose another name");
  const auto found = database.rows("SELECT column_name, data_type FROM duckdb_columns()" +
                                   where_named(table, "table_name") + " ORDER BY column_index");
  if (!found.ok()) return found.status();
  std::vector<Column> columns;
  for (const TextRow& row : *found) columns.push_back({row[0], row[1]});
  return columns;
}

Status create_table(Database& database, const TableName& table, const std::vector<Column>& columns) {
  std::string list;
  for (const Column& column : columns) {
    list.append(list.empty() ? "" : ", ").append(sql_name(column.name)).append(" ").append(column.type);
  }
  return database.run("CREATE TABLE " + table.sql() + " (" + list + ")");
}

Status fit_table(Database& database, const TableName& table, const std::vector<Column>& existing,
                 const std::vector<Column>& wanted) {
  std::vector<std::string> additions;
  for (const Column& column : wanted) {
    const auto there =
        std::find_if(existing.begin(), existing.end(), [&](const Column& known) { return same_name(known, column); });
    if (there == existing.end()) {
      additions.push_back("ALTER TABLE " + table.sql() + " ADD COLUMN " + sql_name(column.name) + " " + column.type);
    } else if (!fits(there->type, column.type)) {
      return Status(Code::config, "column " + column.name + " of table " + table.table + " is " + there->type +
                                      ", and the rows have " + column.type +
                                      ": use mode replace or another table, or give the column that type (columns)");
    }
  }
  return run_all(database, additions);
}

Status require_unique_keys(Database& database, const TableName& table, const std::vector<std::string>& key) {
  std::string present;
  for (const std::string& column : key) {
    present.append(present.empty() ? "" : " AND ").append(sql_name(column) + " IS NOT NULL");
  }
  const auto repeated = database.exists("SELECT 1 FROM " + table.sql() + " WHERE " + present + " GROUP BY " +
                                        sql_names(key) + " HAVING count(*) > 1 LIMIT 1");
  if (!repeated.ok()) return repeated.status();
  if (!*repeated) return {};
  return Status(Code::config, "mode merge needs one row for each " + listed_key(key) + ", and table " + table.table +
                                  " has several: use mode replace, or keep the newest with DELETE FROM " + table.sql() +
                                  " WHERE rowid NOT IN (SELECT max(rowid) FROM " + table.sql() + " GROUP BY " +
                                  sql_names(key) + ")");
}

Status publish(Database& database, Mode mode, const TableName& staging, const TableName& table,
               const std::vector<Column>& columns, const std::vector<std::string>& key) {
  const auto existing = existing_columns(database, table);
  if (!existing.ok()) return existing.status();
  const bool exists = !existing->empty();
  const auto rows = database.exists("SELECT 1 FROM " + staging.sql() + " LIMIT 1");
  if (!rows.ok()) return rows.status();
  if (mode == Mode::replace_on_new_data && exists && !*rows) return database.run(drop_sql(staging));
  if (mode == Mode::replace || mode == Mode::replace_on_new_data) {
    return replace_table(database, exists, staging, table);
  }
  if (!exists) {
    return mode == Mode::merge ? run_all(database, first_merge_sql(staging, table, key))
                               : database.run(rename_sql(staging, table));
  }
  std::vector<Column> own;
  std::copy_if(existing->begin(), existing->end(), std::back_inserter(own),
               [&](const Column& column) { return !has(columns, column); });
  std::vector<std::string> statements = {copy_sql(staging, table, columns)};
  if (mode == Mode::merge) statements = merge_sql(staging, table, columns, own, key);
  statements.push_back(drop_sql(staging));
  return run_all(database, statements);
}

}  // namespace bulkload::duckdb
