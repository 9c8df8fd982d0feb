// The columns by which mode merge finds rows: `id`, and for rows below parents the parent's id too.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "bulkload/record_batch.h"
#include "bulkload/sink/sink.h"

namespace bulkload {

class MergeKey {
 public:
  MergeKey() = default;

  /// No columns in other modes than merge. Code::config when the rows lack one.
  static base::Result<MergeKey> of(const TableSchema& schema, Mode mode);

  /// Code::data when a row has no value in one of the columns.
  base::Status check(const RecordBatch& batch) const;

  /// What the columns are called in a table: `columns` are the rows' columns there, in order.
  template <typename TableColumn>
  std::vector<std::string> names(const std::vector<TableColumn>& columns) const {
    std::vector<std::string> list;
    for (const size_t index : indices_) list.push_back(columns[index].name);
    return list;
  }

 private:
  std::vector<size_t> indices_;
  std::vector<std::string> names_;
};

/// `list_id and id`.
std::string listed_key(const std::vector<std::string>& names);

}  // namespace bulkload
