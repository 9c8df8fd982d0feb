#include "shape.h"

#include "mixing.h"
#include "world.h"

namespace emulator {
namespace {

Value value_of(const Json& scalar) {
  if (scalar.is_boolean()) return Value::of_boolean(scalar.get<bool>());
  if (scalar.is_number_integer()) return Value::of_integer(scalar.get<int64_t>());
  if (scalar.is_number()) return Value::of_decimal(scalar.get<double>());
  if (scalar.is_string()) return Value::of_text(scalar.get<std::string>());
  return Value::null();
}

}  // namespace

Shape::Shape(const Json& document, const std::string& path) : salt_(hash_text(path)) {
  if (document.is_object() && document.contains("@chance")) {
    kind_ = Kind::chance;
    percent_ = document["@chance"].get<int64_t>();
    elements_.emplace_back(document.at("then"), path + ".then");
    elements_.emplace_back(document.at("else"), path + ".else");
  } else if (document.is_object()) {
    for (const auto& [name, member] : document.items()) members_.emplace_back(name, Shape(member, path + '.' + name));
  } else if (document.is_array()) {
    kind_ = Kind::array;
    for (const Json& element : document) elements_.emplace_back(element, path + '[' + std::to_string(elements_.size()));
  } else if (document.is_string() && document.get_ref<const std::string&>().starts_with('@')) {
    kind_ = Kind::generated;
    generator_.emplace(std::string_view(document.get_ref<const std::string&>()).substr(1), salt_);
  } else {
    kind_ = Kind::literal;
    literal_ = document.dump();
    literal_value_ = value_of(document);
  }
}

bool Shape::chosen(const RowContext& row) const { return below(mix(row.bits ^ salt_), 100) < percent_; }

void Shape::append_json(std::string& out, const RowContext& row) const {
  switch (kind_) {
    case Kind::literal:
      out += literal_;
      return;
    case Kind::generated:
      return generator_->append_json(out, row);
    case Kind::chance:
      return elements_[chosen(row) ? 0 : 1].append_json(out, row);
    case Kind::array: {
      out += '[';
      for (size_t i = 0; i < elements_.size(); ++i) {
        if (i > 0) out += ',';
        elements_[i].append_json(out, row);
      }
      out += ']';
      return;
    }
    case Kind::object: {
      out += '{';
      bool first = true;
      for (const auto& [name, member] : members_) {
        if (!first) out += ',';
        first = false;
        append_json_string(out, name);
        out += ':';
        member.append_json(out, row);
      }
      out += '}';
    }
  }
}

std::optional<Shape> Shape::part(std::string_view path) const {
  if (path.empty()) return *this;
  if (kind_ == Kind::array) return elements_.empty() ? std::nullopt : elements_.front().part(path);
  if (kind_ == Kind::chance) {
    const auto then = elements_[0].part(path);
    const auto otherwise = elements_[1].part(path);
    if (!then && !otherwise) return std::nullopt;
    Shape out = *this;
    out.elements_ = {then.value_or(Shape()), otherwise.value_or(Shape())};
    return out;
  }
  for (const auto& [name, member] : members_) {
    if (path == name) return member;
    if (path.size() > name.size() && path.starts_with(name) && path[name.size()] == '.') {
      return member.part(path.substr(name.size() + 1));
    }
  }
  return std::nullopt;
}

Shape Shape::with(const Shape& other) const {
  Shape out = *this;
  out.members_.insert(out.members_.end(), other.members_.begin(), other.members_.end());
  return out;
}

Value Shape::value(const RowContext& row) const {
  switch (kind_) {
    case Kind::literal:
      return literal_value_;
    case Kind::generated:
      return generator_->value(row);
    case Kind::chance:
      return elements_[chosen(row) ? 0 : 1].value(row);
    default:
      return Value::null();
  }
}

bool Shape::is_chronological() const { return kind_ == Kind::generated && generator_->is_chronological(); }

}  // namespace emulator
