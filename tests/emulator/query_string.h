// Query strings, as strict as RFC 3986 about what must be percent-encoded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "refusal.h"

namespace emulator {

struct Parameter {
  std::string name;
  std::string value;
};

/// Reads the part of a request target after `?`, in order. `+` is a space. Refuses characters that have to be
/// percent-encoded in a value, broken escapes and parameters that are there twice.
Outcome<std::vector<Parameter>> parse_query(std::string_view query);

/// Null when there is no such parameter.
const std::string* find_parameter(const std::vector<Parameter>& parameters, std::string_view name);

/// `a,b,c` as its parts; an empty text has none.
std::vector<std::string> split_list(std::string_view text);

/// %XX as the byte it stands for, `+` as a space; nothing where an escape is broken.
std::optional<std::string> percent_decode(std::string_view text);

/// Everything but unreserved characters as %XX.
std::string percent_encode(std::string_view text);

/// `name=value&…`, encoded; without a leading `?`.
std::string build_query(const std::vector<Parameter>& parameters);

}  // namespace emulator
