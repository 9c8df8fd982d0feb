#include "klaviyo/api_key.h"

#include <string.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace klaviyo {

namespace {

constexpr size_t kMaxBytes = 1024;
constexpr size_t kSiteIdBytes = 6;
constexpr std::string_view kScheme = "klaviyo-api-key";
constexpr std::string_view kBlanks = " \t\r";

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

bool is_visible(char c) { return c > ' ' && c <= '~'; }

bool begins_with_scheme(std::string_view text) {
  return text.size() >= kScheme.size() && ::strncasecmp(text.data(), kScheme.data(), kScheme.size()) == 0;
}

base::Status wrong(std::string_view what) { return {base::Code::config, std::string(what)}; }

}  // namespace

base::Result<base::Secret> parse_api_key(std::string_view text) {
  if (text.empty()) return wrong("is empty; give a private API key (pk_...)");
  if (text.size() > kMaxBytes) return wrong("is longer than 1024 bytes; give a private API key (pk_...)");
  if (begins_with_scheme(text)) return wrong("begins with 'Klaviyo-API-Key'; give the key alone");
  if (!std::ranges::all_of(text, is_visible)) {
    return wrong("holds a blank, a control character or one outside ASCII; give the key alone");
  }
  if (text.size() == kSiteIdBytes && std::ranges::all_of(text, is_letter_or_digit)) {
    return wrong("is a public site id; a private API key (pk_...) is needed");
  }
  return base::Secret(std::string(text));
}

base::Result<base::Secret> read_api_key_file(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return wrong("is a directory; give the file that holds the key");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return wrong("cannot be opened: " + std::generic_category().message(errno));
  // Two bytes more than a key, for its line end, and so that a longer one is seen.
  std::string line(kMaxBytes + 2, '\0');
  file.read(line.data(), static_cast<std::streamsize>(line.size()));
  if (file.bad()) return wrong("cannot be read: " + std::generic_category().message(errno));
  line.resize(std::min(static_cast<size_t>(file.gcount()), line.find('\n')));

  const size_t first = line.find_first_not_of(kBlanks);
  const std::string_view key = first == std::string::npos
                                   ? std::string_view()
                                   : std::string_view(line).substr(first, line.find_last_not_of(kBlanks) - first + 1);
  base::Result<base::Secret> token = parse_api_key(key);
  ::explicit_bzero(line.data(), line.size());
  if (token.ok()) return token;
  return wrong("its first line " + token.status().message());
}

}  // namespace klaviyo
