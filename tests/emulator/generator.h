// Attribute values made on the fly. The facts write them as "@name:argument"; README.md lists the names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "value.h"

namespace emulator {

struct RowContext;

class Generator {
 public:
  /// Reads `name:argument`. `salt` tells this attribute's values from all others'. Throws std::invalid_argument for
  /// an unknown name.
  Generator(std::string_view text, uint64_t salt);

  /// The value that filters and sorts see; null for free-form objects.
  Value value(const RowContext& row) const;

  /// Appends the value as JSON.
  void append_json(std::string& out, const RowContext& row) const;

  /// Whether the value never decreases with the row number of the rows made at the start.
  bool is_chronological() const;

  // What a recipe may use of the argument.
  const std::string& text() const { return text_; }
  const std::vector<std::string>& choices() const { return choices_; }
  double number(size_t place) const { return place < numbers_.size() ? numbers_[place] : 0; }

 private:
  struct Recipe;
  static const Recipe kRecipes[];

  uint64_t bits(const RowContext& row) const;

  const Recipe* recipe_ = nullptr;
  uint64_t salt_ = 0;
  std::string text_;                  // the whole argument
  std::vector<std::string> choices_;  // split at |, `a*3` standing three times
  std::vector<double> numbers_;       // split at :
};

}  // namespace emulator
