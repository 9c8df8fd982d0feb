#include "free_form.h"

#include <array>
#include <string_view>

#include "mixing.h"
#include "value.h"

namespace emulator {
namespace {

constexpr std::array<std::string_view, 24> kWords{"ocean",  "blue",   "shirt",        "cotton",  "narrow", "collar",
                                                  "button", "sleeve", "kaleidoscope", "pattern", "summer", "winter",
                                                  "bright", "small",  "large",        "soft",    "warm",   "light",
                                                  "café",   "Größe",  "naïve",        "東京",    "шарф",   "👕"};

// About one property in thirty of this kind is attached: all of them are legal and fit a 64-bit type or a text.
constexpr std::array<std::string_view, 8> kOddMembers{
    R"("big": 9007199254740993)",
    R"("fraction": 0.30000000000000004, "small": -1.5e-7)",
    R"("quoted \"name\"": "back\\slash, \"quotes\" and\na line break")",
    R"("日本語": "値 \u00e9\ud83d\ude00 \u2028")",
    R"("nested": {"a": {"b": {"c": [1, 2.5, "x", null, true, {"d": []}]}}})",
    R"("": "empty name", "a.b": 1, "$dollar": {"x": -0.0})",
    R"("Case": 1, "case": 2, "CASE": 3)",
    R"("list": [[], {}, "", 0, false, null, "9223372036854775807", 9223372036854775807])"};

constexpr std::array<std::string_view, 5> kNastyMembers{
    R"("beyond": 18446744073709551616)", R"("infinite": 1e400)", R"("lone": "\ud800 and \udc00")",
    R"("nul": "a\u0000b", "nul\u0000name": 1)", R"("digits": 123456789012345678901234567890.125)"};

std::string_view word(uint64_t bits) { return kWords[bits % kWords.size()]; }

void append_odd_members(std::string& out, uint64_t bits, bool nasty) {
  if (bits % 30 == 0) {
    out += ", ";
    out += kOddMembers[(bits >> 32U) % kOddMembers.size()];
  }
  if (nasty && bits % 20 == 1) {
    out += ", ";
    out += kNastyMembers[(bits >> 32U) % kNastyMembers.size()];
  }
}

}  // namespace

std::string make_words(uint64_t bits, int64_t count) {
  std::string out;
  for (int64_t i = 0; i < count; ++i) {
    if (i > 0) out += ' ';
    bits = mix(bits);
    out += word(bits);
  }
  return out;
}

std::string make_title(const std::string& title, uint64_t bits, int64_t row) {
  if (bits % 20 == 0) return title;
  std::string out = title + ' ' + std::to_string(row + 1);
  if (bits % 20 == 1) out += " “Größe” 東京 \"quoted\", (a|b)";
  return out;
}

std::string make_html(uint64_t bits, int64_t length) {
  std::string out = "<html>\n<body style=\"margin:0\">\n";
  while (static_cast<int64_t>(out.size()) < length) {
    bits = mix(bits);
    out += "\t<p class='c" + std::to_string(bits % 9) + "'>" + make_words(bits, 8) + " &amp; more</p>\n";
  }
  return out + "</body>\n</html>";
}

void append_event_properties(std::string& out, uint64_t bits, int64_t row, bool nasty) {
  const std::string order = std::to_string(1000 + row);
  const std::string cents = std::to_string(100 + bits % 9900);
  const std::string value = cents.substr(0, cents.size() - 2) + '.' + cents.substr(cents.size() - 2);
  out += R"({"$event_id": "order-)" + order + R"(", "$value": )" + value + R"(, "$value_currency": "EUR", "OrderId": )";
  out += order + R"(, "Discount": )" + (bits % 3 == 0 ? "null" : "0.5") + R"(, "Items": [)";
  for (uint64_t item = 0, last = (bits >> 20U) % 3; item <= last; ++item) {
    if (item > 0) out += ", ";
    append_json_string(out, make_words(bits + item, 3));
  }
  out += R"(], "URL": "https://shop.example.com/orders/)" + order + R"(?utm_source=mail&x=1", "nested": {"sku": "A)";
  out += std::to_string(bits % 977) + R"(", "qty": )" + std::to_string(bits % 7) + R"(, "gift": )";
  out += bits % 5 == 0 ? "true}" : "false}";
  append_odd_members(out, mix(bits), nasty);
  out += '}';
}

void append_free_form(std::string& out, uint64_t bits, bool nasty) {
  if (bits % 12 == 0) {
    out += "{}";
    return;
  }
  out += R"({"pseudonym": )";
  append_json_string(out, make_words(bits, 2));
  out += R"(, "Top Pick": )";
  out += bits % 2 == 0 ? "true" : "false";
  out += R"(, "score": )" + std::to_string(bits % 1000) + '.' + std::to_string(bits % 7 + 1);
  append_odd_members(out, mix(bits), nasty);
  out += '}';
}

void append_nasty_string(std::string& out, uint64_t bits, const std::string& text) {
  static constexpr std::array<std::string_view, 3> kEndings{"\\ud800", "\\u0000", "\\udfff x"};
  append_json_string(out, text);
  out.pop_back();
  out += kEndings[bits % kEndings.size()];
  out += '"';
}

void append_nasty_number(std::string& out, uint64_t bits, const std::string& number) {
  static constexpr std::array<std::string_view, 3> kNumbers{"18446744073709551616", "1e400", "-0"};
  if (bits % 4 == 3) {
    out += '"' + number + '"';
  } else {
    out += kNumbers[bits % 4];
  }
}

}  // namespace emulator
