#include "bulkload/sink/row_writer.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "arrow_builder.h"
#include "bulkload/sink/json_text.h"

namespace bulkload::testing {
namespace {

using base::Code;

using Settings = std::map<std::string, std::string>;

base::Result<std::string> lines(const Settings& settings, const std::vector<Field>& fields, const Rows& rows) {
  SinkOptions options;
  options.settings = settings;
  const auto made = make_row_writer(options, table_schema(fields));
  if (!made.ok()) return made.status();
  const auto& writer = *made;
  std::string text = writer->header();
  const RecordBatch batch = record_batch(fields, rows);
  for (int64_t row = 0; row < batch.rows(); ++row) {
    if (base::Status status = writer->append(batch, row, text); !status.ok()) return status;
  }
  return text;
}

std::string csv(const Settings& settings, const std::vector<Field>& fields, const Rows& rows) {
  const auto text = lines(settings, fields, rows);
  EXPECT_TRUE(text.ok()) << text.status().message();
  return text.ok() ? *text : "";
}

std::string jsonl(const std::vector<Field>& fields, const Rows& rows) {
  return csv({{"format", "jsonl"}}, fields, rows);
}

const std::vector<Field> kTwo = {{"a", Type::string}, {"b", Type::string}};
const std::vector<Field> kJson = {{"j", Type::json}};

TEST(Csv, WritesEveryType) {
  const std::vector<Field> fields = {{"id", Type::string},      {"count", Type::int64},  {"share", Type::float64},
                                     {"active", Type::boolean}, {"at", Type::timestamp}, {"more", Type::json}};
  EXPECT_EQ(csv({}, fields,
                {{"x", int64_t{-9223372036854775807 - 1}, 0.1, true, int64_t{1770708665000000}, "{\"k\": 1}"},
                 {"y", int64_t{0}, 1e300, false, int64_t{1770708665123456}, "[1,2]"},
                 {kNull, kNull, kNull, kNull, kNull, kNull}}),
            "id,count,share,active,at,more\n"
            "x,-9223372036854775808,0.1,true,2026-02-10T07:31:05Z,\"{\"\"k\"\": 1}\"\n"
            "y,0,1e+300,false,2026-02-10T07:31:05.123456Z,\"[1,2]\"\n"
            ",,,,,\n");
}

const std::vector<Field> kTimes = {{"a", Type::timestamp}, {"b", Type::timestamp}};
constexpr int64_t kTime = 1770708665000000;  // 2026-02-10T07:31:05Z

TEST(Csv, WritesTimesInTheZoneAndFormatOfTheirColumn) {
  EXPECT_EQ(csv({{"default_timezone", "Asia/Tokyo"}}, kTimes, {{kTime, kNull}}), "a,b\n2026-02-10T16:31:05+09:00,\n");
  EXPECT_EQ(csv({{"default_timezone", "Asia/Tokyo"},
                 {"default_timestamp_format", "%Y/%m/%d %H:%M"},
                 {"column_options", R"({"b": {"format": "%d %b, %H h", "timezone": "UTC"}})"}},
                kTimes, {{kTime, kTime}}),
            "a,b\n2026/02/10 16:31,\"10 Feb, 07 h\"\n");
}

TEST(Csv, ColumnOptionsOfAColumnThatHasNoTimesAreRefused) {
  for (const std::string name : {"c", "text"}) {
    const auto text = lines({{"column_options", "{\"" + name + "\": {\"format\": \"%F\"}}"}},
                            {{"a", Type::timestamp}, {"text", Type::string}}, {});
    EXPECT_EQ(text.status().code(), Code::config);
    EXPECT_EQ(text.status().message().find("out.column_options: " + name + " is no "), 0u) << text.status().message();
  }
}

TEST(JsonLines, WritesTimesInTheZoneAndFormatOfTheirColumn) {
  EXPECT_EQ(csv({{"format", "jsonl"}, {"default_timestamp_format", "%d \"%b\""}}, kTimes, {{kTime, kNull}}),
            "{\"a\":\"10 \\\"Feb\\\"\",\"b\":null}\n");
}

TEST(Csv, QuotesWhatRfc4180SaysAndNothingElse) {
  EXPECT_EQ(csv({}, kTwo,
                {{"plain", "with space"}, {"a,b", "say \"hi\""}, {"two\nlines", "cr\r"}, {"\xF0\x9F\x98\x80", "'"}}),
            "a,b\nplain,with space\n\"a,b\",\"say \"\"hi\"\"\"\n\"two\nlines\",\"cr\r\"\n\xF0\x9F\x98\x80,'\n");
}

TEST(Csv, NullAndEmptyTextAreDifferent) {
  EXPECT_EQ(csv({{"header_line", "false"}}, kTwo, {{"", kNull}}), "\"\",\n");
  EXPECT_EQ(csv({{"header_line", "false"}, {"null_string", "\\N"}}, kTwo, {{"", kNull}, {"\\N", "N"}}),
            "\"\",\\N\n\"\\N\",N\n");
}

TEST(Csv, ValuesThatLookLikeNullAreQuoted) {
  const std::vector<Field> fields = {{"n", Type::int64}, {"b", Type::boolean}};
  EXPECT_EQ(csv({{"header_line", "false"}, {"null_string", "0"}}, fields, {{int64_t{0}, true}, {kNull, kNull}}),
            "\"0\",true\n0,0\n");
}

TEST(Csv, ARowIsNeverAnEmptyLine) { EXPECT_EQ(csv({}, {{"a", Type::string}}, {{kNull}, {""}}), "a\n\"\"\n\"\"\n"); }

TEST(Csv, DelimiterAndNewlineCanBeChosen) {
  EXPECT_EQ(csv({{"delimiter", "\\t"}, {"newline", "CRLF"}}, kTwo, {{"a,b", "a\tb"}}), "a\tb\r\na,b\t\"a\tb\"\r\n");
  EXPECT_EQ(csv({{"delimiter", ";"}}, kTwo, {{"a,b", "a;b"}}), "a;b\na,b;\"a;b\"\n");
}

TEST(Csv, QuotePolicyAllQuotesEverythingButNull) {
  const std::vector<Field> fields = {{"a", Type::string}, {"n", Type::int64}};
  EXPECT_EQ(csv({{"quote_policy", "ALL"}}, fields, {{"x", int64_t{1}}, {kNull, kNull}}),
            "\"a\",\"n\"\n\"x\",\"1\"\n,\n");
}

TEST(Csv, QuotePolicyNoneRefusesWhatItCannotWrite) {
  EXPECT_EQ(csv({{"quote_policy", "NONE"}}, kTwo, {{"x y", ""}}), "a,b\nx y,\n");
  for (const char* text : {"a,b", "\"", "a\nb", "\r"}) {
    const auto refused = lines({{"quote_policy", "NONE"}}, kTwo, {{"ok", text}});
    EXPECT_EQ(refused.status().code(), Code::data);
    EXPECT_NE(refused.status().message().find("column b"), std::string::npos);
  }
}

TEST(Csv, HeaderNamesAreQuotedToo) {
  EXPECT_EQ(csv({}, {{"a,b", Type::string}, {"c", Type::int64}}, {}), "\"a,b\",c\n");
}

TEST(Csv, NulAndLargeValuesAreKept) {
  const std::string large(size_t{1} << 20, 'x');
  EXPECT_EQ(csv({}, kTwo, {{std::string("a\0b", 3), large}}), "a,b\n" + std::string("a\0b", 3) + "," + large + "\n");
}

TEST(Jsonl, WritesEveryTypeInTheSchemasOrder) {
  const std::vector<Field> fields = {{"id", Type::string},      {"count", Type::int64},  {"share", Type::float64},
                                     {"active", Type::boolean}, {"at", Type::timestamp}, {"more", Type::json}};
  EXPECT_EQ(
      jsonl(fields, {{"x", int64_t{-5}, 0.1, true, int64_t{1770708665000000}, "{\"k\": [1, null]}"},
                     {kNull, kNull, kNull, kNull, kNull, kNull}}),
      "{\"id\":\"x\",\"count\":-5,\"share\":0.1,\"active\":true,\"at\":\"2026-02-10T07:31:05Z\",\"more\":{\"k\": [1, "
      "null]}}\n"
      "{\"id\":null,\"count\":null,\"share\":null,\"active\":null,\"at\":null,\"more\":null}\n");
}

TEST(Jsonl, EveryTextReadsBackAsItWas) {
  const std::vector<std::string> texts = {
      "",         "\"\\/",        "a\nb\r\tc\b\f",    std::string("\0\x01\x1F\x7F", 4),
      "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", std::string(size_t{1} << 20, '"')};
  for (const std::string& text : texts) {
    const std::string line = jsonl(kTwo, {{text, kNull}});
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_EQ(nlohmann::json::parse(line).at("a").get<std::string>(), text);
  }
}

TEST(Jsonl, BytesThatAreNotUtf8BecomeReplacementCharacters) {
  for (const char* bytes :
       {"\xFF", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"}) {
    const std::string line = jsonl(kTwo, {{std::string("<") + bytes + ">", kNull}});
    const auto text = nlohmann::json::parse(line).at("a").get<std::string>();
    EXPECT_EQ(text.substr(0, 4), "<\xEF\xBF\xBD");
    EXPECT_EQ(text.back(), '>');
  }
}

TEST(Jsonl, JsonOfSeveralLinesIsPutOnOne) {
  EXPECT_EQ(jsonl(kJson, {{"{\r\n  \"a\": 1\n}"}}), "{\"j\":{    \"a\": 1 }}\n");
}

TEST(Jsonl, AColumnThatIsNotJsonBecomesAString) {
  EXPECT_EQ(jsonl(kJson, {{"{\"a\": NaN}"}, {""}, {"1 2"}}),
            "{\"j\":\"{\\\"a\\\": NaN}\"}\n{\"j\":\"\"}\n{\"j\":\"1 2\"}\n");
}

TEST(Jsonl, NumbersWithoutJsonSpellingAreNull) {
  const std::vector<Field> fields = {{"d", Type::float64}};
  using Limits = std::numeric_limits<double>;
  EXPECT_EQ(jsonl(fields, {{Limits::infinity()}, {-Limits::infinity()}, {Limits::quiet_NaN()}}),
            "{\"d\":null}\n{\"d\":null}\n{\"d\":null}\n");
}

TEST(JsonText, AcceptsWhatRfc8259Does) {
  for (const char* good : {"0",
                           "-0",
                           "10",
                           "-1.5e+10",
                           "1E5",
                           "0.25",
                           "true",
                           "false",
                           "null",
                           "\"\"",
                           "\"\\u00e9\\n\\/\"",
                           "[]",
                           "{}",
                           "[ ]",
                           "{ }",
                           " [1 , \"a\" , {\"b\" : [ ] , \"c\":null} ] ",
                           "{\"a\":{\"a\":{}}}",
                           "\t\r\n1",
                           "\"\xE2\x82\xAC\"",
                           "\"\\ud800\""}) {
    EXPECT_TRUE(is_json(good)) << good;
  }
}

TEST(JsonText, RefusesEverythingElse) {
  for (const char* bad :
       {"",          " ",    "01",       "+1",       "-",        "1.",         ".5",    "1e",      "1e+",
        "0x1",       "tru",  "nul",      "True",     "NaN",      "\"",         "\"a",   "\"\\x\"", "\"\\u12g4\"",
        "\"\\u12",   "\"\\", "\"a\nb\"", "[",        "]",        "[1",         "[1,",   "[1,]",    "[,1]",
        "[1 2]",     "[1}",  "{",        "{\"a\"}",  "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}",   "{\"a\" 1}",
        "{\"a\":1]", "1 2",  "[] []",    "\"\xFF\"", "\"\xC3\"", "//"}) {
    EXPECT_FALSE(is_json(bad)) << bad;
  }
}

TEST(JsonText, DepthIsNoDanger) {
  const std::string deep(1'000'000, '[');
  EXPECT_FALSE(is_json(deep));
  EXPECT_TRUE(is_json(deep + std::string(1'000'000, ']')));
}

}  // namespace
}  // namespace bulkload::testing
