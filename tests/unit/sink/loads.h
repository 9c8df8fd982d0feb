// Whole loads through a sink, as the host does them, and what came of them.
#pragma once

#include <string>
#include <vector>

#include "bulkload/record_batch.h"
#include "bulkload/sink/sink.h"

namespace bulkload::testing {

SinkOptions sink_options(const std::string& type, const std::string& path, Mode mode,
                         std::map<std::string, std::string> settings = {});

/// Columns id, n and note; row number `n` is ("r<n>", n, a text with quote, comma, newline and the number).
const std::vector<Field>& load_fields();
RecordBatch load_batch(int first_row, int count);
/// Lines of the CSV file that has those rows.
std::string csv_lines(int first_row, int count);
inline const std::string kCsvHeader = "id,n,note\n";

/// Rows first_row … first_row + batches × rows_per_batch − 1, a save after each batch.
struct Load {
  SinkOptions options;
  int first_row = 0;
  int batches = 3;
  int rows_per_batch = 2;
  std::string done_path = {};  // made before forget(), as the host makes its next-config; empty: none
};

/// Begins or goes on with the load, as the sink's state says, up to the end.
base::Status run_load(const Load& load);

/// A sink that was opened, and its state. Failures are test failures.
std::unique_ptr<Sink> opened_sink(const SinkOptions& options, std::optional<SavedState>* saved = nullptr,
                                  const std::vector<Field>& fields = load_fields());

/// What open() says.
base::Status open_status(const SinkOptions& options, const std::vector<Field>& fields = load_fields());

/// Whole text of a CSV or JSON Lines file.
std::string file_text(const SinkOptions& options);

/// Turns the options of a file into those of files of one row each, whose names begin with the path.
void split(SinkOptions& options);

/// The text of all files that such a load has made, in the order of their numbers, with `--` between them.
std::string split_text(const SinkOptions& options);

/// A query's rows, values joined with `|` and rows with newlines. The error's text when it fails.
std::string query(const std::string& database_path, const std::string& sql);

}  // namespace bulkload::testing
