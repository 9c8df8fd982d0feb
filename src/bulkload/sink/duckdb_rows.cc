#include "bulkload/sink/duckdb_rows.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace bulkload::duckdb {

namespace {

using base::Code;
using base::Status;

constexpr const char* kFunctionName = "_bulkload_rows";

constexpr std::array<TypeId, 6> kTypeIds = {TypeId::text,    TypeId::bigint,       TypeId::real,
                                            TypeId::boolean, TypeId::timestamp_tz, TypeId::text};

// Callbacks begin without any context; a process has one library, loaded by then.
const Api& the_api() { return **load_api(); }

TextValue text_value(std::string_view text) {
  TextValue value{static_cast<uint32_t>(text.size()), {}};
  if (text.size() <= kInlineTextBytes) {
    std::memcpy(value.bytes, text.data(), text.size());
    return value;
  }
  const char* bytes = text.data();
  std::memcpy(value.bytes, bytes, kTextPrefixBytes);
  std::memcpy(value.bytes + kTextPrefixBytes, &bytes, sizeof bytes);
  return value;
}

/// Writes the values that are not null, converted, into a vector's array.
template <typename Value, typename Read>
void copy_values(void* data, const ColumnView& column, int64_t first, int64_t rows, Read read) {
  auto* values = static_cast<Value*>(data);
  for (int64_t row = 0; row < rows; ++row) {
    if (!column.is_null(first + row)) values[row] = read(first + row);
  }
}

}  // namespace

Rows::Rows(const Api& api, const TableSchema& schema)
    : api_(api), fields_(schema.fields), columns_(columns_of(schema)) {}

base::Result<std::unique_ptr<Rows>> Rows::attach(Database& database, const TableSchema& schema) {
  const Api& api = database.api();
  std::unique_ptr<Rows> rows(new Rows(api, schema));
  FunctionObject* function = api.create_table_function();
  api.table_function_set_name(function, kFunctionName);
  api.table_function_set_extra_info(function, rows.get(), nullptr);
  api.table_function_set_bind(function, bind);
  api.table_function_set_init(function, [](InitInfo*) {});
  api.table_function_set_function(function, call);
  const State state = api.register_table_function(database.connection(), function);
  api.destroy_table_function(&function);
  if (state != kSuccess) return Status(Code::internal, "DuckDB does not take a table function: report it");
  return rows;
}

void Rows::offer(std::vector<Slice> slices) {
  slices_ = std::move(slices);
  next_ = 0;
}

void Rows::bind(BindInfo* info) {
  const auto* self = static_cast<const Rows*>(the_api().bind_get_extra_info(info));
  for (size_t i = 0; i < self->fields_.size(); ++i) {
    TypeObject* type = self->api_.create_logical_type(kTypeIds.at(static_cast<size_t>(self->fields_[i].type)));
    // DuckDB's JSON is text of that name. Given as such it is not parsed again.
    if (self->fields_[i].type == Type::json) self->api_.logical_type_set_alias(type, "JSON");
    self->api_.bind_add_result_column(info, self->columns_[i].name.c_str(), type);
    self->api_.destroy_logical_type(&type);
  }
}

void Rows::call(CallInfo* info, ChunkObject* chunk) {
  static_cast<Rows*>(the_api().function_get_extra_info(info))->fill(chunk);
}

void Rows::fill(ChunkObject* chunk) {
  while (next_ < slices_.size() && slices_[next_].rows == 0) ++next_;
  if (next_ == slices_.size()) return api_.data_chunk_set_size(chunk, 0);
  Slice& slice = slices_[next_];
  const int64_t rows = std::min(slice.rows, static_cast<int64_t>(api_.vector_size()));
  for (size_t i = 0; i < fields_.size(); ++i) {
    fill_column(api_.data_chunk_get_vector(chunk, i), slice.batch->columns()[i], slice.first, rows);
  }
  api_.data_chunk_set_size(chunk, static_cast<Index>(rows));
  slice.first += rows;
  slice.rows -= rows;
}

void Rows::fill_column(VectorObject* vector, const ColumnView& column, int64_t first, int64_t rows) const {
  uint64_t* validity = nullptr;
  for (int64_t row = 0; row < rows; ++row) {
    if (!column.is_null(first + row)) continue;
    if (validity == nullptr) {
      api_.vector_ensure_validity_writable(vector);
      validity = api_.vector_get_validity(vector);
    }
    validity[row / 64] &= ~(uint64_t{1} << (row % 64));
  }
  void* data = api_.vector_get_data(vector);
  switch (column.type()) {
    case Type::string:
    case Type::json:
      return copy_values<TextValue>(data, column, first, rows,
                                    [&](int64_t row) { return text_value(column.text(row)); });
    case Type::int64:
    case Type::timestamp:
      return copy_values<int64_t>(data, column, first, rows, [&](int64_t row) { return column.int64(row); });
    case Type::float64:
      return copy_values<double>(data, column, first, rows, [&](int64_t row) { return column.float64(row); });
    case Type::boolean:
      return copy_values<bool>(data, column, first, rows, [&](int64_t row) { return column.boolean(row); });
  }
}

}  // namespace bulkload::duckdb
