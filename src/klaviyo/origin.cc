#include "klaviyo/origin.h"

#include <utility>

#include "klaviyo/net/url.h"

namespace klaviyo {

namespace {

constexpr int kHttpsPort = 443;
constexpr int kHttpPort = 80;

base::Status wrong(std::string what) { return {base::Code::config, std::move(what)}; }

}  // namespace

base::Result<std::string> parse_origin(std::string_view url) {
  const base::Result<net::ParsedUrl> address = net::parse_url(url);
  if (!address.ok()) return wrong(address.status().message() + "; give https://host[:port]");
  if ((!address->path.empty() && address->path != "/") || !address->query.empty()) {
    return wrong("the address holds a path or query; give https://host[:port]");
  }
  const bool secure = address->scheme == "https";
  if (!secure && !net::is_loopback(address->host)) {
    return wrong("the address is plain http, which is for loopback addresses only; use https");
  }
  const bool is_ipv6 = address->host.find(':') != std::string::npos;
  std::string origin = address->scheme + "://" + (is_ipv6 ? "[" + address->host + "]" : address->host);
  if (address->port != (secure ? kHttpsPort : kHttpPort)) origin += ":" + std::to_string(address->port);
  return origin;
}

}  // namespace klaviyo
