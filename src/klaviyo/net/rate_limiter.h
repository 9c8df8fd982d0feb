// Pacing of requests, so that a well-behaved run is never refused for its rate.
//
// Klaviyo counts requests per account and endpoint in fixed windows of one second and one minute (some endpoints
// also a day) whose phase is unknown. The limiter keeps every sliding window of that length within the limit, which
// holds for fixed windows of any phase.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "klaviyo/catalogue.h"

namespace klaviyo::net {

class RateLimiter {
 public:
  /// `share` of every limit (0, 1] is used; at least one request per window always is.
  RateLimiter(double share, base::Clock& clock);

  /// Books the next request of `endpoint` and says how long to wait before it, in microseconds. Any thread.
  int64_t book(std::string_view endpoint, const RateClass& known);

  /// Learns an endpoint's limits from a `RateLimit-Limit` value: "350, 350;w=1, 3500;w=60". What cannot be read is
  /// ignored. Any thread.
  void learn(std::string_view endpoint, std::string_view rate_limit_limit);

  /// No request of `endpoint` before this time (monotonic microseconds): after a 429. Any thread.
  void pause_until(std::string_view endpoint, int64_t monotonic_us);

 private:
  struct Endpoint;

  const double share_;
  base::Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Endpoint, std::less<>> endpoints_;
};

}  // namespace klaviyo::net
