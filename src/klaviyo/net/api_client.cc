#include "klaviyo/net/api_client.h"

#include <algorithm>
#include <cstdio>
#include <new>
#include <optional>

#include "base/text_time.h"
#include "klaviyo/net/url.h"

namespace klaviyo::net {

namespace {

using base::Code;
using base::kMicrosPerSecond;
using base::Status;

constexpr int kMaxHtmlRetries = 3;
constexpr size_t kMaxMessageBytes = 2048;
constexpr std::string_view kHtml = "text/html";

// The minute's window may ask for that much in a healthy run, however short the longest retry wait is.
constexpr int64_t kOrdinaryPacingUs = 65 * kMicrosPerSecond;
// A preview keeps to the second's window, too, but not to more.
constexpr int64_t kPreviewPacingUs = 2 * kMicrosPerSecond;

// Revisions from this one on name the JSON:API media type (../klaviyo/revisions.md).
constexpr std::string_view kJsonApiSince = "2024-10-15";

/// "4.2"
std::string seconds(int64_t us) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", static_cast<double>(us) / static_cast<double>(kMicrosPerSecond));
  return text;
}

/// "GET /api/events"
std::string name_of(const ApiRequest& request) { return std::string(request.method()) + " " + request.path; }

std::string number(int64_t value) { return std::to_string(value); }

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

/// What is wrong with a success's body; ok when nothing is. All but a partial one may come right when asked again.
Status check_body(const HttpResponse& response) {
  const std::string http = "HTTP " + number(response.status);
  if (response.status == 206) return {Code::data, http + " with a part of the answer only, which was not asked for"};
  if (is_blank(response.body)) return {Code::remote_transient, http + " with an empty body"};
  if (is_html(response)) {
    return {Code::remote_transient, http + " with an HTML page in place of data (is there a proxy between?)"};
  }
  if (!response.length_known && !is_whole_json(response.body)) {
    return {Code::remote_transient, http + " with a body that was cut short"};
  }
  return {};
}

Code code_of_status(int http_status, Verdict verdict) {
  if (http_status == 429) return Code::rate_limited;
  if (verdict == Verdict::retry) return Code::remote_transient;
  return http_status == 401 || http_status == 403 ? Code::auth : Code::remote_fatal;
}

}  // namespace

/// One answer, and what it calls for.
struct ApiClient::Attempt {
  ApiAnswer answer;
  bool retry = false;
  bool html = false;
  bool timed_out = false;
  std::optional<int64_t> hint_us;  // Retry-After
};

struct ApiClient::Retries {
  int made = 0;
  int after_html = 0;
};

ApiClient::ApiClient(ApiOptions options, const base::Secret& token, base::Clock& clock, const base::Log& log,
                     const base::StopFlag& stop)
    : options_(std::move(options)),
      token_(token),
      clock_(clock),
      log_(log),
      stop_(stop),
      http_(options_.http, stop),
      limiter_(options_.rate_limit_share, clock),
      random_(std::random_device{}()) {}

ApiClient::~ApiClient() = default;

void ApiClient::wake() { http_.wake(); }

ApiAnswer ApiClient::get(const ApiRequest& request) try {
  return get_or_throw(request);
} catch (const std::bad_alloc&) {
  ApiAnswer answer;
  answer.status = Status(Code::out_of_memory, "out of memory");
  return answer;
}

ApiAnswer ApiClient::get_or_throw(const ApiRequest& request) {
  const HttpRequest to_send = http_request(request);
  for (Retries retries;;) {
    Attempt last;
    last.answer.status = pace(request);
    if (!last.answer.status.ok()) return std::move(last.answer);
    last = attempt(request, to_send);
    if (last.answer.status.ok() || !last.retry) return std::move(last.answer);
    Status status = prepare_retry(request, last, retries);
    if (!status.ok()) {
      last.answer.status = std::move(status);
      return std::move(last.answer);
    }
  }
}

HttpRequest ApiClient::http_request(const ApiRequest& request) const {
  HttpRequest http;
  http.url = options_.base_url + request.path;
  if (!request.query.empty()) http.url += "?" + format_query(request.query);
  const bool json_api = options_.effective_revision >= kJsonApiSince;
  const char* const media_type = json_api ? "application/vnd.api+json" : "application/json";
  http.headers = {{"revision", options_.revision}, {"Accept", media_type}};
  if (!request.body.empty()) http.headers.emplace_back("Content-Type", media_type);
  http.body = request.body;
  http.authorization = &token_;
  http.stop = request.stop;
  http.budget = request.budget;
  http.decoder = request.decoder;
  return http;
}

/// Waits for the rate limiter's permission.
Status ApiClient::pace(const ApiRequest& request) {
  std::vector<RateKey> keys{{request.rate_name(), request.rate}};
  for (const ExtraRate& extra : request.extra_rate) keys.push_back({extra.name, extra.rate});
  const int64_t longest_us = request.fail_fast
                                 ? kPreviewPacingUs
                                 : std::max(options_.max_retry_wait_sec * kMicrosPerSecond, kOrdinaryPacingUs);
  for (;;) {
    if (stop_of(request).requested()) return {Code::cancelled, "cancelled"};
    const int64_t wait = limiter_.book(keys);
    if (wait == 0) return {};
    if (wait > longest_us) {
      const int64_t at_us = clock_.now_us() + wait;
      Status status(Code::rate_limited, "the rate limit of " + request.path + " is used up for " + seconds(wait) +
                                            " seconds; go on at " + base::format_rfc3339(at_us));
      return status.with_retry_at_us(at_us);
    }
    if (!wait_us(wait, request)) return {Code::cancelled, "cancelled"};
  }
}

