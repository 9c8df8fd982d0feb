// Pacing of requests, so that a well-behaved run is never refused for its rate.
//
// Klaviyo counts requests per account and endpoint in fixed windows of one second and one minute (some endpoints
// also a day) whose phase is unknown. The limiter keeps every sliding window of that length within the limit, which
// holds for fixed windows of any phase. What counts is when requests arrive, not when they leave: requests that leave
// a second apart may arrive closer together, so that each window is taken a quarter of a second longer. That costs
// 0.4 % of a minute's budget, and nothing of a second's: over a minute, three to six times less is allowed anyway.
//
// A 429 in spite of that means that somebody else uses the account. The endpoint then pauses, and goes on at half its
// rate, of which a tenth of the full rate is won back each minute.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "klaviyo/catalogue.h"

namespace klaviyo::net {

/// What a request counts against: an endpoint, or a class that is counted across endpoints.
struct RateKey {
  std::string_view name;
  RateClass known;  // until the service states the limits itself
};

/// Thread-safe.
class RateLimiter {
 public:
  /// `share` of every limit (0, 1] is used, in whole requests, to the nearest; at least one request per window always
  /// is.
  RateLimiter(double share, base::Clock& clock);
  ~RateLimiter();

  /// Books one request on all of `keys` and returns 0: it is to be sent now. Or books nothing, and returns after how
  /// many microseconds to ask again: nobody holds a place for a time to come, so that a pause holds for all.
  int64_t book(std::span<const RateKey> keys);

  /// Learns an endpoint's limits from a `RateLimit-Limit` value: "350, 350;w=1, 3500;w=60". They replace the known
  /// ones of the same windows, up or down. What cannot be read is ignored.
  void learn(std::string_view endpoint, std::string_view rate_limit_limit);

  /// After a 429: nothing of `endpoint` for this long, and half the rate afterwards. Further 429s of the same pause
  /// lengthen it and halve nothing.
  void pause(std::string_view endpoint, int64_t duration_us);

 private:
  struct Endpoint;

  int64_t elapsed_us();
  Endpoint& endpoint_of(std::string_view name);
  int64_t wait_us(const Endpoint& endpoint, int64_t now_us) const;
  size_t allowed(int64_t limit, double pace) const;

  const double share_;
  base::Clock& clock_;
  std::mutex mutex_;  // guards the members below
  int64_t last_clock_us_;
  int64_t elapsed_us_ = 0;
  std::map<std::string, Endpoint, std::less<>> endpoints_;
};

}  // namespace klaviyo::net
