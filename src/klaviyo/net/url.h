// Addresses by RFC 3986: taken apart strictly, and percent-encoding in both directions.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace klaviyo::net {

using QueryPairs = std::vector<std::pair<std::string, std::string>>;

/// An absolute http or https address.
struct ParsedUrl {
  std::string scheme;  // lower case
  std::string host;    // lower case; an IPv6 address without its brackets
  int port = 0;        // the scheme's default when the address names none
  std::string path;    // as written, still percent-encoded; empty when there is none
  std::string query;   // as written, without the question mark
};

/// Refuses (Code::data) whatever could lead elsewhere than it seems to: relative references, other schemes, user
/// info, fragments, backslashes, blanks, control and non-ASCII characters, broken percent-escapes, IPv6 zones, port 0.
/// Of what RFC 3986 forbids, only brackets in the query pass: services write `page[cursor]` so. The message says what
/// is wrong and never repeats the address.
base::Result<ParsedUrl> parse_url(std::string_view text);

/// Whether scheme, host and port are the same.
bool same_origin(const ParsedUrl& a, const ParsedUrl& b);

/// Whether the host is this machine: 127.0.0.0/8, ::1 or `localhost`.
bool is_loopback(std::string_view host);

/// Name and value of each `&`-separated part, decoded once; '+' stays '+'. A part without '=' has an empty value.
QueryPairs parse_query(std::string_view query);

/// The inverse: `page%5Bsize%5D=100&sort=-id`.
std::string format_query(const QueryPairs& pairs);

/// Everything but the unreserved characters (letters, digits, `-._~`) as %XX.
std::string percent_encode(std::string_view text);

/// %XX as the byte it stands for; a percent sign that begins no escape stays.
std::string percent_decode(std::string_view text);

}  // namespace klaviyo::net
