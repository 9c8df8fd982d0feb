#include <algorithm>
#include <array>
#include <utility>

#include "bulkload/sink/row_writer.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;

enum class QuotePolicy { minimal, all, none };

QuotePolicy parse_quote_policy(std::string_view name) {
  if (name == "ALL") return QuotePolicy::all;
  return name == "NONE" ? QuotePolicy::none : QuotePolicy::minimal;
}

// Copies with every quote doubled, into room that is enough for the worst case.
void append_quoted(std::string_view text, std::string& out) {
  const size_t before = out.size();
  out.resize(before + 2 * text.size() + 2);
  char* to = out.data() + before;
  *to++ = '"';
  for (const char c : text) {
    *to++ = c;
    if (c == '"') *to++ = '"';
  }
  *to++ = '"';
  out.resize(static_cast<size_t>(to - out.data()));
}

class CsvWriter final : public RowWriter {
 public:
  CsvWriter(const SinkOptions& options, const TableSchema& schema, ColumnTimes times)
      : schema_(schema),
        times_(std::move(times)),
        delimiter_(parse_delimiter(options.get("delimiter", ","))),
        header_line_(options.get("header_line", "true") == "true"),
        null_string_(options.get("null_string")),
        newline_(options.get("newline", "LF") == "CRLF" ? "\r\n" : "\n"),
        quote_policy_(parse_quote_policy(options.get("quote_policy", "MINIMAL"))) {
    for (const char c : {delimiter_, '"', '\r', '\n'}) structural_[static_cast<uint8_t>(c)] = true;
  }

  std::string header() const override {
    std::string line;
    if (!header_line_) return line;
    for (const Field& field : schema_.fields) {
      if (!line.empty()) line += delimiter_;
      if (quote_policy_ == QuotePolicy::all || has_structure(field.name)) {
        append_quoted(field.name, line);
      } else {
        line.append(field.name);
      }
    }
    return line + newline_;
  }

  std::string start() const override { return header(); }

  Status append(const RecordBatch& batch, int64_t row, std::string& out) override {
    const std::vector<ColumnView>& columns = batch.columns();
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) out += delimiter_;
      if (columns[i].is_null(row)) {
        append_null(out);
      } else if (!append_value(columns[i], i, row, out)) {
        return Status(Code::data, "column " + schema_.fields[i].name +
                                      " has a delimiter, quote or line break in a value, which quote_policy NONE "
                                      "cannot write: use quote_policy MINIMAL");
      }
    }
    out.append(newline_);
    return {};
  }

 private:
  bool has_structure(std::string_view text) const {
    return std::any_of(text.begin(), text.end(), [this](char c) { return structural_[static_cast<uint8_t>(c)]; });
  }

  void append_null(std::string& out) const {
    // Readers skip an empty line, so that a table of one column spells its null like its empty text.
    if (null_string_.empty() && schema_.fields.size() == 1 && quote_policy_ != QuotePolicy::none) {
      out.append("\"\"");
    } else {
      out.append(null_string_);
    }
  }

  bool append_value(const ColumnView& column, size_t index, int64_t row, std::string& out) {
    switch (column.type()) {
      case Type::string:
      case Type::json:
        return append_text(column.text(row), out);
      case Type::int64:
        return append_plain([&](std::string& to) { append_number(column.int64(row), to); }, out);
      case Type::float64:
        return append_plain([&](std::string& to) { append_number(column.float64(row), to); }, out);
      case Type::boolean:
        return append_plain([&](std::string& to) { to.append(column.boolean(row) ? "true" : "false"); }, out);
      case Type::timestamp:
        time_.clear();
        times_[index].append(column.int64(row), time_);
        return append_text(time_, out);
    }
    return false;
  }

  // False when the text needs quotes and may not have them. A text that looks like null is told apart by quotes.
  bool append_text(std::string_view text, std::string& out) const {
    const bool structure = has_structure(text);
    if (quote_policy_ == QuotePolicy::none && structure) return false;
    if (quote_policy_ != QuotePolicy::none &&
        (structure || quote_policy_ == QuotePolicy::all || text.empty() || text == null_string_)) {
      append_quoted(text, out);
    } else {
      out.append(text);
    }
    return true;
  }

  // Numbers and booleans have no character that could be a delimiter; one that looks like null is told apart.
  template <typename Append>
  bool append_plain(Append append_to, std::string& out) const {
    const size_t before = out.size();
    append_to(out);
    if (quote_policy_ == QuotePolicy::all ||
        (quote_policy_ == QuotePolicy::minimal && std::string_view(out).substr(before) == null_string_)) {
      out.insert(before, 1, '"');
      out += '"';
    }
    return true;
  }

  const TableSchema schema_;
  const ColumnTimes times_;
  const char delimiter_;
  const bool header_line_;
  const std::string null_string_;
  const std::string newline_;
  const QuotePolicy quote_policy_;
  std::array<bool, 256> structural_{};
  std::string time_;
};

}  // namespace

char parse_delimiter(std::string_view setting) {
  if (setting == "\\t") return '\t';
  // What stands in numbers, times and booleans cannot stand between them.
  static constexpr std::string_view kAllowed = ",;|\t !#$%&'()*/<=>?@[]^_`{}~";
  return setting.size() == 1 && kAllowed.find(setting[0]) != std::string_view::npos ? setting[0] : '\0';
}

std::unique_ptr<RowWriter> make_csv_writer(const SinkOptions& options, const TableSchema& schema, ColumnTimes times) {
  return std::make_unique<CsvWriter>(options, schema, std::move(times));
}

}  // namespace bulkload
