// Small catalogue rows and configurations for tests.
#pragma once

#include <string_view>

#include "base/text_time.h"
#include "klaviyo/config.h"

namespace klaviyo {

inline int64_t us(std::string_view text) { return base::parse_time(text).value().us; }

/// A configuration of the real catalogue's source, as parse_config would give it.
inline Config config_of(std::string_view source) {
  Config config;
  config.source = find_source(source);
  config.revision = config.effective_revision = config.literal_revision = "2026-07-15";
  config.base_url = "https://a.klaviyo.com";
  config.fingerprint = "sha256:f";
  config.account = "hmac:a";
  return config;
}

/// The same, windowed on a field.
inline Config windowed(std::string_view source, std::string_view field) {
  Config config = config_of(source);
  config.incremental = true;
  config.time_field = config.source->find_time_field(field);
  return config;
}

}  // namespace klaviyo
