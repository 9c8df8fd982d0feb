// The Klaviyo API over HTTP: headers, origin, pacing, retry, and error answers as one readable line.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/status.h"
#include "klaviyo/catalogue.h"
#include "klaviyo/net/http.h"
#include "klaviyo/net/rate_limiter.h"
#include "klaviyo/net/retry.h"

namespace klaviyo::net {

struct ApiOptions {
  std::string base_url;  // origin only: scheme://host[:port]
  std::string revision;
  std::string effective_revision;
  int retry_limit = 5;
  int64_t retry_initial_wait_sec = 1;
  int64_t max_retry_wait_sec = 300;
  double rate_limit_share = 0.9;
  HttpOptions http;
};

struct ApiRequest {
  std::string path;                                        // `/api/events`
  std::vector<std::pair<std::string, std::string>> query;  // not yet percent-encoded, in order
  RateClass rate{};
  std::string scope;       // named in the message of a 401 or 403
  bool fail_fast = false;  // preview: no retry, no wait
};

/// The first error object of a JSON:API error answer, for callers that react to it.
struct ApiProblem {
  int http_status = 0;
  std::string code;
  std::string title;
  std::string detail;
  std::string parameter;  // source.parameter, else source.pointer
};

struct ApiAnswer {
  base::Status status;            // ok exactly when a 2xx body is there
  std::string body;               // capacity exceeds size by 64 bytes at least
  std::string content_type;
  int64_t server_time_us = -1;    // from the Date header; -1 unknown
  int64_t local_time_us = -1;     // when the answer was there
  ApiProblem problem;             // when status is not ok and the service said why
};

struct ApiCounters {
  std::atomic<int64_t> requests{0};
  std::atomic<int64_t> retries{0};
  std::atomic<int64_t> throttled{0};
  std::atomic<int64_t> bytes_received{0};
  std::atomic<int64_t> wait_us{0};
};

/// Thread-safe; blocks the calling thread in get().
class ApiClient {
 public:
  /// `token` , `clock`, `log` and `stop` must outlive the client.
  ApiClient(ApiOptions options, const base::Secret& token, base::Clock& clock, const base::Log& log,
            const base::StopFlag& stop);
  ~ApiClient();

  /// One GET, retried as far as the options allow, paced by the rate limiter (retries too). A wait longer than
  /// max_retry_wait_sec is not begun: Code::rate_limited with the time at which to go on.
  ApiAnswer get(const ApiRequest& request);

  const ApiCounters& counters() const { return counters_; }

  /// Wakes what waits for the network, after the stop flag was set. Any thread.
  void wake();

 private:
  ApiOptions options_;
  const base::Secret& token_;
  base::Clock& clock_;
  const base::Log& log_;
  const base::StopFlag& stop_;
  HttpClient http_;
  RateLimiter limiter_;
  ApiCounters counters_;
  std::mutex mutex_;  // guards the members below
  RetryBudget budget_;
  std::mt19937_64 random_;
};

}  // namespace klaviyo::net
