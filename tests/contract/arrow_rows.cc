#include "contract/arrow_rows.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <set>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace contract {
namespace {

void require(bool holds, const std::string& rule) {
  if (!holds) throw std::runtime_error("not as the contract says: " + rule);
}

bool bit(const void* bits, int64_t index) {
  return (static_cast<const uint8_t*>(bits)[index / 8] >> (index % 8) & 1) != 0;
}

/// The text of one cell that is not NULL. Doubles are printed as their bits: equal is identical.
std::string cell(const ArrowArray& array, const Column& column, int64_t index) {
  const void* values = array.buffers[1];
  if (column.format == "b") return bit(values, index) ? "true" : "false";
  if (column.format != "u") return std::to_string(static_cast<const int64_t*>(values)[index]);
  const auto* offsets = static_cast<const int32_t*>(values);
  const auto* text = static_cast<const char*>(array.buffers[2]);
  std::string value(text + offsets[index], static_cast<size_t>(offsets[index + 1] - offsets[index]));
  if (!is_utf8(value)) require(false, column.name + " holds valid UTF-8");
  return value;
}

}  // namespace

bool is_utf8(std::string_view text) {
  struct Lead {
    uint8_t first, last;  // of the leading byte
    uint8_t second_from, second_to;
    size_t size;
  };
  static constexpr Lead leads[] = {
      {0x00, 0x7f, 0x00, 0xff, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
      {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
      {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};
  const auto byte = [&](size_t at) { return static_cast<uint8_t>(text[at]); };
  for (size_t at = 0; at < text.size();) {
    const auto* lead = std::find_if(std::begin(leads), std::end(leads),
                                    [&](const Lead& row) { return byte(at) >= row.first && byte(at) <= row.last; });
    if (lead == std::end(leads) || text.size() - at < lead->size) return false;
    if (lead->size > 1 && (byte(at + 1) < lead->second_from || byte(at + 1) > lead->second_to)) return false;
    for (size_t next = 2; next < lead->size; ++next) {
      if ((byte(at + next) & 0xc0) != 0x80) return false;
    }
    at += lead->size;
  }
  return true;
}

Metadata read_metadata(const ArrowSchema& schema) {
  Metadata metadata;
  const char* at = schema.metadata;
  if (at == nullptr) return metadata;
  const auto read_size = [&at] {
    int32_t size = 0;
    std::memcpy(&size, at, sizeof size);
    at += sizeof size;
    require(size >= 0, "sizes in metadata are not negative");
    return size;
  };
  const auto read_text = [&] {
    const auto size = static_cast<size_t>(read_size());
    const std::string text(at, size);
    at += size;
    return text;
  };
  for (int32_t pairs = read_size(); pairs > 0; --pairs) {
    std::string key = read_text();
    metadata.emplace_back(std::move(key), read_text());
  }
  return metadata;
}

Columns read_schema(const ArrowSchema& schema) {
  require(schema.release != nullptr, "a schema has a release");
  require(std::string(schema.format) == "+s", "the schema is a struct");
  require(schema.n_children > 0, "there are columns");
  require(schema.dictionary == nullptr, "nothing is dictionary-encoded");
  const std::set<std::string> formats = {"u", "l", "g", "b", "tsu:UTC"};
  std::set<std::string> names;
  Columns columns;
  for (int64_t i = 0; i < schema.n_children; ++i) {
    const ArrowSchema& child = *schema.children[i];
    Column column{child.name, child.format};
    for (const auto& [key, value] : read_metadata(child)) {
      if (key == "ARROW:extension:name") column.is_json = value == "arrow.json";
    }
    require(formats.count(column.format) == 1, column.name + " has one of the six types, not " + column.format);
    require(!column.is_json || column.format == "u", column.name + " is JSON as utf8");
    require(child.n_children == 0 && child.dictionary == nullptr, column.name + " is flat");
    require(names.insert(column.name).second, column.name + " is there once");
    require(is_utf8(column.name) && !column.name.empty(), "column names are texts");
    columns.push_back(std::move(column));
  }
  return columns;
}

std::vector<std::string> read_column(const ArrowArray& array, const Column& column) {
  require(array.release != nullptr, column.name + " is not released");
  require(array.n_buffers == (column.format == "u" ? 3 : 2), column.name + " has its buffers");
  require(array.n_children == 0 && array.dictionary == nullptr && array.offset >= 0, column.name + " is flat");
  if (array.length > 0) require(array.buffers[1] != nullptr, column.name + " has values");
  if (column.format == "u" && array.length > 0) {
    const auto* offsets = static_cast<const int32_t*>(array.buffers[1]);
    for (int64_t i = array.offset; i < array.offset + array.length; ++i) {
      if (offsets[i] < 0 || offsets[i] > offsets[i + 1]) require(false, column.name + " has rising offsets");
    }
  }
  std::vector<std::string> cells;
  int64_t nulls = 0;
  for (int64_t i = array.offset; i < array.offset + array.length; ++i) {
    const bool is_null = array.buffers[0] != nullptr && !bit(array.buffers[0], i);
    nulls += is_null ? 1 : 0;
    cells.push_back(is_null ? "NULL" : cell(array, column, i));
  }
  require(array.null_count == nulls || array.null_count == -1, column.name + " counts its NULLs");
  return cells;
}

Rows read_batch(const ArrowArray& batch, const Columns& columns) {
  require(batch.n_buffers == 1 && batch.offset == 0, "a batch is a struct that begins at 0");
  require(batch.null_count == 0, "no row is NULL as a whole");
  require(batch.n_children == static_cast<int64_t>(columns.size()), "a batch has the columns of the schema");
  Rows rows(static_cast<size_t>(batch.length));
  for (size_t i = 0; i < columns.size(); ++i) {
    require(batch.children[i]->length == batch.length, columns[i].name + " is as long as the batch");
    const std::vector<std::string> cells = read_column(*batch.children[i], columns[i]);
    for (size_t row = 0; row < rows.size(); ++row) rows[row] += cells[row] + " | ";
  }
  return rows;
}

void check_json(const ArrowArray& batch, const Columns& columns) {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i].is_json) continue;
    for (const std::string& text : read_column(*batch.children[i], columns[i])) {
      require(text == "NULL" || nlohmann::json::accept(text), columns[i].name + " holds JSON texts, not " + text);
    }
  }
}

}  // namespace contract
