// All of the crash tests: crash_matrix [--kills N] [--seed N] [--at-once N] [DESTINATION…]
#include <cstdio>
#include <functional>
#include <iostream>
#include <stdexcept>

#include "campaign.h"
#include "cases.h"

namespace crash {
namespace {

struct Options {
  int kills = 200;  // by the clock, for each destination
  unsigned seed = 20261124;
  int at_once = 24;
  std::vector<std::string> destinations;
};

void print(const std::string& destination, const std::string& kind, const Figures& figures) {
  std::printf("%-28s %-34s %7d %7d %8d %6zu %6zu %7zu\n", destination.c_str(), kind.c_str(), figures.killed,
              figures.ended, figures.resumes, figures.lost, figures.twice, figures.faults.size());
  std::fflush(stdout);
}

void print_faults(const Figures& figures) {
  for (const std::string& fault : figures.faults) std::printf("    %s\n", fault.c_str());
}

/// Kills at each call from the first on, until runs end before they come to theirs.
Figures kill_everywhere(Campaign& campaign, int at_once) {
  Figures all;
  int last = static_cast<int>(campaign.calls().size());
  all.add(campaign.run(before_calls(1, last), at_once));
  for (Figures more; more.ended < 3; last += 4) {
    more = campaign.run(before_calls(last + 1, last + 4), at_once);
    all.add(more);
  }
  return all;
}

Figures kill_by_clock(Campaign& campaign, const Options& options, std::mt19937& random) {
  Figures all;
  while (all.killed < options.kills) {
    all.add(campaign.run(at_random_times(campaign, options.kills - all.killed, random), options.at_once));
  }
  return all;
}

/// Kinds of calls of the undisturbed run at which no run died.
std::set<std::string> not_died_at(const Campaign& campaign, const Figures& figures) {
  std::set<std::string> kinds(campaign.calls().begin(), campaign.calls().end());
  for (const std::string& kind : figures.calls_died_at) kinds.erase(kind);
  return kinds;
}

Figures run(const Destination& destination, const Emulators& emulators, const Options& options) {
  Campaign campaign(destination, emulators);
  const Calls& calls = campaign.calls();
  std::mt19937 random(options.seed);
  Figures all;
  const auto part = [&](const std::string& kind, const Figures& figures) {
    print(destination.name, kind, figures);
    print_faults(figures);
    all.add(figures);
  };
  part("before every call", kill_everywhere(campaign, options.at_once));
  part("in every write", campaign.run(in_writes(calls), options.at_once));
  part("resumes killed, up to 3 deep", campaign.run(with_killed_resumes(calls, 60, random), options.at_once));
  part("by the clock", kill_by_clock(campaign, options, random));
  part("power failure at every call", campaign.run(power_failures(calls), options.at_once));
  part("power failure, writes reordered", campaign.run(odd_power_failures(calls, 100, random), options.at_once));
  Figures missed;
  for (const std::string& kind : not_died_at(campaign, all)) missed.faults.push_back("no run died at " + kind);
  if (!missed.faults.empty()) part("kinds of calls", missed);
  return all;
}

Options parse(int count, char** arguments) {
  Options options;
  const std::map<std::string, std::function<void(const std::string&)>> known = {
      {"--kills", [&](const std::string& text) { options.kills = std::stoi(text); }},
      {"--seed", [&](const std::string& text) { options.seed = static_cast<unsigned>(std::stoul(text)); }},
      {"--at-once", [&](const std::string& text) { options.at_once = std::stoi(text); }}};
  for (int i = 1; i < count; ++i) {
    const auto option = known.find(arguments[i]);
    if (option == known.end()) {
      options.destinations.emplace_back(arguments[i]);
    } else if (++i < count) {
      option->second(arguments[i]);
    } else {
      throw std::invalid_argument(option->first + " needs a number");
    }
  }
  return options;
}

int main(const Options& options) {
  const Emulators emulators;
  std::printf("seed %u\n%-28s %-34s %7s %7s %8s %6s %6s %7s\n", options.seed, "destination", "how", "killed", "ended",
              "resumes", "lost", "twice", "faults");
  Figures all;
  for (const Destination& destination : destinations()) {
    const auto& wanted = options.destinations;
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), destination.name) == wanted.end()) continue;
    all.add(run(destination, emulators, options));
  }
  print("all", "", all);
  return all.faults.empty() && all.lost + all.twice == 0 && all.killed > 0 ? 0 : 1;
}

}  // namespace
}  // namespace crash

int main(int count, char** arguments) {
  try {
    return crash::main(crash::parse(count, arguments));
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 2;
  }
}
