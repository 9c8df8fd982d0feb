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

}  // namespace bulkload
