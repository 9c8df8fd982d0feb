#include "bulkload/sink/sql_name.h"

namespace bulkload {

std::string sql_name(std::string_view identifier) {
  std::string text = "\"";
  for (const char c : identifier) {
    text += c;
    if (c == '"') text += '"';
  }
  return text + '"';
}

std::string sql_names(const std::vector<std::string>& identifiers, std::string_view prefix) {
  std::string list;
  for (const std::string& identifier : identifiers) {
    list.append(list.empty() ? "" : ", ").append(prefix).append(sql_name(identifier));
  }
  return list;
}

std::string sql_same_key(const std::vector<std::string>& key) {
  std::string condition;
  for (const std::string& column : key) {
    const std::string name = sql_name(column);
    condition.append(condition.empty() ? "" : " AND ").append("s." + name + " = t." + name);
  }
  return condition;
}

}  // namespace bulkload
