// An answer other than 200, as a value.
#pragma once

#include <string>
#include <variant>

namespace emulator {

/// What goes into the `errors` member of the body (samples: {"errors":[{"id","status","code","title","detail",
/// "source":{"parameter"|"pointer"},"links","meta"}]}).
struct Refusal {
  int status = 400;
  std::string code = "invalid";
  std::string title = "Invalid input.";
  std::string detail;
  std::string parameter;  // left out when empty
  std::string pointer;    // left out when empty
};

inline Refusal bad_parameter(std::string parameter, std::string detail, std::string pointer = {}) {
  return {400, "invalid", "Invalid input.", std::move(detail), std::move(parameter), std::move(pointer)};
}

/// A value, or why there is none.
template <typename T>
using Outcome = std::variant<T, Refusal>;

}  // namespace emulator
