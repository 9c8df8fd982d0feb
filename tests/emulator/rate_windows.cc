#include "rate_windows.h"

#include <algorithm>
#include <array>

#include "mixing.h"
#include "time_text.h"

namespace emulator {
namespace {

struct Limit {
  int64_t count;
  int64_t seconds;
};

std::vector<Limit> limits_of(const Rate& rate) {
  std::vector<Limit> out;
  for (const Limit limit : {Limit{rate.per_second, 1}, Limit{rate.per_minute, 60}, Limit{rate.per_day, 86'400}}) {
    if (limit.count > 0) out.push_back(limit);
  }
  return out;
}

}  // namespace

RateAnswer RateWindows::take(const std::vector<std::pair<std::string, Rate>>& limits, int64_t now_us) {
  const std::lock_guard lock(mutex_);
  RateAnswer answer;
  std::vector<Window*> used;
  bool shortest = true;
  for (const auto& [name, rate] : limits) {
    for (const Limit& limit : limits_of(rate)) {
      const std::string key = name + '/' + std::to_string(limit.seconds);
      const int64_t length_us = limit.seconds * kSecond;
      const int64_t phase_us = below(mix(phase_seed_ ^ hash_text(key)), length_us);
      const int64_t begin_us = now_us - (now_us + phase_us) % length_us;
      Window& window = windows_[key];
      if (window.begin_us != begin_us) window = {begin_us, 0};
      const int64_t left_us = begin_us + length_us - now_us;
      if (window.taken >= limit.count) {
        answer.allowed = false;
        answer.retry_after_sec = std::max(answer.retry_after_sec, (left_us + kSecond - 1) / kSecond);
      }
      if (shortest) {
        answer.remaining = std::max<int64_t>(limit.count - window.taken - 1, 0);
        answer.reset_sec = left_us / kSecond;
        shortest = false;
      }
      used.push_back(&window);
    }
  }
  if (answer.allowed) {
    for (Window* window : used) ++window->taken;
  }
  return answer;
}

std::string rate_limit_header(const Rate& rate) {
  const auto limits = limits_of(rate);
  std::string out = std::to_string(limits.empty() ? 0 : limits.front().count);
  for (const Limit& limit : limits) {
    out += ", " + std::to_string(limit.count) + ";w=" + std::to_string(limit.seconds);
  }
  return out;
}

}  // namespace emulator
