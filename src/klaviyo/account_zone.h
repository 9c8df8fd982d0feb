// The time zone that an account counts its days in.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "base/log.h"
#include "klaviyo/config.h"
#include "klaviyo/net/api_client.h"

namespace klaviyo {

/// Asks the account once. Thread-safe.
class AccountZone {
 public:
  /// `config` gives address and revision; it, the client and the log must outlive this.
  AccountZone(const Config& config, net::ApiClient& api, const base::Log& log)
      : config_(config), api_(api), log_(log) {}

  /// `Europe/Berlin`; the configured zone where the source takes one. Blocks. Empty, with a warning, when the account
  /// does not tell, for which the key may lack accounts:read: no row depends on it.
  std::string name();

 private:
  base::Result<std::string> ask();

  const Config& config_;
  net::ApiClient& api_;
  const base::Log& log_;
  std::mutex mutex_;  // guards name_
  std::optional<std::string> name_;
};

}  // namespace klaviyo
