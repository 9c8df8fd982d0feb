#include "cases.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace crash {

namespace {

constexpr int kSpreadCalls = 6;
constexpr int kCallsBeforeTheEnd = 20;  // before the next configuration is begun: the commit is among them
constexpr int kCallsBehindTheEnd = 8;   // behind it: the state is dropped in them
constexpr int kLastCalls = 4;
constexpr int kDeepestResume = 3;

int pick(int first, int last, std::mt19937& random) { return std::uniform_int_distribution<int>(first, last)(random); }

int size_of(const Calls& calls) { return static_cast<int>(calls.size()); }

bool is_about_diff(const std::string& call) { return call.find(" diff.yml") != std::string::npos; }

bool is_send(const std::string& call) { return call.rfind("sendto ", 0) == 0; }

bool is_write(const std::string& call) { return call.find("write") < call.find(' '); }

}  // namespace

std::vector<Case> before_calls(int first, int last) {
  std::vector<Case> cases;
  for (int call = first; call <= last; ++call) cases.push_back({.strike = {.call = call}});
  return cases;
}

std::vector<Case> in_writes(const Calls& calls) {
  std::vector<Case> cases;
  for (int call = 1; call <= size_of(calls); ++call) {
    const std::string& name = calls[static_cast<size_t>(call - 1)];
    if (is_write(name) || is_send(name)) cases.push_back({.strike = {.call = call, .done = "half"}});
    // What is sent is done by others, who may not be ready when the next run begins.
    if (is_send(name)) cases.push_back({.strike = {.call = call, .done = "all"}});
  }
  return cases;
}

std::vector<Case> power_failures(const Calls& calls) {
  std::vector<Case> cases = {{.strike = {.lose = "all"}}};
  for (int call = 1; call <= size_of(calls); ++call) cases.push_back({.strike = {.call = call, .lose = "all"}});
  return cases;
}

std::vector<Case> odd_power_failures(const Calls& calls, int count, std::mt19937& random) {
  std::vector<Case> cases;
  for (int i = 0; i < count; ++i) {
    const int call = pick(1, size_of(calls), random);
    cases.push_back({.strike = {.call = call, .lose = std::to_string(random())}});
  }
  return cases;
}

std::vector<Case> at_random_times(const Campaign& campaign, int count, std::mt19937& random) {
  std::vector<Case> cases;
  for (int i = 0; i < count; ++i) {
    const bool quick = i % 2 == 1;
    const auto longest = static_cast<int>(campaign.duration(quick).count());
    cases.push_back({.time = std::chrono::milliseconds(pick(1, longest, random)), .quick = quick});
  }
  return cases;
}

std::vector<Case> with_killed_resumes(const Calls& calls, int count, std::mt19937& random) {
  std::vector<Case> cases;
  for (int i = 0; i < count; ++i) {
    Case one{.strike = {.call = pick(1, size_of(calls), random), .done = i % 2 == 1 ? "half" : ""}};
    for (int depth = pick(1, kDeepestResume, random); depth > 0; --depth) {
      one.resumes.push_back({.call = pick(1, size_of(calls) / 2, random)});
    }
    cases.push_back(std::move(one));
  }
  return cases;
}

std::vector<Case> sample(const Calls& calls) {
  const auto number = [&](auto call) { return static_cast<int>(call - calls.begin()) + 1; };
  const int end = size_of(calls);
  const int step = std::max(1, end / kSpreadCalls);
  const int diff = number(std::find_if(calls.begin(), calls.end(), is_about_diff));
  const int behind_diff = number(std::find(calls.begin(), calls.end(), "rename diff.yml"));
  std::vector<Strike> strikes;
  std::set<std::string> kinds;
  for (int call = 1; call <= end; ++call) {
    const bool is_first = kinds.insert(calls[static_cast<size_t>(call - 1)]).second;
    const bool is_near_the_end = call >= diff - kCallsBeforeTheEnd && call <= behind_diff + kCallsBehindTheEnd;
    if (!is_first && !is_near_the_end && call % step != 0 && call <= end - kLastCalls) continue;
    // A run may save its state once more or less often than another: what comes behind is counted from there.
    strikes.push_back({.call = call});
    if (call >= diff && diff <= end)
      strikes.back() = {.call = call - diff + 1, .from = calls[static_cast<size_t>(diff - 1)]};
  }
  std::vector<Case> cases = {{.strike = {.lose = "all"}}};
  for (const Strike& strike : strikes) cases.push_back({.strike = strike});
  // Some of them again: in the middle of a write, and with the power.
  for (size_t i = 0; i < strikes.size(); i += 6) {
    const Strike variants[] = {{.done = "half"}, {.lose = "all"}, {.lose = "1"}};
    for (size_t j = 0; j < std::size(variants) && i + j < strikes.size(); ++j) {
      Strike strike = strikes[i + j];
      strike.done = variants[j].done;
      strike.lose = variants[j].lose;
      cases.push_back({.strike = strike});
    }
  }
  std::mt19937 random(1);
  for (Case& one : with_killed_resumes(calls, 3, random)) cases.push_back(std::move(one));
  return cases;
}

}  // namespace crash
