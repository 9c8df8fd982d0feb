#include "klaviyo/flattener.h"

#include "klaviyo/json_walk.h"

namespace klaviyo {

namespace {

// Keys are the senders' choice: a page must not be able to flood the log, or the memory of what was said.
constexpr size_t kMaxWarnings = 100;
constexpr size_t kMaxPathShown = 200;
// Years 1 to 9999, as base::parse_time.
constexpr int64_t kMinSecond = -62'135'596'800;
constexpr int64_t kMaxSecond = 253'402'300'799;

bool is_string(std::string_view raw) { return raw.front() == '"'; }

std::string_view inside(std::string_view raw_string) { return raw_string.substr(1, raw_string.size() - 2); }

/// Text shortened to at most `size` bytes, at a character border.
std::string_view shorten(std::string_view text, size_t size) {
  if (text.size() <= size) return text;
  while (size > 0 && (static_cast<uint8_t>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace

Flattener::Flattener(const RecordLayout& layout, ColumnSet& columns, const base::Log& log, Part part)
    : layout_(layout), columns_(columns), log_(log), part_(part) {
  for (size_t i = 0; i < layout.columns.size(); ++i) {
    const Origin origin = layout.columns[i].origin;
    const bool joined = origin == Origin::joined || origin == Origin::joined_resource;
    if (joined == (part == Part::related) || origin == Origin::additional) own_columns_.push_back(static_cast<int>(i));
  }
}

void Flattener::begin_row() {
  row_ = own_columns_.empty() ? 0 : columns_.column(own_columns_.front()).size();
  odd_values_before_ = odd_values_;
  additional_.clear();
  time_raw_ = nullptr;
}

void Flattener::set_cell(int column, std::string_view path, std::string_view raw_json) {
  if (has_cell(column)) return set_odd(path, raw_json);
  ColumnBuilder& cell = columns_.column(column);
  if (raw_json == "null") return cell.append_null();
  if (set_by_type(layout_.columns[static_cast<size_t>(column)], cell, path, raw_json)) return;
  cell.append_null();
  set_odd(path, raw_json);
}

void Flattener::extract(const std::vector<Extraction>& extractions, const JsonIndex& json, JsonIndex::Token value) {
  for (const Extraction& wanted : extractions) {
    const auto found = find_value(json, value, wanted.steps);
    // An attribute may come twice: then its first value has the cell, be it null.
    if (!found && has_cell(wanted.column)) continue;
    set_cell(wanted.column, wanted.path, found ? json.raw(*found) : "null");
  }
}

bool Flattener::set_by_type(const Column& column, ColumnBuilder& cell, std::string_view path, std::string_view raw) {
  switch (column.type) {
    case ColumnType::utf8:
      return set_utf8(column, cell, path, raw);
    case ColumnType::int64:
      return set_int64(column, cell, raw);
    case ColumnType::float64:
      return set_float64(cell, raw);
    case ColumnType::boolean:
      return set_boolean(cell, raw);
    case ColumnType::timestamp:
      return set_timestamp(column, cell, path, raw);
    case ColumnType::json:
      return set_json(column, cell, raw);
  }
  return false;
}

bool Flattener::set_utf8(const Column& column, ColumnBuilder& cell, std::string_view path, std::string_view raw) {
  const bool timestamp = column.natural == ColumnType::timestamp;
  if (!is_string(raw) || column.natural == ColumnType::json) {
    cell.append_text(raw);
    const bool wants_string = (column.natural == ColumnType::utf8 && !column.extracted) || timestamp;
    if (wants_string) count_odd(path, "is not a string; the cell has its JSON text");
    return true;
  }
  if (!timestamp) {
    append_string(cell, path, inside(raw));
    return true;
  }
  const auto time = parse_time(raw);
  if (time) {
    cell.append_text(base::format_utc_display(time->us));
    if (!time->exact) set_odd(path, raw);
  } else {
    append_string(cell, path, inside(raw));
    count_odd(path, "is not a time; the cell has its text");
  }
  return true;
}

void Flattener::append_string(ColumnBuilder& cell, std::string_view path, std::string_view text) {
  if (!has_escape(text)) return cell.append_text(text);
  size_t size = 0;
  if (!unescape_json(text, cell.begin_text(text.size()), size)) count_odd(path, "has half of a surrogate pair");
  cell.finish_text(size);
}

bool Flattener::set_int64(const Column& column, ColumnBuilder& cell, std::string_view raw) {
  if (column.natural == ColumnType::timestamp && is_string(raw)) {
    const auto time = parse_time(raw);
    if (!time || !time->exact || time->us % base::kMicrosPerSecond != 0) return false;
    cell.append_int64(time->us / base::kMicrosPerSecond);
    return true;
  }
  const auto number = number_of(raw);
  const auto value = number ? exact_int64(*number) : std::nullopt;
  if (value) cell.append_int64(*value);
  return value.has_value();
}

bool Flattener::set_float64(ColumnBuilder& cell, std::string_view raw) {
  const auto number = number_of(raw);
  const auto value = number ? exact_float64(*number) : std::nullopt;
  if (value) cell.append_float64(*value);
  return value.has_value();
}

bool Flattener::set_boolean(ColumnBuilder& cell, std::string_view raw) {
  const std::string_view text = is_string(raw) ? inside(raw) : raw;
  const bool fits = text == "true" || text == "false";
  if (fits) cell.append_bool(text == "true");
  return fits;
}

bool Flattener::set_timestamp(const Column& column, ColumnBuilder& cell, std::string_view path, std::string_view raw) {
  if (column.natural == ColumnType::int64) {
    const auto number = number_of(raw);
    const auto second = number ? exact_int64(*number) : std::nullopt;
    if (!second || *second < kMinSecond || *second > kMaxSecond) return false;
    cell.append_int64(*second * base::kMicrosPerSecond);
    return true;
  }
  const auto time = is_string(raw) ? parse_time(raw) : std::nullopt;
  if (!time) return false;
  cell.append_int64(time->us);
  if (!time->exact) set_odd(path, raw);
  return true;
}

bool Flattener::set_json(const Column& column, ColumnBuilder& cell, std::string_view raw) {
  if (column.natural != ColumnType::utf8 || !is_string(raw)) {
    cell.append_text(raw);
    return true;
  }
  const std::string text(text_of(raw));
  if (!json_.build(text).ok()) return false;
  cell.append_text(json_.raw(JsonIndex::kRoot));
  return true;
}

std::optional<int64_t> Flattener::time_of(std::string_view raw_json) {
  if (!is_string(raw_json)) return std::nullopt;
  const auto time = parse_time(raw_json);
  return time ? std::optional(time->us) : std::nullopt;
}

// The time that decides the membership is a column too, as a rule: it is parsed once.
std::optional<base::ParsedTime> Flattener::parse_time(std::string_view raw) {
  if (raw.data() != time_raw_) {
    time_raw_ = raw.data();
    time_ = base::parse_time(text_of(raw));
  }
  return time_;
}

// Valid until the next call.
std::string_view Flattener::text_of(std::string_view raw) {
  if (!has_escape(raw)) return inside(raw);
  decoded_ = unescape_json(inside(raw));
  return decoded_;
}

std::optional<std::string_view> Flattener::number_of(std::string_view raw) {
  const std::string_view text = is_string(raw) ? text_of(raw) : raw;
  return is_json_number(text) ? std::optional(text) : std::nullopt;
}

void Flattener::set_unknown(std::string_view parent, std::string_view key, std::string_view raw_json) {
  if (part_ == Part::related || layout_.additional_column < 0) return;
  path_.clear();
  if (!parent.empty()) path_.append(parent).append(1, '.');
  for (const char c : key) c == '.' ? path_.append("\\\\.") : path_.append(1, c);  // a backslash, escaped as in JSON
  keep(path_, raw_json);
  warn_once(path_, "is unknown; it is kept in additional_attributes");
}

void Flattener::set_odd(std::string_view path, std::string_view raw_json) {
  if (layout_.additional_column >= 0) {
    keep(path, raw_json);
    count_odd(path, "has a value that does not fit; its exact text is kept in additional_attributes");
  } else {
    count_odd(path, "has a value that does not fit; select additional_attributes to keep its exact text");
  }
}

void Flattener::count_odd(std::string_view path, std::string_view what) {
  ++odd_values_;
  warn_once(path, what);
}

void Flattener::keep(std::string_view path, std::string_view raw) {
  additional_.append(additional_.empty() ? "{\"" : ",\"").append(path).append("\":").append(raw);
}

void Flattener::warn_once(std::string_view path, std::string_view what) {
  if (warned_.size() >= kMaxWarnings || warned_.contains(path)) return;
  warned_.emplace(path);
  log_.warn("attribute '" + std::string(shorten(path, kMaxPathShown)) + "' " + std::string(what));
}

void Flattener::add_kept(std::string_view additional, int64_t odd_values) {
  odd_values_ += odd_values;
  if (additional.empty()) return;
  additional.remove_prefix(1);  // its braces
  additional.remove_suffix(1);
  additional_.append(additional_.empty() ? "{" : ",").append(additional);
}

void Flattener::end_row() {
  if (layout_.additional_column >= 0 && !additional_.empty()) {
    additional_ += '}';
    columns_.column(layout_.additional_column).append_text(additional_);
  }
  for (const int i : own_columns_) {
    if (columns_.column(i).size() == row_) columns_.column(i).append_null();
  }
}

void Flattener::drop_row() {
  for (const int i : own_columns_) columns_.column(i).truncate(row_);
  odd_values_ = odd_values_before_;
}

}  // namespace klaviyo
