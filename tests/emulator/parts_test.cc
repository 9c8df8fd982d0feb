// The small parts by themselves.
#include <limits>
#include <set>

#include "cursor.h"
#include "identity.h"
#include "mixing.h"
#include "rows.h"
#include "test_client.h"

namespace emulator {
namespace {

TEST(Instant, ReadsWhatTheApiTakes) {
  const int64_t noon = *parse_instant("2024-02-29T12:00:00Z");
  EXPECT_EQ(noon, 1'709'208'000 * kSecond);
  for (const char* text : {"2024-02-29 12:00:00Z", "2024-02-29T12:00", "2024-02-29T12:00:00.000000",
                           "2024-02-29T13:00+01:00", "2024-02-29T11:00:00-0100"}) {
    EXPECT_EQ(parse_instant(text), noon) << text;
  }
  EXPECT_EQ(parse_instant("2024-02-29"), noon - kDay / 2);
  EXPECT_EQ(parse_instant("2024-02-29T12:00:00.1234567Z"), noon + 123'456);
}

TEST(Instant, RefusesEverythingElse) {
  for (const char* text :
       {"", "2024", "2024-2-29", "2023-02-29", "2024-02-29T", "2024-02-29T24:00:00Z", "2024-02-29T12:60Z",
        "2024-02-29T12:00:60Z", "2024-02-29T12:00:00.Z", "2024-02-29t12:00:00Z", "2024-02-29T12:00:00z",
        "2024-02-29T12:00:00+1", "2024-02-29T12:00:00Z ", "0000-01-01", "1709208000"}) {
    EXPECT_FALSE(parse_instant(text)) << text;
  }
}

TEST(Instant, IsWrittenAsKlaviyoDoes) {
  std::string out;
  append_instant(out, 1'788'529'124'935'203);
  EXPECT_EQ(out, "2026-09-04T13:38:44.935203+00:00");
  out.clear();
  append_instant(out, -kSecond, ' ');
  EXPECT_EQ(out, "1969-12-31 23:59:59+00:00");
  EXPECT_EQ(format_http_date(784'111'777 * kSecond), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(QueryString, KeepsOrderAndDecodes) {
  const auto parsed = parse_query("b=1%2C2&a%5Bx%5D=p+q&c[y]='z'&d=");
  const auto& parameters = std::get<std::vector<Parameter>>(parsed);
  ASSERT_EQ(parameters.size(), 4U);
  EXPECT_EQ(parameters[0].value, "1,2");
  EXPECT_EQ(parameters[1].name, "a[x]");
  EXPECT_EQ(parameters[1].value, "p q");
  EXPECT_EQ(build_query(parameters), "b=1%2C2&a%5Bx%5D=p%20q&c%5By%5D=%27z%27&d=");
}

TEST(Cursor, RoundTripsAndRefusesForgeries) {
  Cursor cursor;
  cursor.value = Value::of_text("Größe \"x\"");
  cursor.row = 123;
  cursor.binding = "abc";
  const std::string text = encode_cursor(cursor);
  EXPECT_EQ(text.find_first_of("+/="), std::string::npos);
  const auto again = decode_cursor(text);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->value.text, cursor.value.text);
  EXPECT_EQ(again->row, 123);
  EXPECT_EQ(encode_cursor(*again), text);
  for (const std::string& bad : {text + "A", text.substr(1), std::string("e30"), std::string("!"), text + "="}) {
    EXPECT_FALSE(decode_cursor(bad)) << bad;
  }
}

TEST(Identity, IsOneToOne) {
  for (const char* scheme : {"base62:6", "base62:11", "ulid", "uuid", "number:10", "text:ITEM-{i}"}) {
    const Identity identity{std::string(scheme)};
    std::set<std::string> ids;
    for (int64_t row = 0; row < 20'000; ++row) ids.insert(identity.id(row, 42, 0));
    EXPECT_EQ(ids.size(), 20'000U) << scheme;
  }
  EXPECT_EQ(Identity("ulid").id(1, 42, 1'700'000'000'000'000).size(), 26U);
  EXPECT_THROW(Identity("roman"), std::invalid_argument);
}

RowsPlan plan_of(int64_t count, int64_t precision_us) {
  RowsPlan plan;
  plan.count = count;
  plan.since_us = *parse_instant("2024-01-01");
  plan.until_us = *parse_instant("2026-11-01");
  plan.precision_us = precision_us;
  plan.ties = 4;
  return plan;
}

TEST(Rows, TimesNeverDecreaseAndStayWithinTheSpan) {
  for (const int64_t precision : {kSecond, int64_t{1000}, int64_t{1}}) {
    for (const bool skew : {false, true}) {
      for (const int64_t count : {int64_t{1}, int64_t{3}, int64_t{5000}}) {
        RowsPlan plan = plan_of(count, precision);
        plan.skew = skew;
        const Rows rows(plan);
        int64_t last = plan.since_us;
        for (int64_t row = 0; row < count; ++row) {
          const int64_t created = rows.created_us(row);
          ASSERT_GE(created, last) << row;
          ASSERT_LT(created, plan.until_us);
          ASSERT_GE(rows.updated_us(row), created);
          ASSERT_LT(rows.updated_us(row), plan.until_us);
          ASSERT_EQ(created % precision, 0);
          last = created;
        }
      }
    }
  }
}

TEST(Rows, TiesShareASecondAcrossMultiplesOfTwenty) {
  const Rows rows(plan_of(1000, kSecond));
  for (const int64_t border : {20, 100, 200, 500}) {
    EXPECT_EQ(rows.created_us(border - 1), rows.created_us(border));
    EXPECT_EQ(rows.created_us(border - 2), rows.created_us(border + 1));
    EXPECT_LT(rows.created_us(border + 1), rows.created_us(border + 2));
  }
}

TEST(Rows, SkewPutsHalfIntoTwoPercent) {
  RowsPlan plan = plan_of(10'000, kSecond);
  plan.skew = true;
  const Rows rows(plan);
  const int64_t span = plan.until_us - plan.since_us;
  int64_t within = 0;
  for (int64_t row = 0; row < plan.count; ++row) {
    const int64_t offset = rows.created_us(row) - plan.since_us;
    if (offset >= span / 100 * 49 && offset < span / 100 * 51) ++within;
  }
  EXPECT_NEAR(static_cast<double>(within), 5000, 10);
}

TEST(Shape, PartsReachThroughArraysAndChances) {
  const Shape shape(Json::parse(R"({"a": {"@chance": 100, "then": [{"b": 7}], "else": []}, "c.d": "x"})"), "test");
  const auto world = World(1, false, {});
  const Type type;
  const RowContext row = world.context(type, 0);
  EXPECT_EQ(shape.part("a.b")->value(row).integer, 7);
  EXPECT_EQ(shape.part("c.d")->value(row).text, "x");
  EXPECT_FALSE(shape.part("a.z"));
  EXPECT_THROW(Shape(Json::parse(R"("@nothing")"), "test"), std::invalid_argument);
}

TEST(Nasty, DataIsLegalJsonThatBreaksTypes) {
  DatasetOptions options = small_dataset();
  options.nasty = true;
  Api api(open_api(), options);
  std::string all;
  for (const char* target :
       {"/api/events?page%5Bsize%5D=1000", "/api/profiles?page%5Bsize%5D=100", "/api/catalog-items"}) {
    const Answer answer = get(api, target);
    ASSERT_EQ(answer.status, 200);
    all += answer.body;
  }
  for (const char* value : {"18446744073709551616", "1e400", "\\ud800", "\\u0000"}) {
    EXPECT_NE(all.find(value), std::string::npos) << value;
  }
}

TEST(Tame, DataHasOddValuesThatFitTheirTypes) {
  Api api(open_api(), small_dataset());
  const std::string body = get(api, "/api/events?page%5Bsize%5D=1000").body;
  EXPECT_TRUE(Json::accept(body));
  for (const char* value : {"9007199254740993", "日本語", "\\\"quotes\\\"", "\"a.b\""}) {
    EXPECT_NE(body.find(value), std::string::npos) << value;
  }
  for (const char* value : {"18446744073709551616", "1e400", "\\ud800 ", "\\u0000"}) {
    EXPECT_EQ(body.find(value), std::string::npos) << value;
  }
}

}  // namespace
}  // namespace emulator
