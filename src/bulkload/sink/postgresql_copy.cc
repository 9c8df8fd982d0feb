#include "bulkload/sink/postgresql_copy.h"

#include <bit>
#include <cstring>

#include "base/text_time.h"
#include "bulkload/sink/postgresql_values.h"

namespace bulkload::postgresql {

namespace {

using base::Status;

constexpr size_t kChunkBytes = size_t{256} << 10;
constexpr size_t kMostKeptBytes = size_t{4} << 20;  // one large value must not cost its memory for ever

// Signature, no flags, no extension.
constexpr std::string_view kHeader("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
constexpr int16_t kTrailer = -1;
constexpr int32_t kNull = -1;
constexpr size_t kMostFieldBytes = 16;  // of one that is no text, its length included
constexpr int8_t kJsonbVersion = 1;

constexpr int64_t kPostgresEpochUs = 946'684'800 * base::kMicrosPerSecond;  // 2000-01-01
// 4714-11-24 BC, the first day of the Julian calendar's count. Every later instant of 64 bits fits.
constexpr int64_t kFirstTimeUs = -210'866'803'200 * base::kMicrosPerSecond;

template <typename Number>
Number big_endian(Number value) {
  if constexpr (std::endian::native == std::endian::big || sizeof(Number) == 1) return value;
  if constexpr (sizeof(Number) == 2) return static_cast<Number>(__builtin_bswap16(static_cast<uint16_t>(value)));
  if constexpr (sizeof(Number) == 4) return static_cast<Number>(__builtin_bswap32(static_cast<uint32_t>(value)));
  if constexpr (sizeof(Number) == 8) return static_cast<Number>(__builtin_bswap64(static_cast<uint64_t>(value)));
}

// Gives the place behind the number.
template <typename Number>
char* store(Number value, char* at) {
  const Number swapped = big_endian(value);
  std::memcpy(at, &swapped, sizeof swapped);
  return at + sizeof swapped;
}

template <typename Number>
char* store_field(Number value, char* at) {
  constexpr int32_t kBytes = sizeof value;
  return store(value, store(kBytes, at));
}

}  // namespace

CopyWriter::CopyWriter(const std::vector<Column>& columns, bool numbered)
    : numbered_(numbered),
      fixed_bytes_(kHeader.size() + sizeof kTrailer + kMostFieldBytes * (columns.size() + 1)),
      buffer_(2 * kChunkBytes + fixed_bytes_) {
  for (const Column& column : columns) forms_.push_back(form_of(column));
}

CopyWriter::Form CopyWriter::form_of(const Column& column) {
  switch (column.type) {
    case Type::boolean:
      return Form::boolean;
    case Type::timestamp:
      return Form::timestamp;
    case Type::int64:
      return Form::integer;
    case Type::float64:
      return Form::real;
    case Type::string:
      return Form::text;
    case Type::json:
      break;
  }
  return column.declared == "jsonb" ? Form::jsonb : column.declared == "json" ? Form::json : Form::text;
}

Status CopyWriter::send(Connection& connection, const RecordBatch& batch, int64_t first_number, Values values) {
  const auto fields = static_cast<int16_t>(forms_.size() + (numbered_ ? 1 : 0));
  const std::vector<ColumnView>& columns = batch.columns();
  adapted_ = 0;
  char* at = buffer_.data();
  std::memcpy(at, kHeader.data(), kHeader.size());
  at += kHeader.size();
  Status status;
  for (int64_t row = 0; row < batch.rows() && status.ok(); ++row) {
    at = store(fields, with_room(0, at));
    for (size_t i = 0; i < forms_.size(); ++i) at = append(columns[i], row, forms_[i], values, at);
    if (numbered_) at = store_field(first_number + row, at);
    if (static_cast<size_t>(at - buffer_.data()) >= kChunkBytes) at = send_filled(connection, at, status);
  }
  if (!status.ok()) return status;
  send_filled(connection, store(kTrailer, at), status);
  return status;
}

inline char* CopyWriter::append(const ColumnView& cells, int64_t row, Form form, Values values, char* at) {
  if (cells.is_null(row)) return store(kNull, at);
  switch (form) {
    case Form::integer:
      return store_field(cells.int64(row), at);
    case Form::real:
      return store_field(std::bit_cast<int64_t>(cells.float64(row)), at);
    case Form::boolean:
      return store_field(static_cast<int8_t>(cells.boolean(row)), at);
    case Form::timestamp:
      return append_time(cells.int64(row), at);
    case Form::text:
    case Form::json:
    case Form::jsonb:
      break;
  }
  const std::string_view value = cells.text(row);
  // JSON that is too large or too deep is never sent as it is: whether a server takes it depends on its stack.
  const bool odd = values == Values::storable || (form != Form::text && is_beyond_json(value));
  return odd ? append_odd(value, form, at) : append_text(value, form, at);
}

char* CopyWriter::append_odd(std::string_view value, Form form, char* at) {
  const std::string stored = form == Form::text   ? storable_text(value)
                             : form == Form::json ? storable_json(value)
                                                  : storable_jsonb(value);
  if (stored != value) ++adapted_;
  return append_text(stored, form, at);
}

inline char* CopyWriter::append_text(std::string_view text, Form form, char* at) {
  const bool versioned = form == Form::jsonb;
  at = with_room(text.size(), at);
  at = store(static_cast<int32_t>(text.size() + (versioned ? sizeof kJsonbVersion : 0)), at);
  if (versioned) at = store(kJsonbVersion, at);
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

inline char* CopyWriter::append_time(int64_t us, char* at) {
  if (us >= kFirstTimeUs) return store_field(us - kPostgresEpochUs, at);
  ++adapted_;
  return store(kNull, at);
}

inline char* CopyWriter::with_room(size_t bytes, char* at) {
  const auto used = static_cast<size_t>(at - buffer_.data());
  if (buffer_.size() - used >= bytes + fixed_bytes_) [[likely]]
    return at;
  buffer_.resize(2 * (used + bytes + fixed_bytes_));
  return buffer_.data() + used;
}

char* CopyWriter::send_filled(Connection& connection, char* at, Status& status) {
  status = connection.send({buffer_.data(), static_cast<size_t>(at - buffer_.data())});
  if (buffer_.size() > kMostKeptBytes) buffer_ = std::vector<char>(2 * kChunkBytes + fixed_bytes_);
  return buffer_.data();
}

}  // namespace bulkload::postgresql
