// `bulkload guess`: a configuration completed with what could be said in it too.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "bulkload/config_file.h"
#include "bulkload/record_batch.h"

namespace bulkload {

/// The file's own text, templates included, with comments behind its `in:` section: the options that are not set, with
/// their defaults, and the columns of the source. Code::config for a JSON file, which has no comments.
base::Result<std::string> complete_config(const ConfigFile& file, std::string_view config_schema,
                                          const TableSchema& schema);

/// `text` with the secrets that stand in the file masked.
std::string mask_secrets(const std::string& text, const ConfigFile& file);

}  // namespace bulkload
