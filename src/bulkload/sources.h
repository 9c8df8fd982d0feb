// What a plugin can read, as its config_schema tells under "x-sources", and the options that it takes.
#pragma once

#include <string_view>

#include "base/status.h"
#include "bulkload/text_table.h"

namespace bulkload {

/// A row for each source. Code::internal when the schema lists none.
base::Result<TextTable> list_sources(std::string_view config_schema);

/// A row for each column of a source. `-` and `_` in its name are the same. Code::config when there is no such source.
base::Result<TextTable> list_source_columns(std::string_view config_schema, std::string_view name);

/// A row for each option of the `in:` section. Code::internal when the schema lists none.
base::Result<TextTable> list_options(std::string_view config_schema);

}  // namespace bulkload
