// How much of what rate_limit_share allows is used, and whether any request is refused, against a server that keeps
// Klaviyo's fixed windows; as a Markdown table. Pages are small: requests are what counts here.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <vector>

#include "measure.h"

namespace {

struct Options {
  std::string plugin = KLAVIYO_PLUGIN;
  std::vector<int> lanes{16, 32};
  std::vector<double> shares{0.9};
  double minutes = 4;
  int64_t delay_ms = 250;
  int page_size = 10;
  emulator::Rate rate{350, 3500, 0};
  uint64_t phase_seed = 1;
};

void bench_rate(const Options& options, double share, int lanes) {
  // More rows than can be read in that time, so that the run does not end by itself.
  const double requests = static_cast<double>(options.rate.per_minute) * (options.minutes + 2);
  const int64_t rows = static_cast<int64_t>(requests) * options.page_size;
  const bench::ServerOptions server{bench::Account(bench::Shape::even, rows, 100), options.delay_ms * 1000,
                                    options.rate, options.phase_seed};
  const nlohmann::json in{{"parallel_requests", lanes}, {"page_size", options.page_size}, {"rate_limit_share", share}};
  const bench::Measurement run = bench::measure(server, options.plugin, in, options.minutes * 60);
  const double allowed = share * static_cast<double>(options.rate.per_minute) * run.pulled.seconds / 60;
  std::printf("| %.2f | %d | %lld | %.1f | %lld | %.0f | %.1f %% | %lld |\n", share, lanes,
              static_cast<long long>(options.delay_ms), run.pulled.seconds / 60,
              static_cast<long long>(run.served.answered), allowed,
              100 * static_cast<double>(run.served.answered) / allowed, static_cast<long long>(run.served.refused));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app("The share of the allowed requests that is used, and refusals");
  Options options;
  app.add_option("--plugin", options.plugin)->capture_default_str();
  app.add_option("--lanes", options.lanes)->delimiter(',');
  app.add_option("--shares", options.shares, "rate_limit_share")->delimiter(',');
  app.add_option("--minutes", options.minutes, "of each run")->capture_default_str();
  app.add_option("--delay-ms", options.delay_ms)->capture_default_str();
  app.add_option("--page-size", options.page_size)->capture_default_str();
  app.add_option("--per-second", options.rate.per_second)->capture_default_str();
  app.add_option("--per-minute", options.rate.per_minute)->capture_default_str();
  app.add_option("--phase-seed", options.phase_seed, "where the server's windows begin")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  std::printf("| rate_limit_share | lanes | delay ms | minutes | requests | allowed | used | refused (429) |\n");
  std::printf("|---|---|---|---|---|---|---|---|\n");
  for (const double share : options.shares) {
    for (const int lanes : options.lanes) bench_rate(options, share, lanes);
  }
  return 0;
} catch (const std::exception& problem) {
  std::fprintf(stderr, "rate_bench: %s\n", problem.what());
  return 1;
}
