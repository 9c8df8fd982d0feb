#include "bulkload/sink/merge_key.h"

namespace bulkload {

using base::Code;
using base::Status;

base::Result<MergeKey> MergeKey::of(const TableSchema& schema, Mode mode) {
  MergeKey key;
  if (mode != Mode::merge) return key;
  key.indices_ = schema.key();
  for (const size_t index : key.indices_) key.names_.push_back(schema.fields[index].name);
  const std::vector<std::string> needed = schema.key_names();
  if (key.indices_.size() == needed.size()) return key;
  return Status(Code::config, "mode merge finds rows by " + listed_key(needed) +
                                  ", which the rows do not have: use mode append or replace");
}

Status MergeKey::check(const RecordBatch& batch) const {
  for (size_t i = 0; i < indices_.size(); ++i) {
    const ColumnView& column = batch.columns()[indices_[i]];
    for (int64_t row = 0; row < batch.rows(); ++row) {
      if (!column.is_null(row)) continue;
      return Status(Code::data, "a row has no " + names_[i] + ", which mode merge needs: use mode append or replace");
    }
  }
  return {};
}

std::string listed_key(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += names[i];
  }
  return text;
}

}  // namespace bulkload
