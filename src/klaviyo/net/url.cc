#include "klaviyo/net/url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "klaviyo/net/text.h"

namespace klaviyo::net {

namespace {

constexpr std::string_view kSubDelimiters = "!$&'()*+,;=";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_unreserved(char c) {
  return is_alpha(c) || is_digit(c) || std::string_view("-._~").find(c) != std::string::npos;
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Value of the escape at the beginning of `text`, -1 when there is none.
int escape_value(std::string_view text) {
  if (text.size() < 3 || text[0] != '%') return -1;
  const int high = hex_value(text[1]);
  const int low = hex_value(text[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// Whether `text` holds nothing but pchar (RFC 3986 section 3.3) and the characters of `more`.
bool is_pchars_or(std::string_view text, std::string_view more) {
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (escape_value(text.substr(i)) < 0) return false;
      i += 2;
    } else if (!is_unreserved(c) && c != ':' && c != '@' && kSubDelimiters.find(c) == std::string_view::npos &&
               more.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

bool is_host_name(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) { return is_unreserved(c) && c != '~'; });
}

bool is_ipv6(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

std::optional<int> parse_port(std::string_view text, int default_port) {
  if (text.empty()) return default_port;
  if (!std::all_of(text.begin(), text.end(), is_digit)) return {};
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || port < 1 || port > 65535) return {};
  return port;
}

base::Status refuse(const char* what) { return {base::Code::data, what}; }

/// Fills host and port from `host[:port]` or `[ipv6][:port]`.
base::Status parse_authority(std::string_view authority, ParsedUrl& url) {
  if (authority.find('@') != std::string_view::npos) return refuse("the address holds user information");
  std::string_view port;
  if (!authority.empty() && authority[0] == '[') {
    const size_t end = authority.find(']');
    if (end == std::string_view::npos) return refuse("the address has an unclosed '['");
    url.host = lower(authority.substr(1, end - 1));
    port = authority.substr(end + 1);
    if (!is_ipv6(url.host)) return refuse("the address's IPv6 host is not valid (zones are not accepted)");
    if (!port.empty() && port[0] != ':') return refuse("the address has characters between host and port");
  } else {
    const size_t end = std::min(authority.find(':'), authority.size());
    url.host = lower(authority.substr(0, end));
    port = authority.substr(end);
    if (!is_host_name(url.host))
      return refuse("the address's host is missing or not plain letters, digits, '-' and '.'");
  }
  const std::optional<int> number = parse_port(port.empty() ? port : port.substr(1), url.scheme == "https" ? 443 : 80);
  if (!number) return refuse("the address's port is not a number from 1 to 65535");
  url.port = *number;
  return {};
}

}  // namespace

base::Result<ParsedUrl> parse_url(std::string_view text) {
  const auto printable = [](char c) { return c > ' ' && c <= '~'; };
  if (!std::all_of(text.begin(), text.end(), printable)) {
    return refuse("the address holds blanks, control or non-ASCII characters");
  }
  if (text.find('\\') != std::string_view::npos) return refuse("the address holds a backslash");
  if (text.find('#') != std::string_view::npos) return refuse("the address holds a fragment");

  ParsedUrl url;
  const size_t colon = text.find("://");
  if (colon == std::string_view::npos) return refuse("the address does not begin with https://");
  url.scheme = lower(text.substr(0, colon));
  if (url.scheme != "https" && url.scheme != "http") return refuse("the address's scheme is not https");

  std::string_view rest = text.substr(colon + 3);
  const size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  if (base::Status status = parse_authority(rest.substr(0, authority_end), url); !status.ok()) return status;
  rest.remove_prefix(authority_end);

  const size_t question = std::min(rest.find('?'), rest.size());
  url.path = rest.substr(0, question);
  if (question < rest.size()) url.query = rest.substr(question + 1);
  if (!is_pchars_or(url.path, "/"))
    return refuse("the address's path holds a character that has to be percent-encoded");
  if (!is_pchars_or(url.query, "/?[]")) {
    return refuse("the address's query holds a character that has to be percent-encoded");
  }
  return url;
}

bool same_origin(const ParsedUrl& a, const ParsedUrl& b) {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port;
}

bool is_loopback(std::string_view host) {
  if (host == "localhost") return true;
  const std::string text(host);
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

QueryPairs parse_query(std::string_view query) {
  QueryPairs pairs;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view part = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (part.empty()) continue;
    const size_t equals = std::min(part.find('='), part.size());
    pairs.emplace_back(percent_decode(part.substr(0, equals)),
                       percent_decode(part.substr(std::min(equals + 1, part.size()))));
  }
  return pairs;
}

std::string format_query(const QueryPairs& pairs) {
  std::string query;
  for (const auto& [name, value] : pairs) {
    if (!query.empty()) query += '&';
    query += percent_encode(name) + '=' + percent_encode(value);
  }
  return query;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size() + text.size() / 2);
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kDigits[byte >> 4];
    encoded += kDigits[byte & 15];
  }
  return encoded;
}

std::string percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const int value = escape_value(text.substr(i));
    decoded += value < 0 ? text[i] : static_cast<char>(value);
    if (value >= 0) i += 2;
  }
  return decoded;
}

}  // namespace klaviyo::net
