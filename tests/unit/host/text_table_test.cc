#include "bulkload/text_table.h"

#include <gtest/gtest.h>

#include "bulkload/preview_table.h"
#include "bulkload/text_format.h"

namespace bulkload {
namespace {

TextTable lists() {
  TextTable table = make_preview_table({{{"id", Type::string}, {"size", Type::int64}, {"opt_in", Type::json}}, {}});
  table.rows = {
      {"RaxQ6g", "12", R"({"a": 1})"}, {"T\xC3\xA9st", std::nullopt, "{"}, {"a|b\n\"c\",\td", "-7", std::nullopt}};
  return table;
}

TEST(PreviewTable, LooksLikeTheHostedServices) {
  EXPECT_EQ(render(lists(), TableFormat::table),
            "+--------------+-----------+-------------+\n"
            "| id:string    | size:long | opt_in:json |\n"
            "+--------------+-----------+-------------+\n"
            "| RaxQ6g       | 12        | {\"a\": 1}    |\n"
            "| T\xC3\xA9st         |           | {           |\n"
            "| a|b\\n\"c\",\\td | -7        |             |\n"
            "+--------------+-----------+-------------+\n");
  EXPECT_EQ(rows_in_set(lists()), "3 rows in set");
}

TEST(PreviewTable, EmptySourceShowsItsColumns) {
  TextTable table = lists();
  table.rows.clear();
  EXPECT_EQ(render(table, TableFormat::table),
            "+-----------+-----------+-------------+\n"
            "| id:string | size:long | opt_in:json |\n"
            "+-----------+-----------+-------------+\n");
  EXPECT_EQ(rows_in_set(table), "0 rows in set");
  EXPECT_EQ(render(table, TableFormat::json), "[]\n");
  EXPECT_EQ(render(table, TableFormat::csv), "id,size,opt_in\n");
}

TEST(PreviewTable, OneRowIsOneRow) {
  TextTable table = lists();
  table.rows.resize(1);
  EXPECT_EQ(rows_in_set(table), "1 row in set");
}

TEST(PreviewTable, VerticalHasALineForEachCell) {
  TextTable table = lists();
  table.rows.erase(table.rows.begin() + 1);
  const std::string stars(27, '*');
  EXPECT_EQ(render_vertical(table), stars + " 0 " + stars +
                                        "\n"
                                        "    id (string) : RaxQ6g\n"
                                        "  size (  long) : 12\n"
                                        "opt_in (  json) : {\"a\": 1}\n" +
                                        stars + " 1 " + stars +
                                        "\n"
                                        "    id (string) : a|b\\n\"c\",\\td\n"
                                        "  size (  long) : -7\n"
                                        "opt_in (  json) : \n");
}

TEST(TextTable, CsvQuotesWhatNeedsIt) {
  TextTable table = lists();
  table.rows.push_back({"", "1", "x\ry"});
  EXPECT_EQ(render(table, TableFormat::csv),
            "id,size,opt_in\n"
            "RaxQ6g,12,\"{\"\"a\"\": 1}\"\n"
            "T\xC3\xA9st,,{\n"
            "\"a|b\n\"\"c\"\",\td\",-7,\n"
            "\"\",1,\"x\ry\"\n");
}

TEST(TextTable, TsvEscapesWhatWouldBreakALine) {
  TextTable table = lists();
  table.rows = {{"a\\b\tc\nd\re", "1", std::nullopt}};
  EXPECT_EQ(render(table, TableFormat::tsv), "id\tsize\topt_in\na\\\\b\\tc\\nd\\re\t1\t\n");
}

TEST(TextTable, JsonWritesNumbersAndJsonAsTheyAre) {
  TextTable table = lists();
  table.columns.push_back({"ratio", "ratio", Type::float64});
  for (auto& row : table.rows) row.emplace_back("nan");
  table.rows[0][3] = "1.5e+300";
  EXPECT_EQ(render(table, TableFormat::json),
            "[\n"
            "{\"id\":\"RaxQ6g\",\"size\":12,\"opt_in\":{\"a\": 1},\"ratio\":1.5e+300},\n"
            "{\"id\":\"T\xC3\xA9st\",\"size\":null,\"opt_in\":\"{\",\"ratio\":\"nan\"},\n"
            "{\"id\":\"a|b\\n\\\"c\\\",\\td\",\"size\":-7,\"opt_in\":null,\"ratio\":\"nan\"}\n"
            "]\n");
}

TEST(TextTable, MarkdownIsAPipeTable) {
  EXPECT_EQ(render(lists(), TableFormat::markdown),
            "| id:string | size:long | opt_in:json |\n"
            "|---|---|---|\n"
            "| RaxQ6g | 12 | {\"a\": 1} |\n"
            "| T\xC3\xA9st |  | { |\n"
            "| a\\|b\\n\"c\",\\td | -7 |  |\n");
}

TEST(TextTable, FormatsAreKnownByName) {
  EXPECT_EQ(table_format("tsv"), TableFormat::tsv);
  EXPECT_EQ(table_format("xml"), std::nullopt);
}

TEST(TextFormat, ControlCharactersCannotReachATerminal) {
  EXPECT_EQ(escape_controls("a\x1b[2J\x7f\r\n\t"), "a\\x1b[2J\\x7f\\r\\n\\t");
  EXPECT_EQ(escape_controls(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(escape_controls("\xC2\x9B"), "\\x9b");  // a C1 control
  EXPECT_EQ(escape_controls("\xC2\xA0\xE2\x82\xAC"), "\xC2\xA0\xE2\x82\xAC");
  EXPECT_EQ(escape_controls("\xFF\xE2\x82z"), "\\xff\\xe2\\x82z");  // no UTF-8
}

TEST(TextFormat, WidthCountsCharacters) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), 4U);
}

TEST(TextFormat, WrongUtf8IsFoundWhereItBegins) {
  EXPECT_EQ(find_invalid_utf8("a\xC3\xA9\xF0\x9F\x98\x80"), std::string_view::npos);
  for (const char* text : {"ab\xC0\x80", "ab\xED\xA0\x80", "ab\xF4\x90\x80\x80", "ab\xE0\x80\x80", "ab\xF0\x80\x80\x80",
                           "ab\xC3", "ab\x80", "ab\xF5\x80\x80\x80"}) {
    EXPECT_EQ(find_invalid_utf8(text), 2U) << text;
  }
}

TEST(TextFormat, NumbersReadWell) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1000), "1,000");
  EXPECT_EQ(format_count(-1234567), "-1,234,567");
  EXPECT_EQ(format_bytes(999), "999 B");
  EXPECT_EQ(format_bytes(1000), "1.0 kB");
  EXPECT_EQ(format_bytes(999'999), "1.0 MB");
  EXPECT_EQ(format_bytes(53'100'000), "53.1 MB");
  EXPECT_EQ(format_duration(4'140'000), "4.1 s");
  EXPECT_EQ(format_duration(192'000'000), "3m12s");
  EXPECT_EQ(format_duration(7'500'000'000), "2h05m");
  EXPECT_EQ(format_double(0.1), "0.1");
  EXPECT_EQ(format_double(1e300), "1e+300");
}

TEST(TextFormat, NearestNameIsSuggested) {
  EXPECT_EQ(did_you_mean("filtrs", {"in", "filters"}), "; did you mean 'filters'?");
  EXPECT_EQ(did_you_mean("quux", {"in", "filters"}), "");
}

}  // namespace
}  // namespace bulkload
