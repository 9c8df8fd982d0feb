// Retry decisions as pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/status.h"

namespace klaviyo::net {

enum class Verdict { success, retry, give_up };

/// What an answer's status calls for: 408, 425, 429, 500, 502, 503, 504 and 520–524 are retried; so is a 403 whose
/// body is HTML (a proxy's, not the API's), at most 3 times, which the caller counts.
Verdict verdict_for_status(int http_status, std::string_view content_type);

/// Seconds to wait from a Retry-After value, in microseconds: delay-seconds (RFC 9110: digits alone) or an HTTP-date,
/// measured from `date_header` when that can be read, else from `now_us`. A date in the past is 0. Nothing for a
/// value that is malformed, which is then to be ignored.
std::optional<int64_t> parse_retry_after(std::string_view value, std::string_view date_header, int64_t now_us);

/// Full jitter: uniform in [0, min(max, initial · 2^attempt)], microseconds; attempt counts from 0. `random01` is
/// uniform in [0, 1). A hint (Retry-After) is a lower bound, plus up to a second of jitter.
int64_t backoff_us(int attempt, int64_t initial_us, int64_t max_us, std::optional<int64_t> hint_us, double random01);

/// Retries that a whole run may spend: 500 tokens, a retry costs 5 and one after a time-out 10, a success gives 1
/// back (AWS SDKs' standard mode). Not thread-safe.
class RetryBudget {
 public:
  /// Takes the cost of a retry; false when not enough is left.
  bool spend(bool after_timeout);
  void refund();

 private:
  int tokens_ = 500;
};

}  // namespace klaviyo::net
