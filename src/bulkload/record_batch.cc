#include "bulkload/record_batch.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>

namespace bulkload {

namespace {

using base::Code;
using base::Status;

constexpr std::string_view kExtensionName = "ARROW:extension:name";
constexpr std::string_view kJsonExtension = "arrow.json";

struct Format {
  std::string_view format;
  Type type;
};

constexpr std::array<Format, 5> kFormats = {{{"u", Type::string},
                                             {"l", Type::int64},
                                             {"g", Type::float64},
                                             {"b", Type::boolean},
                                             {"tsu:UTC", Type::timestamp}}};

constexpr std::array<std::string_view, 6> kTypeNames = {"string", "long", "double", "boolean", "timestamp", "json"};

// Arrow's metadata carries no total length, so that only its counts can be doubted.
constexpr int32_t kMaxMetadataPairs = 1'000;
constexpr int32_t kMaxMetadataBytes = 1 << 20;

using Metadata = std::vector<std::pair<std::string, std::string>>;

Status abi(std::string text) { return Status(Code::abi, std::move(text)); }

bool is_text(Type type) { return type == Type::string || type == Type::json; }

template <typename T>
T load(const void* values, int64_t index) {
  T value;
  std::memcpy(&value, static_cast<const char*>(values) + index * static_cast<int64_t>(sizeof(T)), sizeof value);
  return value;
}

bool bit(const void* bits, int64_t index) {
  return (static_cast<const uint8_t*>(bits)[index / 8] >> (index % 8) & 1) != 0;
}

// Reads Arrow's metadata: a count, then length-prefixed keys and values, numbers in native byte order.
class MetadataReader {
 public:
  explicit MetadataReader(const char* data) : data_(data) {}

  bool count(int32_t limit, int32_t& value) {
    std::memcpy(&value, data_, sizeof value);
    data_ += sizeof value;
    return value >= 0 && value <= limit;
  }

  bool text(std::string& value) {
    int32_t size = 0;
    if (!count(kMaxMetadataBytes, size)) return false;
    value.assign(data_, static_cast<size_t>(size));
    data_ += size;
    return true;
  }

 private:
  const char* data_;
};

std::optional<Metadata> read_metadata(const char* data) {
  Metadata pairs;
  if (data == nullptr) return pairs;
  MetadataReader reader(data);
  int32_t count = 0;
  if (!reader.count(kMaxMetadataPairs, count)) return std::nullopt;
  for (int32_t i = 0; i < count; ++i) {
    std::string key, value;
    if (!reader.text(key) || !reader.text(value)) return std::nullopt;
    pairs.emplace_back(std::move(key), std::move(value));
  }
  return pairs;
}

base::Result<Field> read_field(const ArrowSchema& schema) {
  if (schema.release == nullptr || schema.format == nullptr) return abi("the stream's schema has a released column");
  const std::string name = schema.name == nullptr ? "" : schema.name;
  if (name.empty()) return abi("the stream's schema has a column without a name");
  const auto* known = std::find_if(kFormats.begin(), kFormats.end(),
                                   [&](const Format& format) { return format.format == schema.format; });
  if (known == kFormats.end() || schema.n_children != 0 || schema.dictionary != nullptr) {
    return abi("column " + name + " has the Arrow format '" + schema.format + "', which is not one of u l g b tsu:UTC");
  }
  const auto metadata = read_metadata(schema.metadata);
  if (!metadata) return abi("column " + name + " has damaged metadata");
  const bool json = std::any_of(metadata->begin(), metadata->end(), [](const auto& pair) {
    return pair.first == kExtensionName && pair.second == kJsonExtension;
  });
  return Field{name, json && known->type == Type::string ? Type::json : known->type};
}

// Every offset of the range is checked, so that text() can trust them.
bool offsets_are_sound(const ArrowArray& array, int64_t first, int64_t rows) {
  const void* offsets = array.buffers[1];
  int32_t previous = load<int32_t>(offsets, first);
  const int32_t begin = previous;
  if (begin < 0) return false;
  for (int64_t row = 1; row <= rows; ++row) {
    const auto next = load<int32_t>(offsets, first + row);
    if (next < previous) return false;
    previous = next;
  }
  return array.buffers[2] != nullptr || previous == begin;
}

bool holds(const ArrowArray& array, int64_t first, int64_t rows) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  return array.length >= 0 && array.offset >= 0 && first <= kMax - rows && first + rows <= array.length &&
         array.offset <= kMax - array.length;
}

// Empty when the column can be read for rows [first, first + rows) of the array.
std::string_view column_problem(const ArrowArray* array, Type type, int64_t first, int64_t rows) {
  if (array == nullptr || array->release == nullptr) return "is released";
  if (!holds(*array, first, rows)) return "is shorter than the batch";
  if (array->n_buffers != (is_text(type) ? 3 : 2) || array->buffers == nullptr) return "has a wrong number of buffers";
  if (array->n_children != 0 || array->dictionary != nullptr) return "is nested";
  if (array->null_count < -1 || array->null_count > array->length) return "has a wrong null count";
  if (array->null_count > 0 && array->buffers[0] == nullptr) return "has nulls and no validity bitmap";
  if (rows == 0) return {};
  if (array->buffers[1] == nullptr) return "has no values";
  if (is_text(type) && !offsets_are_sound(*array, array->offset + first, rows)) return "has damaged offsets";
  return {};
}

bool has_null_rows(const ArrowArray& array) {
  if (array.n_buffers < 1 || array.buffers == nullptr || array.buffers[0] == nullptr || array.null_count == 0) {
    return false;
  }
  for (int64_t row = 0; row < array.length; ++row) {
    if (!bit(array.buffers[0], array.offset + row)) return true;
  }
  return false;
}

/// Owns the children of a batch that was put together, but for those that were moved out.
struct OwnedStruct {
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> pointers;
  const void* buffers[1] = {nullptr};

