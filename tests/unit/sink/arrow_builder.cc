#include "arrow_builder.h"

#include <cstring>
#include <memory>
#include <stdexcept>

namespace bulkload::testing {

namespace {

int live = 0;

std::string metadata_bytes(const Texts& pairs) {
  std::string bytes;
  const auto number = [&](size_t value) {
    const auto count = static_cast<int32_t>(value);
    bytes.append(reinterpret_cast<const char*>(&count), sizeof count);
  };
  number(pairs.size());
  for (const auto& [key, value] : pairs) {
    number(key.size());
    bytes += key;
    number(value.size());
    bytes += value;
  }
  return bytes;
}

struct SchemaData {
  std::string format, name, metadata;
  std::vector<std::unique_ptr<ArrowSchema>> children;
  std::vector<ArrowSchema*> pointers;
};

void release_schema(ArrowSchema* schema) {
  auto* data = static_cast<SchemaData*>(schema->private_data);
  for (ArrowSchema* child : data->pointers) {
    if (child->release != nullptr) child->release(child);
  }
  schema->release = nullptr;
  delete data;
}

ArrowSchema make_schema(std::unique_ptr<SchemaData> data) {
  for (const auto& child : data->children) data->pointers.push_back(child.get());
  ArrowSchema schema{};
  schema.format = data->format.c_str();
  schema.name = data->name.c_str();
  schema.metadata = data->metadata.empty() ? nullptr : data->metadata.data();
  schema.flags = ARROW_FLAG_NULLABLE;
  schema.n_children = static_cast<int64_t>(data->pointers.size());
  schema.children = data->pointers.data();
  schema.release = release_schema;
  schema.private_data = data.release();
  return schema;
}

const char* format_of(Type type) {
  static constexpr const char* kFormats[] = {"u", "l", "g", "b", "tsu:UTC", "u"};
  return kFormats[static_cast<size_t>(type)];
}

struct ArrayData {
  std::vector<std::string> buffers;
  std::vector<const void*> addresses;
  std::vector<std::unique_ptr<ArrowArray>> children;
  std::vector<ArrowArray*> pointers;
};

void release_array(ArrowArray* array) {
  auto* data = static_cast<ArrayData*>(array->private_data);
  for (ArrowArray* child : data->pointers) {
    if (child->release != nullptr) child->release(child);
  }
  array->release = nullptr;
  delete data;
  --live;
}

ArrowArray make_array(std::unique_ptr<ArrayData> data, int64_t length, int64_t nulls, int64_t offset) {
  for (const std::string& buffer : data->buffers) data->addresses.push_back(buffer.data());
  if (nulls == 0) data->addresses[0] = nullptr;
  for (const auto& child : data->children) data->pointers.push_back(child.get());
  ArrowArray array{};
  array.length = length;
  array.null_count = nulls;
  array.offset = offset;
  array.n_buffers = static_cast<int64_t>(data->addresses.size());
  array.buffers = data->addresses.data();
  array.n_children = static_cast<int64_t>(data->pointers.size());
  array.children = data->pointers.data();
  array.release = release_array;
  array.private_data = data.release();
  ++live;
  return array;
}

void set_bit(std::string& bits, size_t index, bool value) {
  if (bits.size() <= index / 8) bits.resize(index / 8 + 1);
  if (value) bits[index / 8] = static_cast<char>(bits[index / 8] | (1 << (index % 8)));
}

template <typename T>
void append_bytes(std::string& buffer, T value) {
  buffer.append(reinterpret_cast<const char*>(&value), sizeof value);
}

Cell filler(Type type) {
  if (type == Type::string || type == Type::json) return std::string("skipped");
  if (type == Type::float64) return -1.5;
  if (type == Type::boolean) return true;
  return int64_t{-1};
}

ArrowArray make_column(Type type, const std::vector<Cell>& cells, int64_t offset) {
  std::string validity, values, text;
  const bool is_text = type == Type::string || type == Type::json;
  if (is_text) append_bytes<int32_t>(values, 0);
  int64_t nulls = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    const bool null = std::holds_alternative<std::monostate>(cells[i]);
    nulls += null && i >= static_cast<size_t>(offset) ? 1 : 0;
    set_bit(validity, i, !null);
    if (is_text) {
      if (!null) text += std::get<std::string>(cells[i]);
      append_bytes(values, static_cast<int32_t>(text.size()));
    } else if (type == Type::boolean) {
      set_bit(values, i, !null && std::get<bool>(cells[i]));
    } else if (type == Type::float64) {
      append_bytes(values, null ? 0.0 : std::get<double>(cells[i]));
    } else {
      append_bytes(values, null ? int64_t{0} : std::get<int64_t>(cells[i]));
    }
  }
  auto data = std::make_unique<ArrayData>();
  data->buffers = {validity, values};
  if (is_text) data->buffers.push_back(text);
  return make_array(std::move(data), static_cast<int64_t>(cells.size()) - offset, nulls, offset);
}

}  // namespace

ArrowSchema arrow_schema(const std::vector<Field>& fields, const Texts& metadata) {
  auto table = std::make_unique<SchemaData>();
  table->format = "+s";
  if (!metadata.empty()) table->metadata = metadata_bytes(metadata);
  for (const Field& field : fields) {
    auto column = std::make_unique<SchemaData>();
    column->format = format_of(field.type);
    column->name = field.name;
    if (field.type == Type::json) column->metadata = metadata_bytes({{"ARROW:extension:name", "arrow.json"}});
    table->children.push_back(std::make_unique<ArrowSchema>(make_schema(std::move(column))));
  }
  return make_schema(std::move(table));
}

ArrowArray arrow_array(const std::vector<Field>& fields, const Rows& rows, int64_t parent_offset,
                       int64_t child_offset) {
  auto table = std::make_unique<ArrayData>();
  table->buffers = {""};
  for (size_t i = 0; i < fields.size(); ++i) {
    std::vector<Cell> cells(static_cast<size_t>(parent_offset + child_offset), filler(fields[i].type));
    for (const Row& row : rows) cells.push_back(row.at(i));
    table->children.push_back(std::make_unique<ArrowArray>(make_column(fields[i].type, cells, child_offset)));
  }
  return make_array(std::move(table), static_cast<int64_t>(rows.size()), 0, parent_offset);
}

TableSchema table_schema(const std::vector<Field>& fields, const Texts& metadata) {
  ArrowSchema schema = arrow_schema(fields, metadata);
  auto table = read_schema(schema);
  schema.release(&schema);
  if (!table.ok()) throw std::runtime_error(table.status().message());
  return std::move(*table);
}

RecordBatch record_batch(const std::vector<Field>& fields, const Rows& rows) {
  ArrowArray array = arrow_array(fields, rows);
  auto batch = RecordBatch::take(&array, table_schema(fields));
  if (!batch.ok()) throw std::runtime_error(batch.status().message());
  return std::move(*batch);
}

int live_arrays() { return live; }

}  // namespace bulkload::testing
