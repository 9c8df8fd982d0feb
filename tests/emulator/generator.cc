#include "generator.h"

#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "free_form.h"
#include "mixing.h"
#include "time_text.h"
#include "world.h"

namespace emulator {
namespace {

using Make = Value (*)(const Generator&, const RowContext&, uint64_t bits);

constexpr std::array<std::string_view, 10> kFirstNames{"Sarah", "José", "Mei",  "Олег",   "Anne-Marie",
                                                       "Noah",  "Zoë",  "Ravi", "O’Hara", "Björn"};
constexpr std::array<std::string_view, 8> kLastNames{"Mason", "Müller",   "García", "Tanaka",
                                                     "Smith", "D'Angelo", "Nguyễn", "Žižek"};

std::string hexadecimal(uint64_t bits, int64_t digits) {
  std::string out;
  for (int64_t i = 0; i < digits; ++i) {
    if (i % 16 == 15) bits = mix(bits);
    out += "0123456789abcdef"[(bits >> static_cast<unsigned>(i % 15 * 4)) & 15U];
  }
  return out;
}

std::string with_row(std::string text, int64_t row) {
  const size_t place = text.find("{i}");
  return place == std::string::npos ? text : text.replace(place, 3, std::to_string(row));
}

Value created(const Generator&, const RowContext& row, uint64_t) { return Value::of_instant(row.created_us()); }

Value updated(const Generator&, const RowContext& row, uint64_t) { return Value::of_instant(row.updated_us()); }

Value joined(const Generator&, const RowContext& row, uint64_t) { return Value::of_instant(row.joined_us()); }

Value timestamp(const Generator&, const RowContext& row, uint64_t) {
  return Value::of_integer(row.created_us() / kSecond);
}

Value timestamp_text(const Generator&, const RowContext& row, uint64_t) {
  return Value::of_text(std::to_string(row.created_us() / kSecond));
}

Value after(const Generator& generator, const RowContext& row, uint64_t bits) {
  const int64_t us = row.created_us() + below(bits, static_cast<int64_t>(generator.number(0)) * kDay + 1);
  return Value::of_instant(us - us % row.precision_us());
}

Value title(const Generator& generator, const RowContext& row, uint64_t bits) {
  return Value::of_text(make_title(generator.text(), bits, row.row));
}

Value words(const Generator& generator, const RowContext&, uint64_t bits) {
  return Value::of_text(make_words(bits, static_cast<int64_t>(generator.number(0))));
}

Value html(const Generator& generator, const RowContext&, uint64_t bits) {
  return Value::of_text(make_html(bits, static_cast<int64_t>(generator.number(0))));
}

const std::string& choice(const Generator& generator, uint64_t bits) {
  return generator.choices()[bits % generator.choices().size()];
}

Value pick(const Generator& generator, const RowContext&, uint64_t bits) {
  return Value::of_text(choice(generator, bits));
}

Value pick_number(const Generator& generator, const RowContext&, uint64_t bits) {
  const std::string& text = choice(generator, bits);
  return text.find('.') == std::string::npos ? Value::of_integer(std::stoll(text)) : Value::of_decimal(std::stod(text));
}

Value integer(const Generator& generator, const RowContext&, uint64_t bits) {
  const auto low = static_cast<int64_t>(generator.number(0));
  return Value::of_integer(low + below(bits, static_cast<int64_t>(generator.number(1)) - low + 1));
}

Value decimal(const Generator& generator, const RowContext&, uint64_t bits) {
  const double scale = std::pow(10, generator.number(2));
  const auto steps = static_cast<int64_t>((generator.number(1) - generator.number(0)) * scale) + 1;
  return Value::of_decimal(generator.number(0) + static_cast<double>(below(bits, steps)) / scale);
}

Value boolean(const Generator& generator, const RowContext&, uint64_t bits) {
  return Value::of_boolean(below(bits, 100) < static_cast<int64_t>(generator.number(0)));
}

Value hex(const Generator& generator, const RowContext&, uint64_t bits) {
  return Value::of_text(hexadecimal(bits, static_cast<int64_t>(generator.number(0))));
}

Value uuid(const Generator&, const RowContext&, uint64_t bits) {
  std::string text = hexadecimal(bits, 32);
  for (const size_t place : {8U, 13U, 18U, 23U}) text.insert(place, 1, '-');
  return Value::of_text(std::move(text));
}

Value related(const Generator& generator, const RowContext& row, uint64_t) {
  const Relationship* relationship = row.type.relationship(generator.text());
  const auto targets = relationship != nullptr ? row.world.related(row, *relationship) : std::vector<int64_t>();
  if (targets.empty()) return Value::null();
  return Value::of_text(row.world.id(*relationship->target, targets.front()));
}

Value numbered(const Generator& generator, const RowContext& row, uint64_t) {
  return Value::of_text(with_row(generator.text(), row.row));
}

Value email(const Generator&, const RowContext& row, uint64_t bits) {
  return Value::of_text("p" + std::to_string(row.row) + (bits % 9 == 0 ? "+tag@example.co.jp" : "@example.com"));
}

Value phone(const Generator&, const RowContext&, uint64_t bits) {
  return Value::of_text("+1500" + std::to_string(5550000 + bits % 10000));
}

Value first_name(const Generator&, const RowContext&, uint64_t bits) {
  return Value::of_text(std::string(kFirstNames[bits % kFirstNames.size()]));
}

Value last_name(const Generator&, const RowContext&, uint64_t bits) {
  return Value::of_text(std::string(kLastNames[bits % kLastNames.size()]));
}

void append_integer(std::string& out, int64_t value) {
  std::array<char, 24> text{};
  const auto end = std::to_chars(text.begin(), text.end(), value).ptr;
  out.append(text.data(), end);
}

// Always with a fraction, as Klaviyo's Python does.
void append_decimal(std::string& out, double value) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.begin(), text.end(), value, std::chars_format::fixed).ptr;
  const std::string_view digits(text.data(), static_cast<size_t>(end - text.data()));
  out += digits;
  if (digits.find('.') == std::string_view::npos) out += ".0";
}

