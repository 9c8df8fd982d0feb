#include <cmath>
#include <utility>

#include "bulkload/sink/json_text.h"
#include "bulkload/sink/row_writer.h"

namespace bulkload {

namespace {

// Line breaks between the tokens of a JSON text are white space, and in its strings there are none.
void append_on_one_line(std::string_view json, std::string& out) {
  const size_t before = out.size();
  out.append(json);
  if (json.find('\n') == std::string_view::npos && json.find('\r') == std::string_view::npos) return;
  for (size_t i = before; i < out.size(); ++i) {
    if (out[i] == '\n' || out[i] == '\r') out[i] = ' ';
  }
}

class JsonWriter final : public RowWriter {
 public:
  JsonWriter(const TableSchema& schema, ColumnTimes times) : times_(std::move(times)) {
    for (const Field& field : schema.fields) {
      std::string key = keys_.empty() ? "{" : ",";
      append_json_string(field.name, key);
      keys_.push_back(key + ":");
    }
  }

  std::string header() const override { return {}; }
  std::string start() const override { return "{"; }

  base::Status append(const RecordBatch& batch, int64_t row, std::string& out) override {
    for (size_t i = 0; i < keys_.size(); ++i) {
      const ColumnView& column = batch.columns()[i];
      out.append(keys_[i]);
      if (column.is_null(row)) {
        out.append("null");
      } else {
        append_value(column, i, row, out);
      }
    }
    out.append("}\n");
    return {};
  }

 private:
  void append_value(const ColumnView& column, size_t index, int64_t row, std::string& out) {
    switch (column.type()) {
      case Type::string:
        append_json_string(column.text(row), out);
        break;
      case Type::json:
        // A column's claim to be JSON is checked, since one wrong value would make the line unreadable.
        if (is_json(column.text(row))) {
          append_on_one_line(column.text(row), out);
        } else {
          append_json_string(column.text(row), out);
        }
        break;
      case Type::int64:
        append_number(column.int64(row), out);
        break;
      case Type::float64:
        if (std::isfinite(column.float64(row))) {
          append_number(column.float64(row), out);
        } else {
          out.append("null");
        }
        break;
      case Type::boolean:
        out.append(column.boolean(row) ? "true" : "false");
        break;
      case Type::timestamp:
        time_.clear();
        times_[index].append(column.int64(row), time_);
        append_json_string(time_, out);
        break;
    }
  }

  const ColumnTimes times_;
  std::string time_;
  std::vector<std::string> keys_;  // with what stands before and after them
};

}  // namespace

std::unique_ptr<RowWriter> make_json_writer(const TableSchema& schema, ColumnTimes times) {
  return std::make_unique<JsonWriter>(schema, std::move(times));
}

}  // namespace bulkload
