#include "klaviyo/settings.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include "base/text_time.h"
#include "klaviyo/hint.h"

namespace klaviyo {

namespace {

using Kind = YamlNode::Kind;

constexpr size_t kMostProblems = 50;

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::scalar:
      return "a text";
    case Kind::list:
      return "a list";
    case Kind::map:
      return "a map";
  }
  return "nothing";
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Decimal digits with an optional minus; no leading zeros, so that nothing can be taken for octal.
std::optional<int64_t> parse_integer(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
  if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_number(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || !is_digit(digits.front())) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

// Turns one node into the value of one option, by the type of the member that it goes to.
class Assignment {
 public:
  Assignment(const Option& option, const YamlNode& node, Config& config, Problems& problems)
      : option_(option), node_(node), config_(config), problems_(problems) {}

  void operator()(std::monostate) {}

  void operator()(bool Config::*member) {
    const std::optional<std::string> text = scalar();
    if (!text) return;
    if (*text != "true" && *text != "false") return wrong(*text);
    config_.*member = *text == "true";
  }
  void operator()(int Config::*member) {
    if (const std::optional<int64_t> value = integer()) config_.*member = static_cast<int>(*value);
  }
  void operator()(int64_t Config::*member) {
    if (const std::optional<int64_t> value = integer()) config_.*member = *value;
  }
  void operator()(std::optional<int> Config::*member) {
    if (const std::optional<int64_t> value = integer()) config_.*member = static_cast<int>(*value);
  }
  void operator()(double Config::*member) {
    const std::optional<std::string> text = scalar();
    if (!text) return;
    const std::optional<double> value = parse_number(*text);
    if (!value || *value < option_.min || *value > option_.max) return wrong(*text);
    config_.*member = *value;
  }
  void operator()(std::optional<int64_t> Config::*member) {
    const std::optional<std::string> text = scalar();
    if (!text) return;
    const std::optional<base::ParsedTime> time = base::parse_time(*text);
    if (!time) return wrong(*text);
    config_.*member = time->us;
  }
  void operator()(std::string Config::*member) {
    if (std::optional<std::string> text = scalar()) config_.*member = *std::move(text);
  }
  void operator()(std::vector<std::string> Config::*member) {
    std::vector<std::string>& texts = config_.*member;
    const bool is_list = node_.kind == Kind::list;
    for (const YamlNode& item : is_list ? std::span(node_.items) : std::span(&node_, 1)) {
      std::optional<std::string> text = read_text(option_.key, item, problems_);
      if (!text) continue;
      if (std::ranges::find(texts, *text) != texts.end()) {
        problems_.add(item.line, option_.key, quote(*text) + " is named twice; leave one out");
        continue;
      }
      texts.push_back(*std::move(text));
    }
  }

 private:
  std::optional<std::string> scalar() { return read_text(option_.key, node_, problems_); }

  std::optional<int64_t> integer() {
    const std::optional<std::string> text = scalar();
    if (!text) return std::nullopt;
    const std::optional<int64_t> value = parse_integer(*text);
    const bool in_range =
        value && static_cast<double>(*value) >= option_.min && static_cast<double>(*value) <= option_.max;
    if (!in_range) wrong(*text);
    return in_range ? value : std::nullopt;
  }

  void wrong(std::string_view text) {
    problems_.add(node_.line, option_.key, quote(text) + " is not " + expected_value(option_));
  }

  const Option& option_;
  const YamlNode& node_;
  Config& config_;
  Problems& problems_;
};

size_t place_in_table(const Option& option) { return static_cast<size_t>(&option - options().data()); }

std::vector<std::string_view> option_keys() {
  std::vector<std::string_view> keys;
  for (const Option& option : options()) keys.push_back(option.key);
  return keys;
}

}  // namespace

void Problems::add(int line, std::string_view key, std::string_view what) {
  problems_.push_back({line, std::string(key) + ": " + std::string(what)});
}

std::string Problems::text() const {
  std::vector<Problem> sorted = problems_;
  std::ranges::stable_sort(sorted, {}, &Problem::line);
  std::string lines;
  for (size_t i = 0; i < std::min(sorted.size(), kMostProblems); ++i) {
    if (i > 0) lines += '\n';
    lines += "line " + std::to_string(sorted[i].line) + ": " + sorted[i].text;
  }
  if (sorted.size() > kMostProblems) {
    lines += "\nand " + std::to_string(sorted.size() - kMostProblems) + " problems more";
  }
  return lines;
}

std::optional<std::string> read_text(std::string_view key, const YamlNode& node, Problems& problems) {
  if (node.kind != Kind::scalar) {
    problems.add(node.line, key, std::string(kind_name(node.kind)) + " where one value is needed");
    return std::nullopt;
  }
  if (node.text.empty()) {
    problems.add(node.line, key, "is empty; give a value or leave the key out");
    return std::nullopt;
  }
  if (node.text.find("{{") != std::string::npos || node.text.find("${") != std::string::npos) {
    problems.add(node.line, key, "holds {{ ... }} or ${...} that was not expanded; set the variable or give the value");
    return std::nullopt;
  }
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; };
  if (std::ranges::any_of(node.text, is_control)) {
    problems.add(node.line, key, "holds a line break or another control character; remove it");
    return std::nullopt;
  }
  return node.text;
}

Settings::Settings(const YamlNode& section, Problems& problems)
    : section_(section), problems_(problems), given_(options().size(), nullptr) {
  const std::vector<std::string_view> keys = option_keys();
  for (const YamlNode& entry : section.items) {
    const Option* option = find_option(entry.key);
    if (option == nullptr) {
      const std::string_view name = nearest(entry.key, keys);
      problems.add(entry.line, key_label(entry.key),
                   "unknown key" + (name.empty() ? std::string("; remove it")
                                                 : "; the nearest known key is '" + std::string(name) + "'"));
      continue;
    }
    const YamlNode*& given = given_[place_in_table(*option)];
    if (given != nullptr) {
      problems.add(
          entry.line, entry.key,
          "is the same option as " + given->key + " in line " + std::to_string(given->line) + "; leave one out");
      continue;
    }
    given = &entry;
  }
}

const YamlNode* Settings::find(std::string_view key) const {
  const Option* option = find_option(key);
  if (option == nullptr) return nullptr;
  const YamlNode* node = given_[place_in_table(*option)];
  return node == nullptr || node->kind == Kind::null ? nullptr : node;
}

int Settings::line(std::string_view key) const {
  const YamlNode* node = find(key);
  return node == nullptr ? section_.line : node->line;
}

std::optional<std::string> Settings::text(std::string_view key) const {
  const YamlNode* node = find(key);
  return node == nullptr ? std::nullopt : read_text(key, *node, problems_);
}

void Settings::store(Config& config) const {
  for (const Option& option : options()) {
    YamlNode by_default;
    by_default.kind = Kind::scalar;
    by_default.text = option.default_value;
    const YamlNode* given = find(option.key);
    if (given == nullptr && option.default_value.empty()) continue;
    std::visit(Assignment(option, given == nullptr ? by_default : *given, config, problems_), option.target);
  }
}

void Reading::warn(std::string_view key, std::string_view what) {
  config.warnings.push_back("line " + std::to_string(settings.line(key)) + ": " + std::string(key) + ": " +
                            std::string(what));
}

}  // namespace klaviyo
