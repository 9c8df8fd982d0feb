#include "klaviyo/json_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace klaviyo {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

TEST(ExactInt64, TakesEverySpellingOfAnInteger) {
  for (const char* text : {"4", "4.0", "4.000", "4e0", "4E+0", "40e-1", "0.4e1", "0.004e3", "400e-2"}) {
    EXPECT_EQ(exact_int64(text), 4) << text;
  }
  EXPECT_EQ(exact_int64("-4.0"), -4);
  EXPECT_EQ(exact_int64("1e18"), 1'000'000'000'000'000'000);
  EXPECT_EQ(exact_int64("1.00200e3"), 1002);
  EXPECT_EQ(exact_int64("100200"), 100200);
}

TEST(ExactInt64, TakesZeroInEverySpelling) {
  for (const char* text : {"0", "-0", "0.0", "-0.000", "0e999999999999999999999", "0e-99999999999999999999"}) {
    EXPECT_EQ(exact_int64(text), 0) << text;
  }
}

TEST(ExactInt64, TakesTheWholeRangeAndNothingBeyond) {
  EXPECT_EQ(exact_int64("9223372036854775807"), kMax);
  EXPECT_EQ(exact_int64("9223372036854775807.0"), kMax);
  EXPECT_EQ(exact_int64("922337203685477580.7e1"), kMax);
  EXPECT_EQ(exact_int64("-9223372036854775808"), kMin);
  EXPECT_EQ(exact_int64("-9223372036854775808.00"), kMin);
  for (const char* text : {"9223372036854775808", "9223372036854775808.0", "-9223372036854775809",
                           "18446744073709551616", "1e19", "10e18", "1e400", "-1e999999999999999999999"}) {
    EXPECT_EQ(exact_int64(text), std::nullopt) << text;
  }
  EXPECT_EQ(exact_int64(std::string(400, '9')), std::nullopt);
  EXPECT_EQ(exact_int64("4" + std::string(400, '0') + "e-400"), 4);
}

TEST(ExactInt64, RefusesFractions) {
  for (const char* text : {"4.5", "1e-1", "0.1", "5e-400", "4.0000000000000000000000000000000001"}) {
    EXPECT_EQ(exact_int64(text), std::nullopt) << text;
  }
  EXPECT_EQ(exact_int64("0." + std::string(350, '0') + "1"), std::nullopt);
}

TEST(ExactFloat64, GivesTheNearestDouble) {
  EXPECT_EQ(exact_float64("12.34"), 12.34);
  EXPECT_EQ(exact_float64("-4"), -4.0);
  EXPECT_EQ(exact_float64("1e23"), 1e23);
  EXPECT_EQ(exact_float64("0.1"), 0.1);
  EXPECT_EQ(exact_float64("2.2250738585072011e-308"), 2.2250738585072011e-308);
  EXPECT_TRUE(std::signbit(exact_float64("-0").value()));
}

TEST(ExactFloat64, TakesALargeIntegerOnlyWhenTheDoubleEqualsIt) {
  EXPECT_EQ(exact_float64("9007199254740992"), 9007199254740992.0);
  EXPECT_EQ(exact_float64("9007199254740994"), 9007199254740994.0);
  EXPECT_EQ(exact_float64("9007199254740993"), std::nullopt);
  EXPECT_EQ(exact_float64("9007199254740993.0"), std::nullopt);
  EXPECT_EQ(exact_float64("-9007199254740993"), std::nullopt);
  EXPECT_EQ(exact_float64("-9007199254740994"), -9007199254740994.0);
  EXPECT_EQ(exact_float64("18446744073709551616"), 18446744073709551616.0);
  EXPECT_EQ(exact_float64("18446744073709551617"), std::nullopt);
  EXPECT_EQ(exact_float64("9007199254740993.5"), 9007199254740994.0) << "not an integer: the nearest double";
}

TEST(ExactFloat64, RefusesWhatIsOutOfRange) {
  EXPECT_EQ(exact_float64("1e400"), std::nullopt);
  EXPECT_EQ(exact_float64("-1e400"), std::nullopt);
  EXPECT_EQ(exact_float64("1e-400"), std::nullopt);
  EXPECT_EQ(exact_float64(std::string(400, '9')), std::nullopt);
  EXPECT_EQ(exact_float64("0." + std::string(350, '0') + "1"), std::nullopt);
}

TEST(JsonNumber, FollowsTheGrammar) {
  for (const char* text : {"0", "-0", "10", "1.5", "1e5", "1E-5", "0.0e+1"}) EXPECT_TRUE(is_json_number(text)) << text;
  for (const char* text : {"", "-", "+1", "01", "1.", ".5", "1e", "1e+", "0x1", "NaN", "Infinity", "1 ", " 1", "1_0"}) {
    EXPECT_FALSE(is_json_number(text)) << text;
  }
}

TEST(UnescapeJson, DecodesEveryEscape) {
  EXPECT_EQ(unescape_json(R"(a\"\\\/\b\f\n\r\tz)"), "a\"\\/\b\f\n\r\tz");
  EXPECT_EQ(unescape_json(R"(\u0041\u00e4\u20AC\ud83d\ude00)"), "A\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
  EXPECT_EQ(unescape_json(R"(a\u0000b)"), std::string("a\0b", 3));
}

TEST(UnescapeJson, ReplacesLoneSurrogatesAndSaysSo) {
  const auto decoded = [](std::string_view text, bool& whole) {
    std::string out(text.size(), '\0');
    size_t size = 0;
    whole = unescape_json(text, out.data(), size);
    return out.substr(0, size);
  };
  bool whole = true;
  for (const char* text : {R"(\ud800)", R"(\udc00)", R"(\uDFFF)"}) {
    EXPECT_EQ(decoded(text, whole), "\xEF\xBF\xBD") << text;
    EXPECT_FALSE(whole) << text;
  }
  EXPECT_EQ(decoded(R"(\ud800\u0041)", whole),
            "\xEF\xBF\xBD"
            "A");
  EXPECT_FALSE(whole);
  EXPECT_EQ(decoded(R"(\ud800\ud83d\ude00)", whole), "\xEF\xBF\xBD\xF0\x9F\x98\x80");
  EXPECT_FALSE(whole);
  EXPECT_EQ(decoded(R"(\ufffd)", whole), "\xEF\xBF\xBD");
  EXPECT_TRUE(whole) << "the character itself is no fault";
}

TEST(UnescapeJson, KeepsMalformedEscapesAsTheyAre) {
  for (const char* text : {R"(\x)", R"(\u12)", R"(\u12g4)", R"(\u-123)", "\\"}) {
    std::string out(8, '\0');
    size_t size = 0;
    EXPECT_FALSE(unescape_json(text, out.data(), size)) << text;
    EXPECT_EQ(out.substr(0, size), text);
  }
}

}  // namespace
}  // namespace klaviyo