/// Sends once.
ApiClient::Attempt ApiClient::attempt(const ApiRequest& request, const HttpRequest& http_request) {
  Attempt attempt;
  const int64_t begin_us = clock_.monotonic_us();
  counters_.requests++;
  auto response = http_.send(http_request, &attempt.timed_out);
  const int64_t took_ms = (clock_.monotonic_us() - begin_us) / 1000;
  attempt.answer.local_time_us = clock_.now_us();
  if (!response.ok()) {
    attempt.answer.status = say(response.status(), "; " + name_of(request));
    attempt.retry = response.status().code() == Code::remote_transient;
    log_.debug(name_of(request) + ": no answer after " + number(took_ms) + " ms");
    return attempt;
  }
  counters_.bytes_received += response->wire_bytes;
  if (log_.enabled(base::LogLevel::debug)) {
    log_.debug(name_of(request) + ": HTTP " + number(response->status) + ", " + number(response->wire_bytes) +
               " bytes, " + number(took_ms) + " ms");
  }
  judge(request, *std::move(response), attempt);
  return attempt;
}

/// Fills the answer, and whether to ask again.
void ApiClient::judge(const ApiRequest& request, HttpResponse response, Attempt& attempt) {
  ApiAnswer& answer = attempt.answer;
  const std::string date = response.header("date");
  answer.server_time_us = base::parse_http_date(date, answer.local_time_us).value_or(-1);
  answer.content_type = response.header("content-type");
  limiter_.learn(request.rate_name(), response.header("ratelimit-limit"));

  const bool html = is_html(response);
  const Verdict verdict = verdict_for_status(response.status, html ? kHtml : std::string_view(answer.content_type));
  if (verdict == Verdict::success) {
    answer.status = check_body(response);
    attempt.retry = answer.status.code() == Code::remote_transient;
    if (answer.status.ok()) {
      answer.body = std::move(response.body);
      answer.share = std::move(response.share);
      std::lock_guard lock(mutex_);
      budget_.refund();
      return;
    }
    answer.status = say(answer.status, "; " + name_of(request));
  } else {
    answer.problem = parse_problem(response, token_);
    const AskedFor asked{request.path, request.scope, options_.revision, request.method()};
    answer.status = Status(code_of_status(response.status, verdict), describe(response, answer.problem, asked, token_));
    attempt.retry = verdict == Verdict::retry;
    attempt.hint_us = parse_retry_after(response.header("retry-after"), date, answer.local_time_us);
  }
  answer.problem.http_status = response.status;
  answer.status.with_http_status(response.status);
  attempt.html = html && (verdict == Verdict::success || response.status == 403);
  attempt.timed_out = response.status == 408 || response.status == 504;
  if (response.status == 429) {
    counters_.throttled++;
    limiter_.pause(request.rate_name(), attempt.hint_us.value_or(kMicrosPerSecond));
  }
}

/// Waits before the next attempt; or says why there is none.
Status ApiClient::prepare_retry(const ApiRequest& request, const Attempt& last, Retries& retries) {
  const Status& failure = last.answer.status;
  const int64_t max_us = options_.max_retry_wait_sec * kMicrosPerSecond;
  const int64_t at_us = last.hint_us ? last.answer.local_time_us + *last.hint_us : -1;
  if (last.hint_us && (request.fail_fast || *last.hint_us > max_us)) {
    const Status asked_to_wait = Status(Code::rate_limited, failure.message()).with_http_status(failure.http_status());
    return say(asked_to_wait, "; the service asks to wait for " + seconds(*last.hint_us) + " seconds; go on at " +
                                  base::format_rfc3339(at_us))
        .with_retry_at_us(at_us);
  }
  if (request.fail_fast) return failure;
  if (retries.made >= options_.retry_limit || (last.html && retries.after_html >= kMaxHtmlRetries)) {
    return say(failure, "; gave up after " + number(retries.made) + " retries").with_retry_at_us(at_us);
  }
  if (!spend_budget(last.timed_out)) {
    return say(Status(Code::remote_transient, failure.message()).with_http_status(failure.http_status()),
               "; too many requests of this run failed, its budget of retries is used up");
  }
  const int64_t wait =
      backoff_us(retries.made, options_.retry_initial_wait_sec * kMicrosPerSecond, max_us, last.hint_us, random01());
  retries.made++;
  retries.after_html += last.html ? 1 : 0;
  counters_.retries++;
  const bool refused = failure.http_status() >= 300;
  log_.warn("Retrying '" + number(retries.made) + "'/'" + number(options_.retry_limit) + "' after " + seconds(wait) +
            " seconds. " + (refused ? "HTTP status code: " + number(failure.http_status()) : failure.message()));
  return wait_us(wait, request) ? Status() : Status(Code::cancelled, "cancelled");
}

const base::StopFlag& ApiClient::stop_of(const ApiRequest& request) const {
  return request.stop != nullptr ? *request.stop : stop_;
}

bool ApiClient::wait_us(int64_t duration_us, const ApiRequest& request) {
  counters_.wait_us += duration_us;
  return clock_.wait_us(duration_us, stop_of(request));
}

bool ApiClient::spend_budget(bool after_timeout) {
  std::lock_guard lock(mutex_);
  return budget_.spend(after_timeout);
}

double ApiClient::random01() {
  std::lock_guard lock(mutex_);
  return std::uniform_real_distribution<double>(0, 1)(random_);
}

/// The status with more said, fit to leave the client.
Status ApiClient::say(const Status& status, std::string_view more) const {
  Status said(status.code(), printable(status.message() + std::string(more), token_, kMaxMessageBytes));
  said.with_http_status(status.http_status()).with_retry_at_us(status.retry_at_us());
  return said;
}

}  // namespace klaviyo::net
