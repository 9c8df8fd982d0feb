// What becomes of values, odd ones above all.
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "bulkload/sink/postgresql_values.h"
#include "postgresql_fixture.h"

namespace bulkload::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PostgresqlTypes : public PostgresqlTest {
 protected:
  // Loads one column, whose first row is a good one.
  std::vector<std::string> load_column(Type type, const std::vector<Cell>& cells, const SinkOptions& made) const {
    Rows rows;
    for (const Cell& cell : cells) rows.push_back({static_cast<int64_t>(rows.size()), cell});
    std::vector<std::string> warnings;
    const auto status = load(made, {{"n", Type::int64}, {"v", type}}, rows, &warnings);
    EXPECT_TRUE(status.ok()) << status.message();
    return warnings;
  }
};

TEST_F(PostgresqlTypes, ValuesAtTheirLimitsReadBackAsTheyWere) {
  const std::vector<Field> fields = {{"s", Type::string},  {"i", Type::int64},     {"f", Type::float64},
                                     {"b", Type::boolean}, {"t", Type::timestamp}, {"j", Type::json}};
  const double inf = std::numeric_limits<double>::infinity();
  const Rows rows = {{"", std::numeric_limits<int64_t>::min(), -0.0, false, int64_t{-62'135'596'800'000'000}, "null"},
                     {"\xF0\x9F\x98\x80", std::numeric_limits<int64_t>::max(), 5e-324, true,
                      int64_t{253'402'300'799'999'999}, "{\"k\": [1, 2.50, 1e400]}"},
                     {"a\tb\\N\r\n", int64_t{0}, std::nan(""), kNull, int64_t{1'770'708'665'123'456}, "\"\xC3\xA9\""},
                     {kNull, kNull, -inf, kNull, kNull, kNull}};
  std::vector<std::string> warnings;
  ASSERT_TRUE(load(options(Mode::append), fields, rows, &warnings).ok());
  EXPECT_THAT(warnings, IsEmpty());
  EXPECT_EQ(ask("SET timezone = 'UTC'; SELECT s, i, f, b, t FROM t"),
            "|-9223372036854775808|-0|f|0001-01-01 00:00:00+00\n"
            "\xF0\x9F\x98\x80|9223372036854775807|5e-324|t|9999-12-31 23:59:59.999999+00\n"
            "a\tb\\N\r\n|0|NaN|NULL|2026-02-10 07:31:05.123456+00\n"
            "NULL|NULL|-Infinity|NULL|NULL");
  EXPECT_EQ(
      ask("SELECT j = 'null', j -> 'k' ->> 1, length(j -> 'k' ->> 2), j #>> '{}' FROM t WHERE i IS NOT NULL AND (i "
          "= 0 OR j ? 'k')"),
      "f|2.50|401|{\"k\": [1, 2.50, 1" + std::string(400, '0') + "]}\nf|NULL|NULL|\xC3\xA9");
  EXPECT_EQ(ask("SELECT count(*) FROM t WHERE j = 'null'"), "1");
}

TEST_F(PostgresqlTypes, LargeValuesPass) {
  const std::string text(size_t{5} << 20, 'x');
  const std::string json = "{\"k\": \"" + text + "\"}";
  for (const SinkOptions& made : {options(Mode::append), options(Mode::merge)}) {
    ASSERT_TRUE(load(made, {{"id", Type::string}, {"s", Type::string}, {"j", Type::json}},
                     {{"a", text, json}, {"b", kNull, kNull}, {"c", text, json}})
                    .ok());
    EXPECT_EQ(ask("SELECT count(*), min(length(s)), min(length(j ->> 'k')) FROM t WHERE s IS NOT NULL"),
              "2|5242880|5242880");
    ASSERT_EQ(ask("DROP TABLE t"), "");
  }
}

TEST_F(PostgresqlTypes, CharactersThatTextLacksBecomeReplacementCharactersAndAreCounted) {
  const auto warnings = load_column(Type::string, {"good", std::string("a\0b", 3), "\xFF", "\xED\xA0\x80x", "\xC3\xA9"},
                                    options(Mode::append));
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("no room for some values (3)")));
  EXPECT_EQ(ask("SELECT v FROM t ORDER BY n"),
            "good\na\xEF\xBF\xBD"
            "b\n\xEF\xBF\xBD\n\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDx\n\xC3\xA9");
}

TEST_F(PostgresqlTypes, JsonbTakesWhatAHostilePropertyMayHold) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  const std::string number = std::string(200'000, '9');
  const auto warnings = load_column(
      Type::json,
      {"{\"good\": 1}", R"({"a\u0000b": "\u0000"})", R"(["\ud800", "\udc00x", "\ud800\ud800", "\ud83d\ude00"])",
       R"("\\u0000 \\\\ud800")", "[1e131071, 1e131072, -1e-16384, 0e99999999999]", number, deep, "{broken", "",
       std::string("\"\0\"", 3), "\"\xFF\"", "\"a\nb\""},
      options(Mode::append));
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("no room for some values (10)")));
  EXPECT_EQ(ask("SELECT v FROM t WHERE n IN (1, 2, 3, 7, 8, 9, 10, 11) ORDER BY n"),
            "{\"a\xEF\xBF\xBD"
            "b\": \"\xEF\xBF\xBD\"}\n"
            "[\"\xEF\xBF\xBD\", \"\xEF\xBF\xBDx\", \"\xEF\xBF\xBD\xEF\xBF\xBD\", \"\xF0\x9F\x98\x80\"]\n"
            R"("\\u0000 \\\\ud800")"
            "\n\"{broken\"\n\"\"\n\"\xEF\xBF\xBD\"\n\"\xEF\xBF\xBD\"\n"
            R"("\"a\nb\"")");
  EXPECT_EQ(ask("SELECT jsonb_typeof(v -> 0), v ->> 1, v ->> 2, v ->> 3 FROM t WHERE n = 4"),
            "number|1e131072|-1e-16384|0e99999999999");
  EXPECT_EQ(ask("SELECT n, jsonb_typeof(v), length(v #>> '{}') FROM t WHERE n IN (5, 6) ORDER BY n"),
            "5|string|200000\n6|string|200000");
}

TEST_F(PostgresqlTypes, JsonAndTextKeepEscapesAsTheyAre) {
  const std::string odd = R"({"a": "\u0000\ud800", "n": 1e999999})";
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  auto warnings =
      load_column(Type::json, {odd, deep, "{broken"}, options(Mode::append, false, {{"json_type", "json"}}));
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("(2)")));
  EXPECT_EQ(ask("SELECT v FROM t WHERE n = 0"), odd);
  EXPECT_EQ(ask("SELECT n, json_typeof(v) FROM t WHERE n > 0"), "1|string\n2|string");
  ASSERT_EQ(ask("DROP TABLE t"), "");
  warnings = load_column(Type::json, {odd, deep, "{broken"}, options(Mode::append, false, {{"json_type", "text"}}));
  EXPECT_THAT(warnings, IsEmpty());
  EXPECT_EQ(ask("SELECT length(v) FROM t WHERE n = 1"), "200000");
}

