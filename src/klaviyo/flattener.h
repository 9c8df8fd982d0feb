// Values of a record into the cells of a row. Exact: a value that does not fit its column is kept, as its exact JSON
// text, in `additional_attributes`; the cell becomes null and the value is counted. Nothing is dropped silently.
//
//   utf8       string → its text; any other value → its JSON text, counted as odd
//   int64      integer in range, also with an exponent or zero fraction that leaves an integer, or a string that is one
//   float64    number, or a string that is one; an integer beyond 2^53 only when the double is equal; overflow and
//              underflow do not fit
//   boolean    true, false, or a string that is one of them
//   timestamp  string that base::parse_time takes; digits beyond the microsecond are cut, and the text kept
//   json       any value, as its JSON text, byte for byte
//   null       null in every type
//
// Retyped by the configuration: a timestamp as utf8 is printed by base::format_utc_display (an unreadable one stays as
// it is, counted), other values as utf8 are their JSON text, not counted; a string as json must hold JSON; an integer
// as timestamp, and the reverse, counts seconds since 1970.
//
// A column that is taken out of a JSON value takes values of any type for utf8: a string as its text, others as their
// JSON text, none of them counted. A value that is not there is null.
//
// A lone surrogate in a string becomes U+FFFD, counted; \u0000 stays a NUL byte. When a key comes twice, its first
// value has the cell, and the others are kept as values that do not fit.
//
// `additional_attributes` is a JSON object of raw values under their paths, keys joined by '.', in the order of their
// appearance; a '.' inside of an unknown key is written `\.`, so that paths do not collide.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/text_time.h"
#include "klaviyo/columns.h"
#include "klaviyo/json_index.h"
#include "klaviyo/json_text.h"
#include "klaviyo/record_layout.h"

namespace klaviyo {

/// Decides for each complete record whether it belongs to the rows that are wanted.
class RowGate {
 public:
  virtual ~RowGate() = default;
  /// `time_us`: value of the layout's time attribute; nothing when null, missing or unreadable.
  virtual bool admit(std::string_view id, std::optional<int64_t> time_us) = 0;
};

/// Fills one row after the other: begin_row, cells in any order, then end_row or drop_row. Raw texts must be valid JSON
/// without blanks around them; they are read during the call.
class Flattener {
 public:
  /// Whose rows: a record's, without the joined columns, which are gathered when the page is complete; or a related
  /// resource's, which has them alone, and additional_attributes.
  enum class Part : uint8_t { record, related };

  Flattener(const RecordLayout& layout, ColumnSet& columns, const base::Log& log, Part part = Part::record);

  const base::Log& log() const { return log_; }

  void begin_row();

  /// A value for a column. `path` names it in additional_attributes.
  void set_cell(int column, std::string_view path, std::string_view raw_json);

  /// The values inside of a JSON value that columns are taken out of.
  void extract(const std::vector<Extraction>& extractions, const JsonIndex& json, JsonIndex::Token value);

  /// Whether the row has a value, or null, for a column.
  bool has_cell(int column) const { return columns_.column(column).size() > row_; }

  /// An attribute that the layout does not know, below the object at `parent` (empty: the root). `key` is as it is
  /// escaped. Kept in additional_attributes, and warned about once per path; ignored when it is a related resource's,
  /// whose whole JSON is at hand.
  void set_unknown(std::string_view parent, std::string_view key, std::string_view raw_json);

  /// A value that fits nowhere: counted, warned about once per path, kept in additional_attributes.
  void set_odd(std::string_view path, std::string_view raw_json);

  /// The time that decides the membership in the window; nothing when it is null or unreadable.
  std::optional<int64_t> time_of(std::string_view raw_json);

  /// Takes over what a related resource's row, the last one of another flattener or an earlier one, has kept:
  /// its additional_attributes, and how many values they are.
  void add_kept(std::string_view additional, int64_t odd_values);

  /// Completes the row: columns of the part that got no value become null.
  void end_row();

  /// Takes the row back, its odd values too.
  void drop_row();

  int64_t odd_values() const { return odd_values_; }
  int64_t odd_values_of_row() const { return odd_values_ - odd_values_before_; }

 private:
  // Whether the value, not null, took its cell.
  bool set_utf8(const Column& column, ColumnBuilder& cell, std::string_view path, std::string_view raw);
  bool set_int64(const Column& column, ColumnBuilder& cell, std::string_view raw);
  bool set_float64(ColumnBuilder& cell, std::string_view raw);
  bool set_boolean(ColumnBuilder& cell, std::string_view raw);
  bool set_timestamp(const Column& column, ColumnBuilder& cell, std::string_view path, std::string_view raw);
  bool set_json(const Column& column, ColumnBuilder& cell, std::string_view raw);

  bool set_by_type(const Column& column, ColumnBuilder& cell, std::string_view path, std::string_view raw);
  void append_string(ColumnBuilder& cell, std::string_view path, std::string_view inside);
  std::optional<base::ParsedTime> parse_time(std::string_view raw);
  std::string_view text_of(std::string_view raw);
  std::optional<std::string_view> number_of(std::string_view raw);
  void count_odd(std::string_view path, std::string_view what);
  void keep(std::string_view path, std::string_view raw);
  void warn_once(std::string_view path, std::string_view what);

  const RecordLayout& layout_;
  ColumnSet& columns_;
  const base::Log& log_;
  Part part_;
  std::vector<int> own_columns_;  // of the part
  int64_t row_ = 0;
  int64_t odd_values_ = 0;
  int64_t odd_values_before_ = 0;   // this row
  std::string additional_;          // of this row: an object without its last brace; empty: none
  const char* time_raw_ = nullptr;  // text of this row that time_ was read from
  std::optional<base::ParsedTime> time_;
  std::string decoded_;
  std::string path_;
  JsonIndex json_;  // for strings that must hold JSON
  std::set<std::string, std::less<>> warned_;
};

}  // namespace klaviyo
