// Configurations for the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/text_time.h"
#include "klaviyo/config.h"

namespace klaviyo::test {

inline constexpr std::string_view kKey = "pk_0123456789abcdef0123456789abcdef01";

inline const int64_t kNowUs = base::parse_time("2026-11-23T12:00:00Z")->us;

inline base::Result<Config> parse(std::string_view text) { return parse_config(text, kNowUs); }

/// A valid section for a source, with further lines behind; they begin in line 3.
inline std::string section(std::string_view source, std::string_view more = {}) {
  return "data_source: " + std::string(source) + "\napi_token: " + std::string(kKey) + "\n" + std::string(more) + "\n";
}

/// The configuration of a valid section; fails the test, and gives an empty one, when it is refused.
inline Config accepted(std::string_view source, std::string_view more = {}) {
  base::Result<Config> config = parse(section(source, more));
  EXPECT_TRUE(config.ok()) << config.status().message();
  return config.ok() ? *std::move(config) : Config();
}

/// The message that refuses a section; "accepted" when it is not refused.
inline std::string refusal(std::string_view source, std::string_view more) {
  const base::Result<Config> config = parse(section(source, more));
  if (config.ok()) return "accepted";
  EXPECT_EQ(config.status().code(), base::Code::config);
  return config.status().message();
}

}  // namespace klaviyo::test
