#include "base/secret.h"

#include <string.h>

#include <utility>
#include <vector>

#include "base/digest.h"

namespace base {

namespace {

constexpr std::string_view kMask = "***";

void wipe(std::string& value) {
  explicit_bzero(value.data(), value.size());
  value.clear();
}

void replace_all(std::string& text, std::string_view from) {
  if (from.empty()) return;
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + kMask.size())) {
    text.replace(at, from.size(), kMask);
  }
}

std::string encoded(std::string_view value, std::string_view digits, std::string_view prefix, bool all) {
  std::string text;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (plain && !all) {
      text += c;
      continue;
    }
    text += prefix;
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

}  // namespace

Secret::Secret(std::string value) : value_(value) { wipe(value); }

Secret::Secret(Secret&& other) noexcept : value_(other.value_) { wipe(other.value_); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(value_);
    value_ = other.value_;
    wipe(other.value_);
  }
  return *this;
}

Secret::~Secret() { wipe(value_); }

std::string Secret::redact(std::string_view text) const {
  std::string clean(text);
  if (value_.empty()) return clean;
  constexpr std::string_view kLower = "0123456789abcdef";
  constexpr std::string_view kUpper = "0123456789ABCDEF";
  std::string base64_text = base64(value_);
  while (!base64_text.empty() && base64_text.back() == '=') base64_text.pop_back();
  for (std::string& form :
       std::vector<std::string>{value_, encoded(value_, kUpper, "%", false), encoded(value_, kLower, "%", false),
                                encoded(value_, kLower, "", true), encoded(value_, kUpper, "", true), base64_text}) {
    replace_all(clean, form);
    wipe(form);
  }
  return clean;
}

std::ostream& operator<<(std::ostream& out, const Secret&) { return out << kMask; }

}  // namespace base
