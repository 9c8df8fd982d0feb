#include <algorithm>

#include "filter.h"

namespace emulator {
namespace {

bool is_name_character(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || character == '_' || character == '-' || character == '.' ||
         character == '$';
}

// Reads from left to right; the first error ends everything.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  bool parse(std::vector<FilterTerm>& out) { return terms(out) && at_ == text_.size(); }

 private:
  bool take(char character) {
    if (at_ >= text_.size() || text_[at_] != character) return false;
    ++at_;
    return true;
  }

  std::string_view name() {
    const size_t begin = at_;
    while (at_ < text_.size() && is_name_character(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  bool terms(std::vector<FilterTerm>& out) {
    do {
      if (!term(out)) return false;
    } while (take(','));
    return true;
  }

  bool term(std::vector<FilterTerm>& out) {
    FilterTerm found;
    found.op = name();
    if (found.op.empty() || !take('(')) return false;
    if (found.op == "and") {
      if (++depth_ > kMaxDepth || !terms(out)) return false;
      return take(')');
    }
    found.field = name();
    if (found.field.empty()) return false;
    if (take(',') && !value(found)) return false;
    if (!take(')')) return false;
    out.push_back(std::move(found));
    return true;
  }

  bool value(FilterTerm& term) {
    term.has_value = true;
    if (!take('[')) return literal(term.values);
    term.is_list = true;
    if (take(']')) return true;
    do {
      while (take(' ')) {
      }
      if (!literal(term.values)) return false;
    } while (take(','));
    return take(']');
  }

  bool literal(std::vector<FilterLiteral>& out) {
    FilterLiteral found;
    if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) {
      found.quoted = true;
      if (!quoted(found.text)) return false;
    } else {
      const size_t end = std::min(text_.find_first_of(",()[]\"'", at_), text_.size());
      found.text = text_.substr(at_, end - at_);
      at_ = end;
      if (found.text.empty()) return false;
    }
    out.push_back(std::move(found));
    return true;
  }

  bool quoted(std::string& out) {
    const char quote = text_[at_++];
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == quote) {
        ++at_;
        return true;
      }
      if (text_[at_] == '\\' && ++at_ == text_.size()) return false;
      out += text_[at_];
    }
    return false;
  }

  static constexpr int kMaxDepth = 16;
  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Outcome<std::vector<FilterTerm>> parse_filter(std::string_view text) {
  std::vector<FilterTerm> out;
  if (!Parser(text).parse(out)) return bad_parameter("filter", "Invalid filter provided: the filter cannot be parsed.");
  return out;
}

}  // namespace emulator
