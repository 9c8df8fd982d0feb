#include "bulkload/sink/json_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace bulkload {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Bytes that stand for themselves inside a JSON string.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (size_t byte = 0x20; byte < 0x80; ++byte) plain[byte] = byte != '"' && byte != '\\';
  return plain;
}();

bool is_plain(char c) { return kPlain[static_cast<uint8_t>(c)]; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool document() {
    std::string closers;  // of the containers that are open, the innermost last
    for (;;) {
      skip_space();
      if (open_container(closers)) {
        skip_space();
        if (!take(closers.back())) {
          if (!member_name(closers)) return false;
          continue;
        }
        closers.pop_back();
      } else if (!scalar()) {
        return false;
      }
      for (skip_space(); !closers.empty() && take(closers.back()); skip_space()) closers.pop_back();
      if (closers.empty()) return text_.empty();
      if (!take(',') || !member_name(closers)) return false;
    }
  }

 private:
  bool take(char expected) {
    if (text_.empty() || text_.front() != expected) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool take_word(std::string_view word) {
    if (text_.substr(0, word.size()) != word) return false;
    text_.remove_prefix(word.size());
    return true;
  }

  void skip_space() {
    while (!text_.empty() && is_space(text_.front())) text_.remove_prefix(1);
  }

  bool open_container(std::string& closers) {
    if (take('{')) {
      closers.push_back('}');
    } else if (take('[')) {
      closers.push_back(']');
    } else {
      return false;
    }
    return true;
  }

  // The name and colon before a value, where the innermost container is an object.
  bool member_name(const std::string& closers) {
    if (closers.back() == ']') return true;
    skip_space();
    if (!string()) return false;
    skip_space();
    return take(':');
  }

  bool scalar() {
    if (text_.empty()) return false;
    if (text_.front() == '"') return string();
    if (text_.front() == '-' || is_digit(text_.front())) return number();
    return take_word("true") || take_word("false") || take_word("null");
  }

  bool string() {
    if (!take('"')) return false;
    for (;;) {
      text_.remove_prefix(static_cast<size_t>(std::find_if_not(text_.begin(), text_.end(), is_plain) - text_.begin()));
      if (text_.empty()) return false;
      if (take('"')) return true;
      const bool character = text_.front() == '\\' ? escape() : multibyte();
      if (!character) return false;
    }
  }

  bool escape() {
    take('\\');
    if (text_.empty()) return false;
    if (!take('u')) {
      const bool known = std::string_view("\"\\/bfnrt").find(text_.front()) != std::string_view::npos;
      text_.remove_prefix(1);
      return known;
    }
    if (text_.size() < 4 || !std::all_of(text_.begin(), text_.begin() + 4, is_hex)) return false;
    text_.remove_prefix(4);
    return true;
  }

  bool multibyte() {
    const size_t length = utf8_length(text_);
    if (length < 2) return false;
    text_.remove_prefix(length);
    return true;
  }

  bool digits() {
    const auto count = static_cast<size_t>(std::find_if_not(text_.begin(), text_.end(), is_digit) - text_.begin());
    text_.remove_prefix(count);
    return count > 0;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (!take('e') && !take('E')) return true;
    if (!take('+')) take('-');
    return digits();
  }

  std::string_view text_;
};

void append_escape(char c, std::string& out) {
  static constexpr std::string_view kShort = "\"\\\b\f\n\r\t";
  static constexpr std::string_view kLetters = "\"\\bfnrt";
  static constexpr std::string_view kHex = "0123456789abcdef";
  const size_t known = kShort.find(c);
  if (known != std::string_view::npos) {
    out.append({'\\', kLetters[known]});
  } else {
    out.append({'\\', 'u', '0', '0', kHex[static_cast<uint8_t>(c) >> 4], kHex[static_cast<uint8_t>(c) & 15]});
  }
}

}  // namespace

size_t utf8_length(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : 0U; };
  const auto follows = [&](size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4 || !follows(1)) return 0;
  if (lead < 0xE0) return 2;
  const unsigned second = byte(1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool not_a_character = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
  if (overlong || not_a_character || !follows(2)) return 0;
  if (lead < 0xF0) return 3;
  return follows(3) ? 4 : 0;
}

bool is_json(std::string_view text) { return Scanner(text).document(); }

void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const auto plain = static_cast<size_t>(std::find_if_not(text.begin(), text.end(), is_plain) - text.begin());
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const size_t length = utf8_length(text);
    if (length > 1) {
      out.append(text.substr(0, length));
    } else if (length == 1) {
      append_escape(text.front(), out);
    } else {
      out.append(kReplacement);
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  out += '"';
}

}  // namespace bulkload
