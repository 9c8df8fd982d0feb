#include "klaviyo/json_index.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "klaviyo/json_text.h"

namespace klaviyo {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr size_t kMinCapacity = 64 * 1024;
constexpr size_t kMaxKeptCapacity = 8 * 1024 * 1024;  // the index of one huge text is not kept for the ones behind it

/// Size of the UTF-8 sequence at the beginning of `text` (RFC 3629), 0 when it is invalid.
size_t utf8_size(std::string_view text) {
  const auto byte = [text](size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : uint8_t{0}; };
  const auto continues = [byte](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead < 0xF0) {
    const bool overlong = lead == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = lead == 0xED && byte(1) >= 0xA0;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead >= 0xF0 && lead < 0xF5) {
    const bool overlong = lead == 0xF0 && byte(1) < 0x90;
    const bool beyond = lead == 0xF4 && byte(1) >= 0x90;
    return continues(1) && continues(2) && continues(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

size_t invalid_utf8_offset(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t size = utf8_size(text.substr(at));
    if (size == 0) break;
    at += size;
  }
  return at;
}

size_t control_character_offset(std::string_view text) {
  bool in_string = false;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') in_string = !in_string;
    if (!in_string) continue;
    if (text[at] == '\\') {
      ++at;
    } else if (static_cast<uint8_t>(text[at]) < 0x20) {
      return at;
    }
  }
  return text.size();
}

}  // namespace

// Stage 1 alone is not part of simdjson's documented interface, but of its public header, unchanged since 1.0.
struct JsonIndex::Tokenizer {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stages;
  size_t capacity = 0;
};

JsonIndex::JsonIndex() : tokenizer_(std::make_unique<Tokenizer>()) {}
JsonIndex::~JsonIndex() = default;

base::Status JsonIndex::build(const std::string& text) {
  skipped_ = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  if (base::Status status = find_tokens(std::string_view(text).substr(skipped_)); !status.ok()) return status;
  Token fault = 0;
  if (!check_grammar(fault)) return grammar_fault(fault);
  return check_escapes();
}

base::Status JsonIndex::find_tokens(std::string_view text) {
  text_ = text.data();
  size_ = text.size();
  if (text.size() >= simdjson::SIMDJSON_MAXSIZE_BYTES) return fault_at(size_, "is too large");
  if (base::Status status = ensure_capacity(text.size()); !status.ok()) return status;
  const auto* const bytes = reinterpret_cast<const uint8_t*>(text_);
  const auto error = tokenizer_->stages->stage1(bytes, size_, simdjson::stage1_mode::regular);
  positions_ = tokenizer_->stages->structural_indexes.get();
  count_ = tokenizer_->stages->n_structural_indexes;
  switch (error) {
    case simdjson::SUCCESS:
      return {};
    case simdjson::UTF8_ERROR:
      return fault_at(invalid_utf8_offset(text), "is not valid UTF-8");
    case simdjson::UNESCAPED_CHARS:
      return fault_at(control_character_offset(text), "has a control character inside a string");
    default:
      return fault_at(size_, size_ == 0 ? "is empty" : "is cut short");
  }
}

base::Status JsonIndex::ensure_capacity(size_t bytes) {
  const bool oversized = tokenizer_->capacity > kMaxKeptCapacity && bytes <= kMaxKeptCapacity;
  if (tokenizer_->stages && tokenizer_->capacity >= bytes && !oversized) return {};
  const size_t capacity = std::max(kMinCapacity, std::bit_ceil(bytes));
  tokenizer_->capacity = 0;
  ends_ = {};
  if (simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, 1, tokenizer_->stages) !=
      simdjson::SUCCESS) {
    return {base::Code::out_of_memory, "memory is exhausted: no room for the index of an answer"};
  }
  tokenizer_->capacity = capacity;
  return {};
}

bool JsonIndex::check_grammar(Token& fault) {
  if (ends_.size() < count_) ends_.resize(count_);
  deep_.clear();
  size_t depth = 0;
  char closer = '\0';  // of the innermost object or array
  const auto closer_of = [this](Token opening) { return static_cast<char>(kind(opening) + 2); };  // the same in ASCII
  Token token = 0;
  const auto refuse = [&fault, &token] {
    fault = token;
    return false;
  };
  for (;;) {  // one value each time
    if (closer == '}') {
      if (kind(token) != '"') return refuse();
      if (kind(++token) != ':') return refuse();
      ++token;
    }
    const char c = kind(token);
    if (c == '{' || c == '[') {
      if (depth == open_.size()) open_.resize(std::max<size_t>(64, 2 * depth));
      if (depth == kDeep) deep_.push_back(token);
      open_[depth++] = token;
      closer = closer_of(token++);
      if (kind(token) != closer) continue;
    } else {
      if (c != '"' && !check_scalar(token)) return refuse();
      ++token;
    }
    while (depth > 0 && kind(token) == closer) {
      ends_[open_[--depth]] = token++;
      closer = depth == 0 ? '\0' : closer_of(open_[depth - 1]);
    }
    if (depth == 0) return token == count_ || refuse();
    if (kind(token) != ',') return refuse();
    ++token;
  }
}

bool JsonIndex::check_scalar(Token token) const {
  const char* const begin = text_ + positions_[token];
  const char* const limit = text_ + positions_[token + 1];
  const std::string_view text(begin, static_cast<size_t>(limit - begin));
  const char* end = nullptr;
  if (text.starts_with("true") || text.starts_with("null")) {
    end = begin + 4;
  } else if (text.starts_with("false")) {
    end = begin + 5;
  } else {
    end = end_of_json_number(begin, limit);
  }
  // A token runs up to a blank or the next token; behind the blank are only more of them.
  return end != nullptr && (end == limit || is_blank(*end));
}

base::Status JsonIndex::check_escapes() const {
  const char* const end = text_ + size_;
  const char* at = text_;
  while ((at = static_cast<const char*>(std::memchr(at, '\\', static_cast<size_t>(end - at)))) != nullptr) {
    const auto is_hex = [](char c) { return std::strchr("0123456789abcdefABCDEF", c) != nullptr && c != '\0'; };
    const bool valid = at[1] == 'u' ? end - at > 6 && std::all_of(at + 2, at + 6, is_hex)
                                    : at[1] != '\0' && std::strchr("\"\\/bfnrt", at[1]) != nullptr;
    if (!valid) return fault_at(static_cast<size_t>(at - text_), "has an unknown escape in a string");
    at += at[1] == 'u' ? 6 : 2;
  }
  return {};
}

size_t JsonIndex::count_deep(Token value) const {
  const auto begin = std::ranges::lower_bound(deep_, value);
  return static_cast<size_t>(std::ranges::lower_bound(deep_, behind(value)) - begin);
}

base::Status JsonIndex::fault_at(size_t offset, std::string_view what) const {
  return {base::Code::data, "the answer " + std::string(what) + " (byte " + std::to_string(skipped_ + offset) + ")"};
}

base::Status JsonIndex::grammar_fault(Token token) const {
  if (token >= count_) return fault_at(size_, "is cut short");
  return fault_at(positions_[token], "is not JSON");
}

}  // namespace klaviyo
