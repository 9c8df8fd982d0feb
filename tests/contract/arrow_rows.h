// Arrow structures as a strict consumer reads them: every rule that the contract and Arrow's specification state is
// checked, and cells become text that can be compared. What breaks a rule throws std::runtime_error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bulk_input/arrow_c_data.h"

namespace contract {

struct Column {
  std::string name;
  std::string format;  // u, l, g, b, tsu:UTC
  bool is_json = false;

  bool operator==(const Column&) const = default;
};

using Columns = std::vector<Column>;
using Metadata = std::vector<std::pair<std::string, std::string>>;

/// One text a row, all cells in it.
using Rows = std::vector<std::string>;

Columns read_schema(const ArrowSchema& schema);
Metadata read_metadata(const ArrowSchema& schema);

/// Rows of a batch.
Rows read_batch(const ArrowArray& batch, const Columns& columns);

/// Parses every cell of the JSON columns, which takes longer than all the rest.
void check_json(const ArrowArray& batch, const Columns& columns);

/// Cells of one column, NULL as "NULL".
std::vector<std::string> read_column(const ArrowArray& array, const Column& column);

/// Whether `text` is valid UTF-8 (RFC 3629).
bool is_utf8(std::string_view text);

}  // namespace contract
