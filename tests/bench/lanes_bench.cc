// Rows per second at 1, 2, 4 … lanes, of data that lies evenly in time and of data that does not, as a Markdown table.
// What counts is the ratio to one lane of the same invocation.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <map>
#include <vector>

#include "base/text_time.h"
#include "measure.h"

namespace {

using bench::Measurement;
using bench::Shape;

struct Options {
  std::string plugin = KLAVIYO_PLUGIN;
  std::vector<int> lanes{1, 2, 4, 8, 16, 32};
  std::vector<std::string> shapes{"even", "skewed"};
  int64_t rows = 1'000'000;
  int64_t span_days = 100;
  int64_t delay_ms = 250;
  int repeat = 1;
  bool open_ended = false;
};

Measurement run(const Options& options, Shape shape, int lanes) {
  const bench::ServerOptions server{bench::Account(shape, options.rows, options.span_days), options.delay_ms * 1000};
  nlohmann::json in{{"parallel_requests", lanes}};
  if (!options.open_ended) {
    in["start_time"] = base::format_rfc3339(server.account.from_sec() * base::kMicrosPerSecond);
    in["end_time"] = base::format_rfc3339(server.account.to_sec() * base::kMicrosPerSecond);
  }
  return bench::measure(server, options.plugin, std::move(in));
}

double rows_per_second(const Measurement& run) { return static_cast<double>(run.pulled.rows) / run.pulled.seconds; }

/// The run of middle speed.
const Measurement& median(std::vector<Measurement>& runs) {
  std::sort(runs.begin(), runs.end(),
            [](const auto& a, const auto& b) { return rows_per_second(a) < rows_per_second(b); });
  return runs[runs.size() / 2];
}

void print_row(const std::string& shape, int lanes, const Measurement& run, double rows_per_second_of_one_lane) {
  const double millions = static_cast<double>(run.pulled.rows) / 1e6;
  const double pages = static_cast<double>(run.served.answered);
  std::printf("| %s | %d | %.0f | %.2f | %.2f | %lld | %.0f | %.2f | %.2f |\n", shape.c_str(), lanes,
              rows_per_second(run), rows_per_second(run) / rows_per_second_of_one_lane,
              rows_per_second(run) / rows_per_second_of_one_lane / lanes, static_cast<long long>(run.pulled.requests),
              run.plugin.peak_mb, run.plugin.cpu_seconds / millions, run.server.cpu_seconds * 1000 / pages);
  std::fflush(stdout);
}

void bench_lanes(const Options& options) {
  std::map<std::pair<std::string, int>, std::vector<Measurement>> runs;
  for (int round = 0; round < options.repeat; ++round) {
    for (const int lanes : options.lanes) {
      for (const std::string& shape : options.shapes) {
        runs[{shape, lanes}].push_back(run(options, shape == "even" ? Shape::even : Shape::skewed, lanes));
      }
    }
  }
  std::printf(
      "| rows in time | lanes | rows/s | × %d lane | efficiency | requests | peak MB | CPU s per million rows | server "
      "CPU ms per page |\n",
      options.lanes.front());
  std::printf("|---|---|---|---|---|---|---|---|---|\n");
  for (const std::string& shape : options.shapes) {
    const double one = rows_per_second(median(runs[{shape, options.lanes.front()}]));
    for (const int lanes : options.lanes) print_row(shape, lanes, median(runs[{shape, lanes}]), one);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app("Rows per second by lanes, against a server that answers after a delay");
  Options options;
  app.add_option("--plugin", options.plugin)->capture_default_str();
  app.add_option("--lanes", options.lanes, "the first one is what the others are compared with")->delimiter(',');
  app.add_option("--shapes", options.shapes, "even, skewed")->delimiter(',');
  app.add_option("--rows", options.rows)->capture_default_str();
  app.add_option("--span-days", options.span_days)->capture_default_str();
  app.add_option("--delay-ms", options.delay_ms)->capture_default_str();
  app.add_option("--repeat", options.repeat, "the run of middle speed counts")->capture_default_str();
  app.add_flag("--open-ended", options.open_ended, "neither start_time nor end_time");
  CLI11_PARSE(app, argc, argv);
  bench_lanes(options);
  return 0;
} catch (const std::exception& problem) {
  std::fprintf(stderr, "lanes_bench: %s\n", problem.what());
  return 1;
}
