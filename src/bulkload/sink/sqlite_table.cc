#include "bulkload/sink/sqlite_table.h"

#include <algorithm>
#include <array>
#include <set>

#include "bulkload/sink/merge_key.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;

constexpr std::array<std::string_view, 6> kDeclaredTypes = {"TEXT", "INTEGER", "REAL", "INTEGER", "TEXT", "TEXT"};

// How SQLite treats values by a column's declared type (https://www.sqlite.org/datatype3.html section 3.1), in its
// order.
enum class Affinity { integer, text, blob, real, numeric };

struct AffinityRule {
  std::string_view part;
  Affinity affinity;
};

constexpr std::array<AffinityRule, 8> kAffinityRules = {{{"INT", Affinity::integer},
                                                         {"CHAR", Affinity::text},
                                                         {"CLOB", Affinity::text},
                                                         {"TEXT", Affinity::text},
                                                         {"BLOB", Affinity::blob},
                                                         {"REAL", Affinity::real},
                                                         {"FLOA", Affinity::real},
                                                         {"DOUB", Affinity::real}}};

// ASCII alone, as SQLite compares names.
std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

std::vector<std::string> upper_sorted(const std::vector<std::string>& names) {
  std::vector<std::string> sorted;
  for (const std::string& name : names) sorted.push_back(upper(name));
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

Affinity affinity_of(std::string_view declared) {
  if (declared.empty()) return Affinity::blob;
  const std::string type = upper(declared);
  for (const AffinityRule& rule : kAffinityRules) {
    if (type.find(rule.part) != std::string::npos) return rule.affinity;
  }
  return Affinity::numeric;
}

// Whether values of the wanted type stay what they are in a column of the existing one.
bool fits(std::string_view existing, std::string_view wanted) {
  const Affinity there = affinity_of(existing);
  const Affinity here = affinity_of(wanted);
  return there == here || there == Affinity::blob || (there == Affinity::numeric && here != Affinity::text);
}

// `"a", "b", …`
std::string name_list(const std::vector<SqliteColumn>& columns) {
  std::string list;
  for (const SqliteColumn& column : columns) list.append(list.empty() ? "" : ", ").append(sql_name(column.name));
  return list;
}

base::Result<std::vector<std::string>> texts(Database& database, const std::string& sql, std::string_view parameter) {
  auto statement = database.prepare(sql);
  if (!statement.ok()) return statement.status();
  statement->bind(1, parameter);
  std::vector<std::string> found;
  for (;;) {
    const auto row = statement->step();
    if (!row.ok()) return row.status();
    if (!*row) return found;
    found.push_back(statement->text(0));
  }
}

// Runs statements until one fails.
Status run_all(Database& database, const std::vector<std::string>& statements) {
  for (const std::string& sql : statements) {
    if (Status status = database.run(sql); !status.ok()) return status;
  }
  return {};
}

std::string drop_sql(std::string_view table) { return "DROP TABLE " + sql_name(table); }

std::string rename_sql(std::string_view from, std::string_view to) {
  return "ALTER TABLE " + sql_name(from) + " RENAME TO " + sql_name(to);
}

std::string copy_sql(std::string_view from, std::string_view to, const std::vector<SqliteColumn>& columns) {
  const std::string names = name_list(columns);
  return "INSERT INTO " + sql_name(to) + " (" + names + ") SELECT " + names + " FROM " + sql_name(from) + " WHERE true";
}

// Rows with a known key replace what is there, in the order in which they came: the last one wins.
std::string upsert_sql(std::string_view from, std::string_view to, const std::vector<SqliteColumn>& columns,
                       const std::vector<std::string>& key) {
  std::string updates;
  for (const SqliteColumn& column : columns) {
    if (std::find(key.begin(), key.end(), column.name) != key.end()) continue;
    const std::string name = sql_name(column.name);
    updates.append(updates.empty() ? "" : ", ").append(name + " = excluded." + name);
  }
  return copy_sql(from, to, columns) + " ORDER BY rowid ON CONFLICT (" + sql_names(key) + ") DO " +
         (updates.empty() ? "NOTHING" : "UPDATE SET " + updates);
}

Status replace_table(Database& database, bool exists, std::string_view staging, std::string_view table) {
  if (!exists) return database.run(rename_sql(staging, table));
  // Those of the program itself (unique ids for merge) are not carried over: the new rows need not keep their promise.
  const auto kept = texts(database,
                          "SELECT sql FROM sqlite_master WHERE tbl_name = ?1 COLLATE NOCASE AND sql IS NOT NULL AND "
                          "type IN ('index', 'trigger') AND name NOT LIKE '\\_bulkload\\_%' ESCAPE '\\'",
                          table);
  if (!kept.ok()) return kept.status();
  if (Status status = run_all(database, {drop_sql(table), rename_sql(staging, table)}); !status.ok()) return status;
  const Status status = run_all(database, *kept);
  if (status.ok()) return status;
  return Status(status.code() == Code::internal || status.code() == Code::data ? Code::config : status.code(),
                "an index or trigger of table " + std::string(table) +
                    " does not fit the new rows: drop it and run again (" + status.message() + ")");
}

// Leaves the last row of each key.
std::string delete_repeated_sql(std::string_view table, const std::vector<std::string>& key) {
  const std::string name = sql_name(table);
  return "DELETE FROM " + name + " WHERE rowid NOT IN (SELECT max(rowid) FROM " + name + " GROUP BY " + sql_names(key) +
         ")";
}

// Into a table without rows: the last row of each key, and the index afterwards, which is much faster than row by row.
Status merge_into_nothing(Database& database, std::string_view staging, std::string_view table,
                          const std::vector<std::string>& key) {
  Status status = run_all(database, {delete_repeated_sql(staging, key), rename_sql(staging, table)});
  return status.ok() ? require_unique_key(database, table, key) : status;
}

}  // namespace

