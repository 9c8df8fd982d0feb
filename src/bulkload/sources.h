// What a plugin can read, as its config_schema tells under "x-sources", and the options that it takes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "bulkload/text_table.h"

namespace bulkload {

struct SourceName {
  std::string name;
  std::vector<std::string> aliases;
  bool in_all = false;  // read by itself: `data_source: all` has it
};

/// In the order of the schema; nothing when it lists no sources.
std::vector<SourceName> source_names(std::string_view config_schema);

/// By name or alias; case does not matter, and `-` and `_` are the same. nullptr: there is none.
const SourceName* find_source(const std::vector<SourceName>& sources, std::string_view name);

/// `there is no source 'evnts'; did you mean 'events'?`
std::string no_such_source(const std::vector<SourceName>& sources, std::string_view name);

/// A row for each source. Code::internal when the schema lists none.
base::Result<TextTable> list_sources(std::string_view config_schema);

/// A row for each column of a source. `-` and `_` in its name are the same. Code::config when there is no such source.
base::Result<TextTable> list_source_columns(std::string_view config_schema, std::string_view name);

/// A row for each option of the `in:` section. Code::internal when the schema lists none.
base::Result<TextTable> list_options(std::string_view config_schema);

}  // namespace bulkload
