// bench-server: prints its address, and serves a synthetic account until it is ended.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "bench_server.h"

int main(int argc, char** argv) try {
  CLI::App app("A loopback /api/events of prepared records, answered after a delay");
  int64_t rows = 1'000'000, span_days = 100, delay_ms = 250;
  bool skewed = false;
  uint16_t port = 0;
  emulator::Rate rate{1'000'000, 1'000'000, 0};
  uint64_t phase_seed = 0;
  app.add_option("--port", port, "0: a free one")->capture_default_str();
  app.add_option("--rows", rows)->capture_default_str();
  app.add_option("--span-days", span_days, "the rows begin on 2026-01-01")->capture_default_str();
  app.add_flag("--skewed", skewed, "half of the rows in 2 % of the span");
  app.add_option("--delay-ms", delay_ms, "from a request to its answer")->capture_default_str();
  app.add_option("--per-second", rate.per_second, "requests that a second's window allows")->capture_default_str();
  app.add_option("--per-minute", rate.per_minute, "and a minute's")->capture_default_str();
  app.add_option("--phase-seed", phase_seed, "where those windows begin")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  const bench::Shape shape = skewed ? bench::Shape::skewed : bench::Shape::even;
  const bench::ServerOptions options{bench::Account(shape, rows, span_days), delay_ms * 1000, rate, phase_seed};
  const bench::Listener listener(port);
  bench::ServerCounters counters;
  std::printf("%s\n", listener.origin().c_str());
  std::fflush(stdout);
  bench::Server(options, listener, counters).run();
  return 0;
} catch (const std::exception& problem) {
  std::fprintf(stderr, "bench-server: %s\n", problem.what());
  return 1;
}