std::vector<SqliteColumn> sqlite_columns(const TableSchema& schema) {
  std::set<std::string> taken;
  for (const Field& field : schema.fields) taken.insert(upper(field.name));
  std::set<std::string> seen;
  std::vector<SqliteColumn> columns;
  for (const Field& field : schema.fields) {
    std::string name = field.name;
    if (!seen.insert(upper(name)).second) {
      int number = 2;
      do {
        name = field.name + "_" + std::to_string(number++);
      } while (!taken.insert(upper(name)).second);
    }
    columns.push_back({name, std::string(kDeclaredTypes.at(static_cast<size_t>(field.type)))});
  }
  return columns;
}

base::Result<std::vector<SqliteColumn>> existing_columns(Database& database, std::string_view table) {
  const auto view =
      database.exists("SELECT 1 FROM sqlite_master WHERE name = ?1 COLLATE NOCASE AND type <> 'table'", table);
  if (!view.ok()) return view.status();
  if (*view) {
    return Status(Code::config,
                  "table: " + std::string(table) + " is a view or an index of the database: choose another name");
  }
  const auto names = texts(database, "SELECT name FROM pragma_table_info(?1)", table);
  const auto types = texts(database, "SELECT type FROM pragma_table_info(?1)", table);
  if (!names.ok() || !types.ok()) return names.ok() ? types.status() : names.status();
  std::vector<SqliteColumn> columns;
  for (size_t i = 0; i < names->size(); ++i) columns.push_back({(*names)[i], (*types)[i]});
  return columns;
}

Status create_table(Database& database, std::string_view table, const std::vector<SqliteColumn>& columns) {
  std::string list;
  for (const SqliteColumn& column : columns) {
    list.append(list.empty() ? "" : ", ").append(sql_name(column.name) + " " + column.type);
  }
  return database.run("CREATE TABLE " + sql_name(table) + " (" + list + ")");
}

Status fit_table(Database& database, std::string_view table, const std::vector<SqliteColumn>& existing,
                 const std::vector<SqliteColumn>& wanted) {
  std::vector<std::string> additions;
  for (const SqliteColumn& column : wanted) {
    const auto there = std::find_if(existing.begin(), existing.end(),
                                    [&](const SqliteColumn& known) { return upper(known.name) == upper(column.name); });
    if (there == existing.end()) {
      additions.push_back("ALTER TABLE " + sql_name(table) + " ADD COLUMN " + sql_name(column.name) + " " +
                          column.type);
    } else if (!fits(there->type, column.type)) {
      return Status(Code::config, "column " + column.name + " of table " + std::string(table) + " is " + there->type +
                                      ", and the rows have " + column.type +
                                      ": use mode replace or another table, or give the column that type (columns)");
    }
  }
  return run_all(database, additions);
}

Status require_unique_key(Database& database, std::string_view table, const std::vector<std::string>& key) {
  const auto unique = texts(database,
                            "SELECT (SELECT group_concat('\"' || replace(name, '\"', '\"\"') || '\"', ', ') FROM "
                            "(SELECT upper(coalesce(name, '')) AS name FROM pragma_index_info(i.name) ORDER BY 1)) "
                            "FROM pragma_index_list(?1) AS i WHERE i.\"unique\" = 1 AND i.partial = 0",
                            table);
  if (!unique.ok()) return unique.status();
  if (std::find(unique->begin(), unique->end(), sql_names(upper_sorted(key))) != unique->end()) return {};
  const std::string index = sql_name("_bulkload_id_" + std::string(table));
  Status status =
      run_all(database, {"DROP INDEX IF EXISTS " + index,
                         "CREATE UNIQUE INDEX " + index + " ON " + sql_name(table) + " (" + sql_names(key) + ")"});
  if (status.code() != Code::data) return status;
  return Status(Code::config, "mode merge needs one row for each " + listed_key(key) + ", and table " +
                                  std::string(table) + " has several: use mode replace, or keep the newest with " +
                                  delete_repeated_sql(table, key));
}

std::string insert_sql(std::string_view table, const std::vector<SqliteColumn>& columns) {
  std::string parameters = "?";
  for (size_t i = 1; i < columns.size(); ++i) parameters += ", ?";
  return "INSERT INTO " + sql_name(table) + " (" + name_list(columns) + ") VALUES (" + parameters + ")";
}

Status publish(Database& database, Mode mode, std::string_view staging, std::string_view table,
               const std::vector<SqliteColumn>& columns, const std::vector<std::string>& key) {
  const auto existing = existing_columns(database, table);
  if (!existing.ok()) return existing.status();
  const bool exists = !existing->empty();
  const auto rows = database.exists("SELECT 1 FROM " + sql_name(staging) + " LIMIT 1");
  if (!rows.ok()) return rows.status();
  if (mode == Mode::replace_on_new_data && exists && !*rows) return database.run(drop_sql(staging));
  if (mode == Mode::replace || mode == Mode::replace_on_new_data)
    return replace_table(database, exists, staging, table);
  if (!exists) {
    return mode == Mode::merge ? merge_into_nothing(database, staging, table, key)
                               : database.run(rename_sql(staging, table));
  }
  const std::string sql =
      mode == Mode::merge ? upsert_sql(staging, table, columns, key) : copy_sql(staging, table, columns);
  return run_all(database, {sql, drop_sql(staging)});
}

}  // namespace bulkload
