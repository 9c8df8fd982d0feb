// `bulkload guess`: a configuration completed with what could be said in it too.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "bulkload/config_file.h"
#include "bulkload/record_batch.h"

namespace bulkload {

/// What is read, once for each source.
struct SourceColumns {
  std::string source;    // one of several; empty: the only one
  const ConfigNode* in;  // the keys that are set for it
  const TableSchema* schema;
};

/// The file's own text, templates included, with comments behind its `in:` section: the options that are not set, with
/// their defaults, and the columns of each source. Code::config for a JSON file, which has no comments.
base::Result<std::string> complete_config(const ConfigFile& file, std::string_view config_schema,
                                          const std::vector<SourceColumns>& sources);

/// `text` with the secrets that stand in the file masked.
std::string mask_secrets(const std::string& text, const ConfigFile& file);

}  // namespace bulkload
