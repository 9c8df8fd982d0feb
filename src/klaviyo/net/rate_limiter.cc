#include "klaviyo/net/rate_limiter.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <optional>
#include <vector>

#include "klaviyo/net/text.h"

namespace klaviyo::net {

namespace {

constexpr int64_t kSecondUs = 1'000'000;
constexpr int64_t kMinuteUs = 60 * kSecondUs;
// Bounds on what is learnt: what a service states beyond them is ignored.
constexpr int64_t kMaxWindowSec = 86'400;
constexpr int64_t kMaxLimit = 1'000'000;
constexpr size_t kMaxWindows = 8;

// How much later than another request one may arrive that left at the same time: a new connection's handshakes.
constexpr int64_t kGuardUs = 250'000;

constexpr double kPaceCut = 0.5;
constexpr double kPaceWonPerMinute = 0.1;
constexpr double kMinPace = 0.05;

struct Window {
  int64_t length_us;
  int64_t limit;
};

std::optional<int64_t> positive_number(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number <= 0) return {};
  return number;
}

/// "3500;w=60"; nothing for what says no window.
std::optional<Window> parse_window(std::string_view item) {
  const size_t semicolon = item.find(';');
  if (semicolon == std::string_view::npos) return {};
  std::string_view parameter = item.substr(semicolon + 1);
  parameter = trimmed(parameter.substr(0, parameter.find(';')));
  if (parameter.substr(0, 2) != "w=") return {};
  const auto limit = positive_number(trimmed(item.substr(0, semicolon)));
  const auto length_sec = positive_number(parameter.substr(2));
  if (!limit || *limit > kMaxLimit || !length_sec || *length_sec > kMaxWindowSec) return {};
  return Window{*length_sec * kSecondUs, *limit};
}

}  // namespace

struct RateLimiter::Endpoint {
  std::vector<Window> windows;
  std::deque<int64_t> sent_us;  // oldest first; as many as the largest limit looks back
  int64_t paused_until_us = 0;
  double pace_after_cut = 1;
  int64_t cut_us = 0;

  double pace(int64_t now_us) const {
    const double minutes = static_cast<double>(now_us - cut_us) / static_cast<double>(kMinuteUs);
    return std::min(1.0, pace_after_cut + kPaceWonPerMinute * minutes);
  }

  void set_window(const Window& window) {
    if (window.limit <= 0) return;
    const auto same = std::find_if(windows.begin(), windows.end(),
                                   [&](const Window& known) { return known.length_us == window.length_us; });
    if (same != windows.end()) {
      same->limit = window.limit;
    } else if (windows.size() < kMaxWindows) {
      windows.push_back(window);
    }
  }
};

RateLimiter::RateLimiter(double share, base::Clock& clock)
    : share_(share), clock_(clock), last_clock_us_(clock.monotonic_us()) {}

RateLimiter::~RateLimiter() = default;

/// Time since the beginning, made of the clock's steps forward alone: a host's clock that is set back stops nothing.
int64_t RateLimiter::elapsed_us() {
  const int64_t clock_us = clock_.monotonic_us();
  elapsed_us_ += std::max<int64_t>(clock_us - last_clock_us_, 0);
  last_clock_us_ = clock_us;
  return elapsed_us_;
}

RateLimiter::Endpoint& RateLimiter::endpoint_of(std::string_view name) {
  const auto found = endpoints_.find(name);
  return found != endpoints_.end() ? found->second : endpoints_.emplace(name, Endpoint()).first->second;
}

size_t RateLimiter::allowed(int64_t limit, double pace) const {
  // Rounded, so that 0.9 of two a minute is not one. The hair keeps halves from falling either way.
  return static_cast<size_t>(std::max(1.0, share_ * pace * static_cast<double>(limit) + 0.5 - 1e-6));
}

int64_t RateLimiter::wait_us(const Endpoint& endpoint, int64_t now_us) const {
  int64_t free_us = endpoint.paused_until_us;
  for (const Window& window : endpoint.windows) {
    const size_t count = allowed(window.limit, endpoint.pace(now_us));
    if (endpoint.sent_us.size() < count) continue;
    const int64_t first_us = endpoint.sent_us[endpoint.sent_us.size() - count];
    free_us = std::max(free_us, first_us + window.length_us + kGuardUs);
  }
  return std::max<int64_t>(free_us - now_us, 0);
}

int64_t RateLimiter::book(std::span<const RateKey> keys) {
  std::lock_guard lock(mutex_);
  const int64_t now_us = elapsed_us();
  int64_t longest_us = 0;
  for (const RateKey& key : keys) {
    Endpoint& endpoint = endpoint_of(key.name);
    if (endpoint.windows.empty()) {
      endpoint.set_window({kSecondUs, key.known.per_second});
      endpoint.set_window({kMinuteUs, key.known.per_minute});
      endpoint.set_window({kMaxWindowSec * kSecondUs, key.known.per_day});
    }
    longest_us = std::max(longest_us, wait_us(endpoint, now_us));
  }
  if (longest_us > 0) return longest_us;
  for (const RateKey& key : keys) {
    Endpoint& endpoint = endpoint_of(key.name);
    endpoint.sent_us.push_back(now_us);
    size_t needed = 0;
    for (const Window& window : endpoint.windows) needed = std::max(needed, allowed(window.limit, 1));
    while (endpoint.sent_us.size() > needed) endpoint.sent_us.pop_front();
  }
  return 0;
}

void RateLimiter::learn(std::string_view endpoint, std::string_view rate_limit_limit) {
  std::lock_guard lock(mutex_);
  while (!rate_limit_limit.empty()) {
    const size_t comma = std::min(rate_limit_limit.find(','), rate_limit_limit.size());
    const auto window = parse_window(rate_limit_limit.substr(0, comma));
    if (window) endpoint_of(endpoint).set_window(*window);
    rate_limit_limit.remove_prefix(std::min(comma + 1, rate_limit_limit.size()));
  }
}

void RateLimiter::pause(std::string_view endpoint_name, int64_t duration_us) {
  std::lock_guard lock(mutex_);
  const int64_t now_us = elapsed_us();
  Endpoint& endpoint = endpoint_of(endpoint_name);
  if (now_us >= endpoint.paused_until_us) {
    endpoint.pace_after_cut = std::max(kMinPace, endpoint.pace(now_us) * kPaceCut);
    endpoint.cut_us = now_us;
  }
  endpoint.paused_until_us = std::max(endpoint.paused_until_us, now_us + duration_us);
}

}  // namespace klaviyo::net
