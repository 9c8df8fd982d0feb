// Identifiers in SQL text.
#pragma once

#include <string>
#include <string_view>

namespace bulkload {

/// An SQL identifier in double quotes, those inside it doubled.
std::string sql_name(std::string_view identifier);

}  // namespace bulkload
