// Any text as links.next: whatever is accepted leads to our own origin and path, and its cursor is what a second look
// gives.
#include <cstdlib>
#include <string>

#include "klaviyo/net/url.h"
#include "klaviyo/next_link.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view origin = "https://a.klaviyo.com";
  const auto page = klaviyo::page_parameter_of(text, origin, "/api/events");
  if (!page.ok()) return 0;
  const auto url = klaviyo::net::parse_url(text);
  if (!url.ok() || url->host != "a.klaviyo.com" || url->scheme != "https") std::abort();
  const std::string again = std::string(origin) + "/api/events?" + klaviyo::net::format_query({*page});
  const auto same = klaviyo::page_parameter_of(again, origin, "/api/events");
  if (!same.ok() || *same != *page) std::abort();
  return 0;
}
