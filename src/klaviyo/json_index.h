// A JSON text taken apart into tokens, its grammar checked in full: what is behind it never meets broken JSON.
//
// simdjson's first stage finds the tokens and refuses invalid UTF-8, control characters inside strings and strings that
// do not end. One walk over the tokens then checks the grammar of everything, values that nobody asks for included, and
// notes where each object and array ends; so skipping a value is one step, raw texts are valid JSON, and nothing
// recurses. (On-Demand checks only what is asked for, at the same cost.) Numbers are checked as text: none is refused
// for its size.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace klaviyo {

/// Not thread-safe; keeps its memory from text to text.
class JsonIndex {
 public:
  /// Index of a token in the text.
  using Token = uint32_t;
  static constexpr Token kRoot = 0;

  JsonIndex();
  ~JsonIndex();

  /// Indexes a text, which must stay as it is while it is read through the index. A byte order mark is skipped.
  /// Code::data unless it is exactly one JSON value in valid UTF-8; the message has the byte offset.
  base::Status build(const std::string& text);

  /// First character of a token: `{`, `[`, `"`, `t`, `f`, `n`, `-` or a digit for values.
  char kind(Token token) const { return text_[positions_[token]]; }
  bool is_null(Token value) const { return kind(value) == 'n'; }

  /// The token behind a value.
  Token behind(Token value) const {
    const char c = kind(value);
    return (c == '{' || c == '[' ? ends_[value] : value) + 1;
  }

  /// Text of a value, without blanks around it.
  std::string_view raw(Token value) const {
    const char* const begin = text_ + positions_[value];
    if (*begin == '{' || *begin == '[') return {begin, positions_[ends_[value]] + 1 - positions_[value]};
    const char* end = text_ + positions_[value + 1];
    while (is_blank(end[-1])) --end;
    return {begin, static_cast<size_t>(end - begin)};
  }

  /// Inside of a string literal, without quotes and as it is escaped.
  std::string_view inside(Token string) const {
    const uint32_t begin = positions_[string] + 1;
    uint32_t end = positions_[string + 1] - 1;
    while (text_[end] != '"') --end;
    return {text_ + begin, end - begin};
  }

  /// How many objects and arrays have exactly kDeep others around them: in the whole text, and inside of a value.
  static constexpr size_t kDeep = 256;
  size_t deep() const { return deep_.size(); }
  size_t deep_within(Token value) const { return deep_.empty() ? 0 : count_deep(value); }

 private:
  struct Tokenizer;

  static bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
  size_t count_deep(Token value) const;
  base::Status find_tokens(std::string_view text);
  base::Status ensure_capacity(size_t bytes);
  bool check_grammar(Token& fault);
  bool check_scalar(Token token) const;
  base::Status fault_at(size_t offset, std::string_view what) const;
  base::Status grammar_fault(Token token) const;
  base::Status check_escapes() const;

  std::unique_ptr<Tokenizer> tokenizer_;
  size_t skipped_ = 0;          // bytes of the byte order mark
  const char* text_ = nullptr;  // behind it; ends with NUL
  size_t size_ = 0;
  const uint32_t* positions_ = nullptr;  // of each token; the one behind the last is size_
  uint32_t count_ = 0;
  std::vector<Token> ends_;  // closing token of each opening one; other entries mean nothing
  std::vector<Token> open_;
  std::vector<Token> deep_;
};

/// Walks the members of an object: `for (JsonMembers member(json, object); member; ++member)`.
class JsonMembers {
 public:
  JsonMembers(const JsonIndex& json, JsonIndex::Token object)
      : json_(json), key_(object + 1), more_(json.kind(key_) != '}') {}

  explicit operator bool() const { return more_; }
  JsonMembers& operator++() {
    key_ = json_.behind(value());
    more_ = json_.kind(key_++) == ',';
    return *this;
  }

  std::string_view key() const { return json_.inside(key_); }  // as it is escaped
  JsonIndex::Token value() const { return key_ + 2; }

 private:
  const JsonIndex& json_;
  JsonIndex::Token key_;
  bool more_;
};

/// Walks the elements of an array.
class JsonElements {
 public:
  JsonElements(const JsonIndex& json, JsonIndex::Token array)
      : json_(json), value_(array + 1), more_(json.kind(value_) != ']') {}

  explicit operator bool() const { return more_; }
  JsonElements& operator++() {
    value_ = json_.behind(value_);
    more_ = json_.kind(value_++) == ',';
    return *this;
  }

  JsonIndex::Token value() const { return value_; }

 private:
  const JsonIndex& json_;
  JsonIndex::Token value_;
  bool more_;
};

}  // namespace klaviyo
