// Record batches as the bytes of a binary COPY, straight from the columns.
// https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "bulkload/record_batch.h"
#include "bulkload/sink/postgresql_connection.h"
#include "bulkload/sink/postgresql_table.h"

namespace bulkload::postgresql {

/// Values as they are: the server refuses the batch when it has no room for one of them. Or each as storable_text() and
/// its like give it, which costs time.
enum class Values { as_they_are, storable };

class CopyWriter {
 public:
  CopyWriter() = default;

  /// `numbered`: each row has its number behind it (kRowNumber).
  CopyWriter(const std::vector<Column>& columns, bool numbered);

  /// Sends a batch, all of a COPY's data, in pieces of about 256 KiB.
  base::Status send(Connection& connection, const RecordBatch& batch, int64_t first_number, Values values);

  /// Values of the last batch that were not stored as they came.
  int64_t adapted() const { return adapted_; }

 private:
  enum class Form : uint8_t { integer, real, boolean, timestamp, text, json, jsonb };

  static Form form_of(const Column& column);

  // Each appends a field at a place in the buffer, which has room for those of a fixed size, and gives the place
  // behind.
  char* append(const ColumnView& cells, int64_t row, Form form, Values values, char* at);
  char* append_odd(std::string_view value, Form form, char* at);
  char* append_text(std::string_view text, Form form, char* at);
  char* append_time(int64_t us, char* at);

  // Makes room for so many bytes, and for a row of nulls and numbers besides.
  char* with_room(size_t bytes, char* at);
  char* send_filled(Connection& connection, char* at, base::Status& status);

  std::vector<Form> forms_;
  bool numbered_ = false;
  size_t fixed_bytes_ = 0;  // a row's, without its texts
  int64_t adapted_ = 0;
  std::vector<char> buffer_;
};

}  // namespace bulkload::postgresql
