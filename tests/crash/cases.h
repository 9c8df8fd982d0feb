// Which runs to kill, where, and how.
#pragma once

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "campaign.h"

namespace crash {

using Calls = std::vector<std::string>;

/// Killed before each of the calls number `first` … `last`.
std::vector<Case> before_calls(int first, int last);

/// Killed in the middle of each write, and in the middle of and right behind each message to a server.
std::vector<Case> in_writes(const Calls& calls);

/// Power fails before each call, and behind the end of the run: all that is not synced goes.
std::vector<Case> power_failures(const Calls& calls);

/// The same `count` times at random calls: some of what is not synced goes.
std::vector<Case> odd_power_failures(const Calls& calls, int count, std::mt19937& random);

/// Killed by the clock, behind paced and behind quick answers.
std::vector<Case> at_random_times(const Campaign& campaign, int count, std::mt19937& random);

/// Killed at a random call, and so are one to three runs that go on with it.
std::vector<Case> with_killed_resumes(const Calls& calls, int count, std::mt19937& random);

/// A part of them all, the same every time: some calls spread over the run, the first of each kind, the last ones, and
/// all in which rows become visible, the next configuration is written and the state is dropped.
std::vector<Case> sample(const Calls& calls);

}  // namespace crash
