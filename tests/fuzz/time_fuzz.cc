// Any text as a time, an HTTP date or a Retry-After value: refused, or in range and the same after being written.
#include <cstdlib>

#include "base/text_time.h"
#include "klaviyo/net/retry.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr int64_t kNow = 1'795'000'000'000'000;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto time = base::parse_time(text)) {
    const auto again = base::parse_time(base::format_rfc3339(time->us));
    // An offset may lead out of the years that can be written.
    if (time->us > -62'135'596'800'000'000 && time->us < 253'402'300'800'000'000 && (!again || again->us != time->us))
      std::abort();
  }
  static_cast<void>(base::parse_http_date(text, kNow));
  const auto wait_us = klaviyo::net::parse_retry_after(text, text, kNow);
  if (wait_us && *wait_us < 0) std::abort();
  return 0;
}
