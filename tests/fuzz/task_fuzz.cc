// Any text as a task: refused, or written again as the very same text.
#include <cstdlib>

#include "klaviyo/task.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const klaviyo::Config config = [] {
    klaviyo::Config events;
    events.source = klaviyo::find_source("events");
    events.fingerprint = "sha256:f";
    events.account = "hmac:a";
    return events;
  }();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto task = klaviyo::parse_task(text, config);
  if (task.ok() && klaviyo::parse_task(klaviyo::format_task(*task), config).value() != *task) std::abort();
  return 0;
}
