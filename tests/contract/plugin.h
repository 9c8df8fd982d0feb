// The contract as a host sees it: a library opened by its path, and owners of what it gives out. A call that fails
// throws Failure; `code_of` turns that into a code to be compared.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "bulk_input/bulk_input.h"
#include "contract/arrow_rows.h"

namespace contract {

/// Ready to be passed to a call; the members hold what no call gives.
struct Error : bulk_input_error {
  Error() : bulk_input_error{sizeof(bulk_input_error), -1, -1, -1, 0, "never filled"} {}
};

class Failure : public std::runtime_error {
 public:
  explicit Failure(const bulk_input_error& error) : std::runtime_error(error.message), error_(error) {}
  const bulk_input_error& error() const { return error_; }
  int32_t code() const { return error_.code; }

 private:
  bulk_input_error error_;
};

/// A plugin's library. Throws std::runtime_error when it cannot be opened.
class Library {
 public:
  explicit Library(const std::string& path);
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  const bulk_input_plugin& table() const { return *table_; }

 private:
  void* handle_;
  const bulk_input_plugin* table_;
};

/// Owner of one batch.
class Batch {
 public:
  Batch(ArrowArray array, const Columns& columns) : array_(array), columns_(&columns) {}
  Batch(Batch&& other) noexcept;
  Batch& operator=(Batch&&) = delete;
  ~Batch() { release(); }

  ArrowArray& array() { return array_; }
  Rows rows() const { return read_batch(array_, *columns_); }
  void release();

 private:
  ArrowArray array_;
  const Columns* columns_;
};

/// Owner of a reader and its stream.
class Reader {
 public:
  Reader(const bulk_input_plugin& plugin, bulk_input_reader* reader, const ArrowArrayStream& stream);
  Reader(Reader&& other) noexcept;
  Reader& operator=(Reader&&) = delete;
  ~Reader();

  bulk_input_reader* handle() { return reader_; }
  ArrowArrayStream& stream() { return stream_; }
  const Columns& columns();

  /// The next batch; nothing at the end.
  std::optional<Batch> next();
  /// The rows of all batches left.
  Rows rest();
  std::string checkpoint();

  void close();  // the reader's handle
  void release_stream();

 private:
  const bulk_input_plugin* plugin_;
  bulk_input_reader* reader_;
  ArrowArrayStream stream_;
  Columns columns_;
};

/// Owner of an input.
class Input {
 public:
  Input(const bulk_input_plugin& plugin, const std::string& config, const bulk_input_host* host = nullptr);
  Input(Input&& other) noexcept;
  Input& operator=(Input&&) = delete;
  ~Input() { close(); }

  bulk_input_input* handle() { return input_; }
  Columns schema();
  std::vector<std::string> plan(size_t max_tasks = 1);
  Reader run(const std::string& task);
  Reader preview(int64_t max_rows);
  std::string next_config(const std::vector<std::string>& reports);
  bulk_input_progress progress();
  void cancel();
  void close();

 private:
  const bulk_input_plugin* plugin_;
  bulk_input_input* input_ = nullptr;
};

/// Everything that a plan of `max_tasks` tasks gives, sorted, and the tasks' reports.
struct Load {
  Rows rows;
  std::vector<std::string> reports;
};
Load load(Input& input, size_t max_tasks = 1);

void append(Rows& rows, Rows more);

/// The rows in an order that does not depend on how they were read.
Rows sorted(Rows rows);

/// The code of the Failure that `call` throws, or BULK_INPUT_OK.
template <typename Call>
int32_t code_of(Call&& call) {
  try {
    call();
    return BULK_INPUT_OK;
  } catch (const Failure& failure) {
    return failure.code();
  }
}

}  // namespace contract
