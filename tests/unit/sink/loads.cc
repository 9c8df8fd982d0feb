#include "loads.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "arrow_builder.h"
#include "bulkload/sink/compression.h"

namespace bulkload::testing {

namespace {

using base::Status;

std::string note(int row) { return "say \"" + std::to_string(row) + "\",\nthen go"; }

Status write_and_commit(Sink& sink, const Load& load, int next_batch) {
  for (int batch = next_batch; batch < load.batches; ++batch) {
    const int first = load.first_row + batch * load.rows_per_batch;
    if (Status status = sink.write(load_batch(first, load.rows_per_batch)); !status.ok()) return status;
    if (Status status = sink.save(std::to_string(batch + 1)); !status.ok()) return status;
  }
  return sink.commit(std::to_string(load.batches)).status();
}

}  // namespace

SinkOptions sink_options(const std::string& type, const std::string& path, Mode mode,
                         std::map<std::string, std::string> settings) {
  SinkOptions options;
  options.type = type;
  options.mode = mode;
  options.settings = std::move(settings);
  options.settings["path"] = path;
  if (type != "file" && type != "stdout") options.table = "t";
  return options;
}

const std::vector<Field>& load_fields() {
  static const std::vector<Field> fields = {{"id", Type::string}, {"n", Type::int64}, {"note", Type::string}};
  return fields;
}

RecordBatch load_batch(int first_row, int count) {
  Rows rows;
  for (int row = first_row; row < first_row + count; ++row) {
    rows.push_back({"r" + std::to_string(row), int64_t{row}, note(row)});
  }
  return record_batch(load_fields(), rows);
}

std::string csv_lines(int first_row, int count) {
  std::string lines;
  for (int row = first_row; row < first_row + count; ++row) {
    const std::string number = std::to_string(row);
    lines += "r" + number + "," + number + ",\"say \"\"" + number + "\"\",\nthen go\"\n";
  }
  return lines;
}

Status run_load(const Load& load) {
  auto sink = make_sink(load.options);
  if (!sink.ok()) return sink.status();
  const bool done = !load.done_path.empty() && std::filesystem::exists(load.done_path);
  auto saved = (*sink)->open(table_schema(load_fields()));
  if (!saved.ok()) return saved.status();
  const bool committed = saved->has_value() && (*saved)->committed;
  if (done && !committed) return (*sink)->abandon();  // forget() was all but done
  if (!committed) {
    const int next_batch = saved->has_value() ? std::stoi((*saved)->text) : 0;
    if (Status status = write_and_commit(**sink, load, next_batch); !status.ok()) return status;
  }
  if (!load.done_path.empty()) std::ofstream made(load.done_path);
  return (*sink)->forget();
}

std::unique_ptr<Sink> opened_sink(const SinkOptions& options, std::optional<SavedState>* saved,
                                  const std::vector<Field>& fields) {
  auto sink = make_sink(options);
  if (!sink.ok()) throw std::runtime_error(sink.status().message());
  auto found = (*sink)->open(table_schema(fields));
  if (!found.ok()) throw std::runtime_error(found.status().message());
  if (saved != nullptr) *saved = *found;
  return std::move(*sink);
}

Status open_status(const SinkOptions& options, const std::vector<Field>& fields) {
  auto sink = make_sink(options);
  return sink.ok() ? (*sink)->open(table_schema(fields)).status() : sink.status();
}

std::string file_text(const SinkOptions& options) {
  constexpr size_t kEnough = size_t{16} << 20;
  const auto text =
      read_text_start(options.get("path"), parse_compression(options.get("compression", "none")), kEnough);
  return text.ok() ? *text : text.status().message();
}

void split(SinkOptions& options) {
  options.settings["path_prefix"] = options.settings.extract("path").mapped();
  options.settings["sequence_format"] = "%03d.";
  options.settings["max_file_bytes"] = "10";
}

std::string split_text(const SinkOptions& options) {
  const std::filesystem::path prefix = options.get("path_prefix");
  std::set<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(prefix.parent_path())) {
    const std::string name = entry.path().filename();
    if (name.starts_with(prefix.filename().string())) paths.insert(entry.path());
  }
  std::string text;
  for (const std::string& path : paths) {
    SinkOptions one = options;
    one.settings["path"] = path;
    text += file_text(one) + "--\n";
  }
  return text;
}

std::string query(const std::string& database_path, const std::string& sql) {
  sqlite3* connection = nullptr;
  std::string text;
  const auto append_row = [](void* to, int columns, char** values, char**) {
    auto& out = *static_cast<std::string*>(to);
    if (!out.empty()) out += '\n';
    for (int i = 0; i < columns; ++i) out.append(i > 0 ? "|" : "").append(values[i] == nullptr ? "NULL" : values[i]);
    return 0;
  };
  sqlite3_open_v2(database_path.c_str(), &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  if (sqlite3_exec(connection, sql.c_str(), append_row, &text, nullptr) != SQLITE_OK) text = sqlite3_errmsg(connection);
  sqlite3_close(connection);
  return text;
}

}  // namespace bulkload::testing
