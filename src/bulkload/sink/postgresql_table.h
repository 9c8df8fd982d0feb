// Tables for Arrow columns in PostgreSQL: making them, fitting rows into existing ones, and handing staged rows over.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "bulkload/record_batch.h"
#include "bulkload/sink/postgresql_connection.h"
#include "bulkload/sink/sink.h"

namespace bulkload::postgresql {

inline constexpr size_t kLongestName = 63;  // bytes; the server cuts longer names off

/// In merge mode a staging table has this column behind the others: the number of the row, since the last one wins.
inline constexpr std::string_view kRowNumber = "_bulkload_row";

struct TableName {
  std::string schema;
  std::string table;

  std::string sql() const;
};

struct Column {
  std::string name;
  Type type;
  std::string declared;  // as format_type() gives it: "timestamp with time zone"
};

struct ExistingColumn {
  std::string name;
  std::string declared;   // " generated" behind it when rows cannot have a value for it
  bool required = false;  // rows without a value for it are refused
};

struct ExistingTable {
  std::string oid;
  std::vector<ExistingColumn> columns;

  const ExistingColumn* find(std::string_view name) const;
};

/// text, bigint, double precision, boolean, timestamp with time zone, and `json_type` (jsonb when empty). Code::config
/// for names that PostgreSQL would cut off.
base::Result<std::vector<Column>> columns_of(const TableSchema& schema, const std::string& json_type);

/// Nothing when there is no such table. Code::config when the name is a view's.
base::Result<std::optional<ExistingTable>> find_table(Connection& connection, const TableName& name);

bool replaces(Mode mode);

base::Status create_table(Connection& connection, const TableName& name, const std::vector<Column>& columns);

/// Makes `columns` and a table fit each other: columns of a type that takes the values as they are (character varying
/// for text, json and text for jsonb unless a JSON type was asked for) get it, and missing ones are added to the table.
/// Code::config when one has another type there, and when the table insists on a column that the rows have not. In
/// the modes that replace, the table stays as it is until publish(), which gives its columns the new types.
base::Status fit_table(Connection& connection, Mode mode, const TableName& name, const ExistingTable& table,
                       std::vector<Column>& columns, bool any_json_type);

/// Whether the table has exactly the columns, in order.
bool has_columns(const ExistingTable& table, const std::vector<Column>& columns);

/// Sees to a unique index on the key's columns, in place of one of this program's on others. Code::config when keys
/// repeat.
base::Status require_unique_key(Connection& connection, const TableName& name, const std::string& oid,
                                const std::vector<std::string>& key);

/// `COPY … FROM STDIN` for rows of the columns, in order.
std::string copy_sql(const TableName& name, const std::vector<Column>& columns);

/// Hands the rows of `staging` over to the table as the mode says, in the transaction that is open, and drops
/// `staging`. A replaced table stays the same table, with its grants, views, indexes and further columns; those who
/// read it see the old rows until the transaction ends, and wait only where a column gets another type. `key`: of mode
/// merge.
base::Status publish(Connection& connection, Mode mode, const TableName& staging, const TableName& name,
                     const std::vector<Column>& columns, const std::vector<std::string>& key);

}  // namespace bulkload::postgresql
