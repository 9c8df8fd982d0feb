#include "bulkload/sink/parquet_encoder.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "bulkload/sink/durable_file.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;

constexpr const char* kMemoryFileName = "bulkload-parquet";

}  // namespace

base::Result<std::unique_ptr<ParquetEncoder>> ParquetEncoder::open(const TableSchema& schema,
                                                                   const std::string& compression) {
  std::unique_ptr<ParquetEncoder> encoder(new ParquetEncoder());
  encoder->compression_ = compression == "none" ? "uncompressed" : compression;
  // One thread keeps the order. Without a folder for temporary files nothing is left behind.
  auto database = duckdb::Database::open("", {{"threads", "1"}, {"temp_directory", ""}});
  if (!database.ok()) return database.status();
  encoder->database_ = std::move(*database);
  // Not Parquet's JSON type: DuckDB refuses a whole file when one such value is what its parser takes offence at, half
  // of a surrogate pair for one.
  TableSchema plain = schema;
  for (Field& field : plain.fields) {
    if (field.type == Type::json) field.type = Type::string;
  }
  auto rows = duckdb::Rows::attach(encoder->database_, plain);
  if (!rows.ok()) return rows.status();
  encoder->rows_ = std::move(*rows);
  encoder->memory_file_ = memfd_create(kMemoryFileName, MFD_CLOEXEC);
  if (encoder->memory_file_ < 0) return io_error("make", "a file in memory", errno);
  return encoder;
}

ParquetEncoder::~ParquetEncoder() {
  database_.close();
  if (memory_file_ >= 0) ::close(memory_file_);
}

std::string ParquetEncoder::memory_path() const { return "/proc/self/fd/" + std::to_string(memory_file_); }

Status ParquetEncoder::write(const std::string& first_file, std::vector<duckdb::Slice> slices) {
  std::string query = duckdb::kRowsQuery;
  if (!first_file.empty()) {
    query = "SELECT * FROM read_parquet(" + duckdb::sql_text(first_file) + ") UNION ALL " + query;
  }
  rows_->offer(std::move(slices));
  // A row group ends with the chunk that reaches its size: it must be larger than all that comes.
  return database_.run("COPY (" + query + ") TO " + duckdb::sql_text(memory_path()) + " (FORMAT parquet, COMPRESSION " +
                       compression_ + ", ROW_GROUP_SIZE 1000000000, USE_TMP_FILE false)");
}

base::Result<std::string> ParquetEncoder::encode(const std::string& first_file, std::vector<duckdb::Slice> slices) {
  if (Status status = write(first_file, std::move(slices)); !status.ok()) return status;
  const off_t size = lseek(memory_file_, 0, SEEK_END);
  if (size < 0) return io_error("read", "a file in memory", errno);
  std::string bytes(static_cast<size_t>(size), '\0');
  for (size_t filled = 0; filled < bytes.size();) {
    const ssize_t count = pread(memory_file_, bytes.data() + filled, bytes.size() - filled, static_cast<off_t>(filled));
    if (count <= 0) return io_error("read", "a file in memory", count == 0 ? EIO : errno);
    filled += static_cast<size_t>(count);
  }
  if (ftruncate(memory_file_, 0) != 0) return io_error("empty", "a file in memory", errno);
  return bytes;
}

// What decides how values stand in the file. The root's name is each writer's own, and INT_64 is what INT64 is anyway.
base::Result<std::vector<duckdb::TextRow>> ParquetEncoder::columns(const std::string& path) {
  return database_.rows(
      "SELECT CASE WHEN num_children IS NULL THEN name END, type, repetition_type, nullif(converted_type, 'INT_64'), "
      "num_children FROM parquet_schema(" +
      duckdb::sql_text(path) + ")");
}

base::Result<bool> ParquetEncoder::has_same_columns(const std::string& path) {
  const auto there = columns(path);
  if (!there.ok()) {
    return Status(Code::config,
                  path + " is no Parquet file: use mode replace or another path (" + there.status().message() + ")");
  }
  if (Status status = write({}, {}); !status.ok()) return status;
  const auto own = columns(memory_path());
  if (!own.ok()) return own.status();
  return *own == *there;
}

}  // namespace bulkload
