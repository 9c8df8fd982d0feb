// Pages into rows of texts, for tests: through the Arrow arrays that a host gets.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bulk_input/arrow_c_data.h"
#include "klaviyo/page_parser.h"

namespace klaviyo {

using Cell = std::optional<std::string>;  // nothing: null
using Row = std::map<std::string, Cell>;

/// A value of a child array as text: numbers in shortest form, times as RFC 3339.
Cell cell_text(ColumnType type, const ArrowArray& array, int64_t row);

/// All rows of a set, which is empty afterwards.
std::vector<Row> take_rows(const RecordLayout& layout, ColumnSet& columns);

/// A small events-like source: two joined relationships, a nested object, all column types.
const Source& event_source();

Config config_of(const Source& source);

struct ParsedPage {
  base::Status status;
  PageSummary summary;
  std::vector<Row> rows;
  int64_t odd_values = 0;
  std::vector<std::string> warnings;
};

/// Takes everything, and keeps what it was asked.
class OpenGate : public RowGate {
 public:
  struct Asked {
    std::string id;
    std::optional<int64_t> time_us;
  };
  bool admit(std::string_view id, std::optional<int64_t> time_us) override {
    asked.push_back({std::string(id), time_us});
    return true;
  }
  std::vector<Asked> asked;
};

ParsedPage parse_page(const Config& config, const std::string& body, bool single = false, std::string_view label = {});
ParsedPage parse_page(const Config& config, const std::string& body, RowGate& gate);

/// `{"data":[{"type":"event","id":"e1","attributes":…}]}`
std::string page_of(std::string_view attributes);

/// The cell of one attribute, of a page with one record. Fails the test unless there is exactly one row.
Cell cell_of(const Config& config, std::string_view attributes, const std::string& column);

}  // namespace klaviyo
