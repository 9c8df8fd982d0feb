// Values of a record into the cells of a row. Exact: a value that does not fit its column is kept, as its exact JSON
// text, in `additional_attributes`; the cell becomes null and the value is counted. Nothing is dropped silently.
//
//   utf8       string → its text; any other value → its JSON text, counted as odd
//   int64      integer literal in range, also with an exponent or zero fraction that leaves an integer, or a string
//              that is one
//   float64    number; an integer literal beyond 2^53 only when the double is equal; overflow does not fit
//   boolean    true, false
//   timestamp  string that base::parse_time takes; digits beyond the microsecond are cut, and the text kept
//   json       any value, as its JSON text
//   null       null in every type
//
// A lone surrogate in a string becomes U+FFFD, counted; \u0000 stays a NUL byte.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "klaviyo/columns.h"
#include "klaviyo/record_layout.h"

namespace klaviyo {

/// Decides for each complete record whether it belongs to the rows that are wanted.
class RowGate {
 public:
  virtual ~RowGate() = default;
  /// `time_us`: value of the layout's time attribute; nothing when null, missing or unreadable.
  virtual bool admit(std::string_view id, std::optional<int64_t> time_us) = 0;
};

/// Decodes a JSON string literal's inside (without quotes) into UTF-8. False when an escape was a lone surrogate (then
/// U+FFFD) or malformed (then kept as it is). `out` must have room for `escaped.size()` bytes; the size is returned
/// through `size`.
bool unescape_json(std::string_view escaped, char* out, size_t& size);

/// Fills one row after the other. Use: begin_row, cells, end_row; rows since a mark can be dropped.
class Flattener {
 public:
  Flattener(const RecordLayout& layout, ColumnSet& columns, const base::Log& log);

  void begin_row();

  void set_id(std::string_view raw_json);

  /// A value for a column: its JSON text, without surrounding blanks. `path` names it in additional_attributes.
  void set_cell(int column, std::string_view path, std::string_view raw_json);

  /// Text for a column as it is: linked ids, labels, whole resources.
  void set_text(int column, std::string_view text);

  /// The value that decides the membership in the window.
  void set_time(std::string_view raw_json);

  /// An attribute that the layout does not know. Warned about once per name.
  void set_unknown(std::string_view path, std::string_view raw_json);

  /// Completes the row: columns that got no value become null. Then asks the gate, and drops the row when it is
  /// refused. Columns named in `pending` are left for later (joined ones) and must be filled by set_joined.
  bool end_row(RowGate& gate);

  int64_t odd_values() const { return odd_values_; }

 private:
  const RecordLayout& layout_;
  ColumnSet& columns_;
  const base::Log& log_;
  int64_t odd_values_ = 0;
  std::set<std::string, std::less<>> warned_;
};

}  // namespace klaviyo