  ~OwnedStruct() {
    for (ArrowArray& child : children) {
      if (child.release != nullptr) child.release(&child);
    }
  }

  static void release(ArrowArray* array) {
    delete static_cast<OwnedStruct*>(array->private_data);
    array->release = nullptr;
  }
};

constexpr int64_t kUnknownCount = -1;

}  // namespace

std::string_view type_name(Type type) { return kTypeNames.at(static_cast<size_t>(type)); }

std::string_view TableSchema::meta(std::string_view key) const {
  for (const auto& [name, value] : metadata) {
    if (name == key) return value;
  }
  return {};
}

int TableSchema::find(std::string_view name) const {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.name == name; });
  return found == fields.end() ? -1 : static_cast<int>(found - fields.begin());
}

std::vector<size_t> TableSchema::key() const {
  std::vector<size_t> columns;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].in_key) columns.push_back(i);
  }
  return columns;
}

std::vector<std::string> TableSchema::key_names() const {
  std::string_view rest = meta("key");
  std::vector<std::string> names;
  while (!rest.empty()) {
    names.emplace_back(rest.substr(0, rest.find(',')));
    rest.remove_prefix(std::min(names.back().size() + 1, rest.size()));
  }
  return names.empty() ? std::vector<std::string>{"id"} : names;
}

base::Result<TableSchema> read_schema(const ArrowSchema& schema) {
  if (schema.release == nullptr || schema.format == nullptr) return abi("the stream's schema is released");
  if (std::string_view(schema.format) != "+s" || schema.n_children < 1 || schema.children == nullptr) {
    return abi("the stream's schema is not a struct of columns");
  }
  TableSchema table;
  auto metadata = read_metadata(schema.metadata);
  if (!metadata) return abi("the stream's schema has damaged metadata");
  table.metadata = std::move(*metadata);
  for (int64_t i = 0; i < schema.n_children; ++i) {
    if (schema.children[i] == nullptr) return abi("the stream's schema has a released column");
    auto field = read_field(*schema.children[i]);
    if (!field.ok()) return field.status();
    if (table.find(field->name) >= 0) return abi("the stream's schema has two columns named " + field->name);
    table.fields.push_back(std::move(*field));
  }
  for (const std::string& name : table.key_names()) {
    if (const int column = table.find(name); column >= 0) table.fields[static_cast<size_t>(column)].in_key = true;
  }
  return table;
}

ColumnView::ColumnView(const ArrowArray& array, Type type, int64_t parent_offset)
    : type_(type),
      offset_(array.offset + parent_offset),
      validity_(array.null_count == 0 ? nullptr : static_cast<const uint8_t*>(array.buffers[0])),
      values_(array.buffers[1]),
      text_(is_text(type) ? static_cast<const char*>(array.buffers[2]) : nullptr) {}

