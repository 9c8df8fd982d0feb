// Any text as the `in:` section: a configuration or a list of problems, never anything else.
#include <cstdlib>

#include "klaviyo/config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto config = klaviyo::parse_config({reinterpret_cast<const char*>(data), size}, 1'795'000'000'000'000);
  if (!config.ok() && config.status().message().empty()) std::abort();
  if (config.ok() && config->source == nullptr) std::abort();
  return 0;
}
