#include "klaviyo/next_link.h"

#include <optional>

#include "klaviyo/net/url.h"

namespace klaviyo {

namespace {

constexpr size_t kMaxCursorBytes = 4096;

base::Status refused(const std::string& why) {
  return {base::Code::data, "links.next: " + why + "; nothing was sent there"};
}

std::string_view without_slash(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return path;
}

}  // namespace

base::Result<PageParameter> page_parameter_of(std::string_view next, std::string_view origin, std::string_view path) {
  const auto link = net::parse_url(next);
  const auto own = net::parse_url(origin);
  if (!link.ok()) return refused("not a URL that can be followed");
  if (!own.ok() || !net::same_origin(*link, *own)) return refused("leads to another origin (" + link->host + ")");
  const std::string led_to = net::percent_decode(without_slash(link->path));
  if (led_to != net::percent_decode(without_slash(path))) return refused("leads to another path");
  std::optional<PageParameter> found;
  for (auto& [name, value] : net::parse_query(link->query)) {
    const bool page = (name.rfind("page[", 0) == 0 && name != "page[size]") || name == "page_cursor";
    if (!page || value.empty()) continue;
    if (found) return refused("holds more than one page parameter");
    found.emplace(std::move(name), std::move(value));
  }
  if (!found) return refused("holds no cursor");
  if (found->second.size() > kMaxCursorBytes) return refused("holds a cursor of more than 4096 bytes");
  return *std::move(found);
}

}  // namespace klaviyo
