#include "bulkload/sink/row_writer.h"

#include <array>
#include <charconv>
#include <utility>

#include "bulkload/sink/row_options.h"

namespace bulkload {

namespace {

template <typename T>
void append_shortest(T value, std::string& out) {
  std::array<char, 32> text;
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
  out.append(text.data(), result.ptr);
}

}  // namespace

base::Result<std::unique_ptr<RowWriter>> make_row_writer(const SinkOptions& options, const TableSchema& schema) {
  auto times = column_times(options, schema);
  if (!times.ok()) return times.status();
  return options.get("format", "csv") == "jsonl" ? make_json_writer(schema, std::move(*times))
                                                 : make_csv_writer(options, schema, std::move(*times));
}

void append_number(int64_t value, std::string& out) { append_shortest(value, out); }

void append_number(double value, std::string& out) { append_shortest(value, out); }

}  // namespace bulkload