bool ColumnView::is_null(int64_t row) const { return validity_ != nullptr && !bit(validity_, offset_ + row); }

std::string_view ColumnView::text(int64_t row) const {
  const auto begin = load<int32_t>(values_, offset_ + row);
  const auto end = load<int32_t>(values_, offset_ + row + 1);
  if (begin == end) return "";
  return {text_ + begin, static_cast<size_t>(end - begin)};
}

int64_t ColumnView::int64(int64_t row) const { return load<int64_t>(values_, offset_ + row); }

double ColumnView::float64(int64_t row) const { return load<double>(values_, offset_ + row); }

bool ColumnView::boolean(int64_t row) const { return bit(values_, offset_ + row); }

base::Result<RecordBatch> RecordBatch::take(ArrowArray* array, const TableSchema& schema) {
  if (array == nullptr || array->release == nullptr) return abi("the batch is released");
  RecordBatch batch;
  batch.array_ = *array;
  array->release = nullptr;
  const ArrowArray& own = batch.array_;
  const auto width = static_cast<int64_t>(schema.fields.size());
  if (!holds(own, 0, own.length)) return abi("the batch has a negative length or offset");
  if (own.n_children != width || own.children == nullptr) {
    return abi("the batch has " + std::to_string(own.n_children) + " columns, and the schema " + std::to_string(width));
  }
  if (own.dictionary != nullptr || has_null_rows(own)) return abi("the batch has null rows or a dictionary");
  batch.columns_.reserve(schema.fields.size());
  for (int64_t i = 0; i < width; ++i) {
    const Field& field = schema.fields[static_cast<size_t>(i)];
    const std::string_view problem = column_problem(own.children[i], field.type, own.offset, own.length);
    if (!problem.empty()) return abi("column " + field.name + " of the batch " + std::string(problem));
    batch.columns_.emplace_back(*own.children[i], field.type, own.offset);
  }
  return batch;
}

Column::Column(Column&& other) noexcept : type_(other.type_), array_(std::move(other).release()) {}

Column& Column::operator=(Column&& other) noexcept {
  std::swap(type_, other.type_);
  std::swap(array_, other.array_);
  return *this;
}

Column::~Column() {
  if (array_.release != nullptr) array_.release(&array_);
}

ArrowArray Column::release() && {
  ArrowArray array = array_;
  array_.release = nullptr;
  return array;
}

RecordBatch RecordBatch::of(int64_t rows, std::vector<Column> columns) {
  auto owned = std::make_unique<OwnedStruct>();
  owned->children.reserve(columns.size());
  RecordBatch batch;
  for (Column& column : columns) {
    const Type type = column.type();
    owned->children.push_back(std::move(column).release());
    owned->pointers.push_back(&owned->children.back());
    batch.columns_.emplace_back(owned->children.back(), type, 0);
  }
  batch.array_.length = rows;
  batch.array_.n_buffers = 1;
  batch.array_.buffers = owned->buffers;
  batch.array_.n_children = static_cast<int64_t>(owned->pointers.size());
  batch.array_.children = owned->pointers.data();
  batch.array_.release = OwnedStruct::release;
  batch.array_.private_data = owned.release();
  return batch;
}

std::vector<Column> RecordBatch::take_columns() && {
  std::vector<Column> columns;
  columns.reserve(columns_.size());
  for (size_t i = 0; i < columns_.size(); ++i) {
    ArrowArray& child = *array_.children[i];
    ArrowArray own = child;
    child.release = nullptr;
    own.offset += array_.offset;
    if (own.length != array_.length && own.null_count > 0) own.null_count = kUnknownCount;
    own.length = array_.length;
    columns.emplace_back(columns_[i].type(), own);
  }
  // The children that were moved out outlive their parent (Arrow C data interface, "Moving child arrays").
  *this = RecordBatch();
  return columns;
}

RecordBatch::RecordBatch(RecordBatch&& other) noexcept : array_(other.array_), columns_(std::move(other.columns_)) {
  other.array_.release = nullptr;
  other.array_.length = 0;
}

RecordBatch& RecordBatch::operator=(RecordBatch&& other) noexcept {
  std::swap(array_, other.array_);
  std::swap(columns_, other.columns_);
  return *this;
}

RecordBatch::~RecordBatch() {
  if (array_.release != nullptr) array_.release(&array_);
}

}  // namespace bulkload
