// Identifiers in SQL text, for every database.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bulkload {

/// An SQL identifier in double quotes, those inside it doubled.
std::string sql_name(std::string_view identifier);

/// `"a", "b", …`, each behind `prefix`.
std::string sql_names(const std::vector<std::string>& identifiers, std::string_view prefix = {});

/// `s."a" = t."a" AND …`: that a row `s` has the key of a row `t`.
std::string sql_same_key(const std::vector<std::string>& key);

}  // namespace bulkload
