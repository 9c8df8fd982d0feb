// The Klaviyo API over HTTP: headers, origin, pacing, retry, and error answers as one readable line.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/status.h"
#include "klaviyo/catalogue.h"
#include "klaviyo/net/answer.h"
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

/// A rate class that is counted across endpoints: a source's costlier variant.
struct ExtraRate {
  std::string name;  // `predictive_analytics`
  RateClass rate;
};

struct ApiRequest {
  std::string path;                                        // `/api/events`
  std::vector<std::pair<std::string, std::string>> query;  // not yet percent-encoded, in order
  RateClass rate{};
  std::string scope;                       // named in the message of a 401 or 403
  bool fail_fast = false;                  // preview: no retry, and no wait but a second's worth of pacing
  const base::StopFlag* stop = nullptr;    // ends this request, instead of the client's flag; then wake()
  std::vector<ExtraRate> extra_rate = {};  // what the request counts against besides its endpoint's own class
  BodyBudget* budget = nullptr;            // as those of HttpRequest
  const BodyDecoder* decoder = nullptr;
  std::string body = {};      // JSON:API; empty: a GET. Else a POST that only asks, and may be sent again
  std::string endpoint = {};  // `/api/lists/{id}/profiles`: all of its paths count as one; empty: the path alone

  const char* method() const { return body.empty() ? "GET" : "POST"; }
  const std::string& rate_name() const { return endpoint.empty() ? path : endpoint; }
};

struct ApiAnswer {
  base::Status status;  // ok exactly when a 2xx body is there
  std::string body;     // capacity exceeds size by 64 bytes at least
  BodyBudget::Share share;
  std::string content_type;
  int64_t server_time_us = -1;  // from the Date header; -1 unknown
  int64_t local_time_us = -1;   // when the answer was there
  ApiProblem problem;           // when status is not ok and the service said why
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
  /// `token`, `clock`, `log` and `stop` must outlive the client.
  ApiClient(ApiOptions options, const base::Secret& token, base::Clock& clock, const base::Log& log,
            const base::StopFlag& stop);
  ~ApiClient();

  /// One request, retried as far as the options allow, paced by the rate limiter (retries too). Failures:
  ///   config, remote_fatal, data, cancelled, out_of_memory   as HttpClient::send() and decode; at once
  ///   auth              401, 403: what to check is said
  ///   remote_fatal      every other status that is not worth a retry; redirects
  ///   remote_transient  retries, or the whole run's retry budget, are used up
  ///   rate_limited      429 to the end; or a wait longer than max_retry_wait_sec, which is not begun: retry_at_us says
  ///                     when to go on
  ///   data              part of a body (206)
  /// An answer without a body, or with HTML in place of JSON (at most 3 times), is retried and never a success.
  ApiAnswer get(const ApiRequest& request);

  const ApiCounters& counters() const { return counters_; }

  /// Wakes what waits for the network, after the stop flag was set. Any thread.
  void wake();

 private:
  struct Attempt;
  struct Retries;

  HttpRequest http_request(const ApiRequest& request) const;
  ApiAnswer get_or_throw(const ApiRequest& request);
  base::Status pace(const ApiRequest& request);
  Attempt attempt(const ApiRequest& request, const HttpRequest& http_request);
  void judge(const ApiRequest& request, HttpResponse response, Attempt& attempt);
  base::Status prepare_retry(const ApiRequest& request, const Attempt& attempt, Retries& retries);
  const base::StopFlag& stop_of(const ApiRequest& request) const;
  bool wait_us(int64_t duration_us, const ApiRequest& request);
  bool spend_budget(bool after_timeout);
  double random01();
  base::Status say(const base::Status& status, std::string_view more) const;

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