void append_value(std::string& out, const Value& value, char separator) {
  switch (value.kind) {
    case Value::Kind::null:
      out += "null";
      return;
    case Value::Kind::boolean:
      out += value.integer != 0 ? "true" : "false";
      return;
    case Value::Kind::integer:
      append_integer(out, value.integer);
      return;
    case Value::Kind::decimal:
      append_decimal(out, value.decimal);
      return;
    case Value::Kind::instant:
      out += '"';
      append_instant(out, value.integer, separator);
      out += '"';
      return;
    case Value::Kind::text:
      append_json_string(out, value.text);
  }
}

bool append_nasty(std::string& out, const Value& value, uint64_t bits) {
  std::string plain;
  switch (value.kind) {
    case Value::Kind::text:
      append_nasty_string(out, bits, value.text);
      return true;
    case Value::Kind::integer:
    case Value::Kind::decimal:
      append_value(plain, value, 'T');
      append_nasty_number(out, bits, plain);
      return true;
    default:
      return false;
  }
}

}  // namespace

struct Generator::Recipe {
  std::string_view name;
  Make make;  // null for the free-form objects
  void (*append)(std::string&, const RowContext&, uint64_t bits) = nullptr;
  bool exact = false;  // keys and enumerations stay as they are in nasty data
};

const Generator::Recipe Generator::kRecipes[] = {
    {"created", created},
    {"updated", updated},
    {"joined", joined},
    {"timestamp", timestamp, nullptr, true},
    {"timestamp_text", timestamp_text, nullptr, true},
    {"after", after},
    {"title", title},
    {"words", words},
    {"html", html},
    {"pick", pick, nullptr, true},
    {"pick_number", pick_number},
    {"int", integer},
    {"number", decimal},
    {"bool", boolean},
    {"hex", hex, nullptr, true},
    {"uuid", uuid, nullptr, true},
    {"rel", related, nullptr, true},
    {"text", numbered},
    {"email", email, nullptr, true},
    {"phone", phone},
    {"first_name", first_name},
    {"last_name", last_name},
    {"event_properties", nullptr,
     [](std::string& out, const RowContext& row, uint64_t bits) {
       append_event_properties(out, bits, row.row, row.world.nasty());
     }},
    {"freeform", nullptr,
     [](std::string& out, const RowContext& row, uint64_t bits) { append_free_form(out, bits, row.world.nasty()); }},
};

Generator::Generator(std::string_view text, uint64_t salt) : salt_(salt) {
  const size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  for (const Recipe& recipe : kRecipes) {
    if (recipe.name == name) recipe_ = &recipe;
  }
  if (recipe_ == nullptr) throw std::invalid_argument("no generator is called " + std::string(name));
  if (colon == std::string_view::npos) return;
  text_ = text.substr(colon + 1);
  for (size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
    end = text_.find('|', begin);
    std::string part = text_.substr(begin, end - begin);
    const size_t star = part.find('*');
    const int times = star == std::string::npos ? 1 : std::stoi(part.substr(star + 1));
    choices_.insert(choices_.end(), static_cast<size_t>(times), part.substr(0, star));
  }
  for (size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
    end = text_.find(':', begin);
    const std::string part = text_.substr(begin, end - begin);
    double number = 0;
    const auto [rest, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (error == std::errc() && rest == part.data() + part.size()) numbers_.push_back(number);
  }
}

bool Generator::is_chronological() const { return recipe_->make == created || recipe_->make == timestamp; }

uint64_t Generator::bits(const RowContext& row) const { return mix(row.bits ^ salt_); }

Value Generator::value(const RowContext& row) const {
  return recipe_->make != nullptr ? recipe_->make(*this, row, bits(row)) : Value::null();
}

void Generator::append_json(std::string& out, const RowContext& row) const {
  const uint64_t own = bits(row);
  if (recipe_->append != nullptr) return recipe_->append(out, row, own);
  const Value made = recipe_->make(*this, row, own);
  if (row.world.nasty() && !recipe_->exact && (own >> 40U) % 50 == 0 && append_nasty(out, made, own >> 20U)) return;
  append_value(out, made, text_ == "space" ? ' ' : 'T');
}

}  // namespace emulator
