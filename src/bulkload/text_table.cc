#include "bulkload/text_table.h"

#include <algorithm>
#include <array>
#include <utility>

#include "bulkload/sink/json_text.h"
#include "bulkload/text_format.h"

namespace bulkload {

namespace {

using Cell = std::optional<std::string>;
using Row = std::vector<Cell>;
using Escape = std::string (*)(const Cell&);

constexpr std::array<std::pair<std::string_view, TableFormat>, 5> kFormats = {{{"table", TableFormat::table},
                                                                               {"csv", TableFormat::csv},
                                                                               {"tsv", TableFormat::tsv},
                                                                               {"json", TableFormat::json},
                                                                               {"markdown", TableFormat::markdown}}};

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string table_cell(const Cell& cell) { return cell ? escape_controls(*cell) : std::string(); }

std::string csv_cell(const Cell& cell) {
  if (!cell) return {};
  if (!cell->empty() && cell->find_first_of(",\"\r\n") == std::string::npos) return *cell;
  return '"' + replace_all(*cell, "\"", "\"\"") + '"';
}

std::string tsv_cell(const Cell& cell) {
  std::string text = replace_all(cell.value_or(""), "\\", "\\\\");
  text = replace_all(std::move(text), "\t", "\\t");
  text = replace_all(std::move(text), "\n", "\\n");
  return replace_all(std::move(text), "\r", "\\r");
}

std::string markdown_cell(const Cell& cell) { return replace_all(table_cell(cell), "|", "\\|"); }

std::string quote(const std::string& text) {
  std::string quoted;
  append_json_string(text, quoted);
  return quoted;
}

std::string json_cell(const Cell& cell, Type type) {
  if (!cell) return "null";
  const bool raw = type == Type::int64 || type == Type::float64 || type == Type::boolean || type == Type::json;
  // NaN and the infinities are no JSON, and neither need a json column's text be.
  return raw && is_json(*cell) ? *cell : quote(*cell);
}

Row header(const TextTable& table, std::string TableColumn::*text) {
  Row row;
  for (const TableColumn& column : table.columns) row.emplace_back(column.*text);
  return row;
}

std::string join(const Row& row, std::string_view separator, Escape escape) {
  std::string line;
  for (size_t i = 0; i < row.size(); ++i) {
    if (i > 0) line += separator;
    line += escape(row[i]);
  }
  return line;
}

std::string render_lines(const TextTable& table, std::string_view separator, Escape escape) {
  std::string text = join(header(table, &TableColumn::name), separator, escape) + "\n";
  for (const Row& row : table.rows) text += join(row, separator, escape) + "\n";
  return text;
}

std::string render_markdown(const TextTable& table) {
  const auto line = [](const Row& row) { return "| " + join(row, " | ", markdown_cell) + " |\n"; };
  std::string text = line(header(table, &TableColumn::title));
  for (size_t i = 0; i < table.columns.size(); ++i) text += "|---";
  text += "|\n";
  for (const Row& row : table.rows) text += line(row);
  return text;
}

std::string render_json(const TextTable& table) {
  std::string text = "[";
  for (const Row& row : table.rows) {
    text += text.size() > 1 ? ",\n{" : "\n{";
    for (size_t i = 0; i < row.size(); ++i) {
      text += (i > 0 ? "," : "") + quote(table.columns[i].name) + ":" + json_cell(row[i], table.columns[i].type);
    }
    text += "}";
  }
  return text + (table.rows.empty() ? "]\n" : "\n]\n");
}

std::string render_table(const TextTable& table) {
  std::vector<std::vector<std::string>> lines(1 + table.rows.size());
  std::vector<size_t> widths(table.columns.size(), 0);
  for (size_t i = 0; i < lines.size(); ++i) {
    const Row row = i == 0 ? header(table, &TableColumn::title) : table.rows[i - 1];
    for (size_t column = 0; column < row.size(); ++column) {
      lines[i].push_back(table_cell(row[column]));
      widths[column] = std::max(widths[column], display_width(lines[i].back()));
    }
  }
  std::string border = "+";
  for (const size_t width : widths) border += std::string(width + 2, '-') + "+";
  border += "\n";
  std::string text = border;
  for (size_t i = 0; i < lines.size(); ++i) {
    text += "|";
    for (size_t column = 0; column < lines[i].size(); ++column) {
      const std::string& cell = lines[i][column];
      text += " " + cell + std::string(widths[column] - display_width(cell), ' ') + " |";
    }
    text += "\n";
    if (i == 0) text += border;
  }
  return table.rows.empty() ? text : text + border;
}

}  // namespace

std::optional<TableFormat> table_format(std::string_view name) {
  for (const auto& [known, format] : kFormats) {
    if (known == name) return format;
  }
  return std::nullopt;
}

TextTable TextTable::with_columns(const std::vector<std::string>& names) {
  TextTable table;
  for (const std::string& name : names) table.columns.push_back({name, name, Type::string});
  return table;
}

std::string render(const TextTable& table, TableFormat format) {
  switch (format) {
    case TableFormat::csv:
      return render_lines(table, ",", csv_cell);
    case TableFormat::tsv:
      return render_lines(table, "\t", tsv_cell);
    case TableFormat::json:
      return render_json(table);
    case TableFormat::markdown:
      return render_markdown(table);
    case TableFormat::table:
      break;
  }
  return render_table(table);
}

}  // namespace bulkload