// What is exchanged must be exactly what the server refuses: a value's neighbours may not decide what becomes of it.
TEST_F(PostgresqlTypes, NumbersThatNumericTakesAreTheServersOwn) {
  ASSERT_EQ(
      ask("CREATE FUNCTION takes(number text) RETURNS text LANGUAGE plpgsql AS 'BEGIN PERFORM number::jsonb; RETURN "
          "1; EXCEPTION WHEN OTHERS THEN RETURN 0; END'"),
      "");
  std::vector<std::string> numbers = {"0",
                                      "-0",
                                      "1e131071",
                                      "1E+131071",
                                      "1e131072",
                                      "9.99e131071",
                                      "12e131070",
                                      "12e131071",
                                      "0.01e131073",
                                      "0.01e131074",
                                      "1e-16383",
                                      "1e-16384",
                                      "1.5e-16382",
                                      "1.5e-16383",
                                      "0e999999",
                                      "0e-16383",
                                      "0e-16384",
                                      "0.0e16383",
                                      "0e1073741821",
                                      "0e1073741822",
                                      "0e1073741824",
                                      "1e99999999999999999999",
                                      "-1e-1073741822"};
  for (const size_t places : {16'383, 16'384}) numbers.push_back("0." + std::string(places, '3'));
  for (const size_t places : {131'072, 131'073}) numbers.push_back(std::string(places, '3'));
  std::string values, expected;
  for (const std::string& number : numbers) {
    values += (values.empty() ? "('" : ", ('") + number + "')";
    expected += postgresql::fits_numeric(number) ? '1' : '0';
  }
  EXPECT_EQ(ask("SELECT string_agg(takes(number), '') FROM (VALUES " + values + ") AS all_of (number)"), expected);
}

TEST_F(PostgresqlTypes, JsonBelowTheLimitsIsTaken) {
  const std::string deep = std::string(1'000, '[') + std::string(1'000, ']');
  const std::string large = "[\"" + std::string(postgresql::kLargestJson - 4, 'x') + "\"]";
  EXPECT_THAT(load_column(Type::json, {deep, large}, options(Mode::append)), IsEmpty());
  EXPECT_EQ(ask("SELECT jsonb_typeof(v) FROM t ORDER BY n"), "array\narray");
}

TEST_F(PostgresqlTypes, TimesBeforeTheCalendarAreNull) {
  const int64_t first = -210'866'803'200'000'000;
  const auto warnings = load_column(
      Type::timestamp,
      {int64_t{0}, first, first - 1, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()},
      options(Mode::append));
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("(2)")));
  EXPECT_EQ(ask("SET timezone = 'UTC'; SELECT v FROM t ORDER BY n"),
            "1970-01-01 00:00:00+00\n4714-11-24 00:00:00+00 BC\nNULL\nNULL\n294247-01-10 04:00:54.775807+00");
}

TEST_F(PostgresqlTypes, OddValuesAreCountedOverProcesses) {
  const std::vector<Field> fields = {{"id", Type::string}};
  const Rows rows = {{"good"}, {std::string("\0", 1)}};
  {
    const auto sink = opened_sink(options(Mode::append), nullptr, fields);
    ASSERT_TRUE(sink->write(record_batch(fields, rows)).ok());
    ASSERT_TRUE(sink->save("1").ok());
    ASSERT_TRUE(sink->write(record_batch(fields, rows)).ok());
  }
  const auto sink = opened_sink(options(Mode::append), nullptr, fields);
  ASSERT_TRUE(sink->write(record_batch(fields, rows)).ok());
  const auto result = sink->commit("end");
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->rows_written, 4);
  EXPECT_THAT(result->warnings, ElementsAre(HasSubstr("(2)")));
}

}  // namespace
}  // namespace bulkload::testing
