// A JSON document with holes: the attributes of a type. In the facts a string "@name:argument" is a generated value,
// and {"@chance": percent, "then": …, "else": …} one of two shapes, chosen per row.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "generator.h"
#include "value.h"

namespace emulator {

using Json = nlohmann::ordered_json;

class Shape {
 public:
  Shape() = default;

  /// `path` tells the values of equal generators apart. Throws std::invalid_argument for an unknown generator.
  Shape(const Json& document, const std::string& path);

  void append_json(std::string& out, const RowContext& row) const;

  /// The part called `path` (`location.city`), through the first element of arrays and through chances; null when
  /// there is none. `chance` parts stay part of the result, so a value that is left out is null.
  std::optional<Shape> part(std::string_view path) const;

  /// What filters and sorts see; null for objects.
  Value value(const RowContext& row) const;

  bool is_chronological() const;

  /// This object and the members of another one.
  Shape with(const Shape& other) const;

  /// This object with only the members for which `keep(path)` says whole or in part.
  enum class Keep { none, part, whole };
  template <typename Function>
  Shape pruned(const Function& keep, const std::string& prefix = {}) const {
    Shape out = *this;
    out.members_.clear();
    for (const auto& [name, member] : members_) {
      const std::string path = prefix.empty() ? name : prefix + '.' + name;
      const Keep kept = keep(path);
      if (kept == Keep::whole) out.members_.emplace_back(name, member);
      if (kept == Keep::part) out.members_.emplace_back(name, member.pruned(keep, path));
    }
    for (Shape& element : out.elements_) element = element.pruned(keep, prefix);
    return out;
  }

 private:
  enum class Kind { literal, object, array, chance, generated };

  bool chosen(const RowContext& row) const;

  Kind kind_ = Kind::object;
  std::string literal_;  // JSON text
  Value literal_value_;
  std::vector<std::pair<std::string, Shape>> members_;
  std::vector<Shape> elements_;  // of an array; of a chance: then, else
  std::optional<Generator> generator_;
  int64_t percent_ = 0;
  uint64_t salt_ = 0;
};

}  // namespace emulator
