// Small helpers for protocol text, which is ASCII whatever the locale.
#pragma once

#include <string>
#include <string_view>

namespace klaviyo::net {

/// A-Z as a-z; everything else as it is.
inline std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

/// Without blanks, tabs and line ends on both sides.
inline std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

/// Whether that can be part of a header line: printable ASCII, blanks and tabs.
inline bool is_field_text(std::string_view text) {
  for (const char c : text) {
    if ((c < ' ' || c > '~') && c != '\t') return false;
  }
  return true;
}

}  // namespace klaviyo::net
