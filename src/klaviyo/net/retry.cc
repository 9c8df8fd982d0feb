#include "klaviyo/net/retry.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text_time.h"
#include "klaviyo/net/answer.h"
#include "klaviyo/net/text.h"

namespace klaviyo::net {

namespace {

constexpr std::array kRetriedStatuses{408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524};

constexpr int kBudgetTokens = 500;
constexpr int kRetryCost = 5;
constexpr int kTimeoutCost = 10;

// Longer than any wait that is ever begun, short enough that a time so far ahead can still be written.
constexpr int64_t kMaxRetryAfterSec = 10'000'000'000;

}  // namespace

Verdict verdict_for_status(int http_status, std::string_view content_type) {
  if (http_status >= 200 && http_status <= 299) return Verdict::success;
  if (std::find(kRetriedStatuses.begin(), kRetriedStatuses.end(), http_status) != kRetriedStatuses.end()) {
    return Verdict::retry;
  }
  return http_status == 403 && is_html_type(content_type) ? Verdict::retry : Verdict::give_up;
}

std::optional<int64_t> parse_retry_after(std::string_view value, std::string_view date_header, int64_t now_us) {
  value = trimmed(value);
  if (value.empty()) return {};
  if (value.find_first_not_of("0123456789") == std::string_view::npos) {
    int64_t seconds = 0;
    const auto parsed = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (parsed.ec != std::errc()) seconds = kMaxRetryAfterSec;
    return std::min(seconds, kMaxRetryAfterSec) * base::kMicrosPerSecond;
  }
  const std::optional<int64_t> at_us = base::parse_http_date(value, now_us);
  if (!at_us) return {};
  const int64_t reference_us = base::parse_http_date(trimmed(date_header), now_us).value_or(now_us);
  return std::max<int64_t>(*at_us - reference_us, 0);
}

int64_t backoff_us(int attempt, int64_t initial_us, int64_t max_us, std::optional<int64_t> hint_us, double random01) {
  int64_t ceiling_us = std::min(initial_us, max_us);
  for (int i = 0; i < attempt && ceiling_us < max_us; ++i) {
    ceiling_us = ceiling_us > max_us / 2 ? max_us : ceiling_us * 2;
  }
  const auto jitter = [random01](int64_t range_us) {
    return static_cast<int64_t>(random01 * static_cast<double>(range_us + 1));
  };
  if (!hint_us) return jitter(ceiling_us);
  return std::max(jitter(ceiling_us), *hint_us) + jitter(base::kMicrosPerSecond);
}

bool RetryBudget::spend(bool after_timeout) {
  const int cost = after_timeout ? kTimeoutCost : kRetryCost;
  if (tokens_ < cost) return false;
  tokens_ -= cost;
  return true;
}

void RetryBudget::refund() { tokens_ = std::min(tokens_ + 1, kBudgetTokens); }

}  // namespace klaviyo::net
