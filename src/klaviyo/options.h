// The option table: every key of the `in:` section, once. It drives parsing, validation, the JSON Schema, and through
// that `bulkload guess` and the README's table.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "klaviyo/config.h"

namespace klaviyo {

enum class OptionType : uint8_t {
  text,
  boolean,    // true or false
  integer,    // decimal digits
  number,     // decimal, with a fraction
  time,       // base::parse_time
  text_list,  // one text or a list of texts
  columns,    // a list of names, {name, type} or {name, from, type}
  ignored     // accepted with a warning
};

/// Where in Config an option goes as it is given; monostate: config.cc makes something else of it.
using OptionTarget = std::variant<std::monostate, bool Config::*, int Config::*, int64_t Config::*, double Config::*,
                                  std::optional<int> Config::*, std::optional<int64_t> Config::*, std::string Config::*,
                                  std::vector<std::string> Config::*>;

struct Option {
  std::string_view key;
  OptionType type = OptionType::text;
  OptionTarget target = {};
  std::string_view default_value = {};  // as it would be written; empty: none
  double min = 0;                       // of integers and numbers, inclusive
  double max = 0;
  std::string_view help = {};
  std::span<const std::string_view> aliases = {};
  std::string_view source = {};  // the only source that the option has a meaning for; empty: all
  bool of_parents = false;       // it has a meaning only for sources that are read below others
  bool of_reports = false;       // or only for reports
};

std::span<const Option> options();

/// By key or alias; nullptr: none.
const Option* find_option(std::string_view key);

/// What an option takes: `a whole number from 1 to 7`.
std::string expected_value(const Option& option);

}  // namespace klaviyo
