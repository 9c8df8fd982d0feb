#include "klaviyo/services.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace klaviyo {

namespace {

constexpr unsigned kMaxParsers = 4;
constexpr size_t kMaxLinesOnce = 10'000;  // whoever chooses keys and values shall not fill the memory

net::ApiOptions api_options(const Config& config) {
  net::ApiOptions options;
  options.base_url = config.base_url;
  options.revision = config.revision;
  options.effective_revision = config.effective_revision;
  options.retry_limit = config.retry_limit;
  options.retry_initial_wait_sec = config.retry_initial_wait_sec;
  options.max_retry_wait_sec = config.max_retry_wait_sec;
  options.rate_limit_share = config.rate_limit_share;
  options.http.connection_timeout_sec = config.connection_timeout_sec;
  options.http.read_timeout_sec = config.read_timeout_sec;
  options.http.write_timeout_sec = config.write_timeout_sec;
  options.http.ca_file = config.ca_file;
  options.http.user_agent = "bulk-input-klaviyo/" BULK_INPUT_VERSION;
  options.http.max_connections = config.parallel_requests;
  return options;
}

Config completed(Config config) {
  config.time_field = reading_field(config);
  std::ranges::sort(config.ids);  // tasks name them by their place
  config.ids.erase(std::unique(config.ids.begin(), config.ids.end()), config.ids.end());
  std::ranges::sort(config.metrics);
  return config;
}

base::Log once(const base::Log& log) {
  struct Said {
    std::mutex mutex;
    std::set<std::string, std::less<>> lines;
  };
  return {base::LogLevel::trace, [log, said = std::make_shared<Said>()](base::LogLevel level, std::string_view line) {
            {
              std::lock_guard lock(said->mutex);
              if (said->lines.size() >= kMaxLinesOnce || !said->lines.emplace(line).second) return;
            }
            log.write(level, line);
          }};
}

}  // namespace

ParentLevel::ParentLevel(const Source& parent, Services& services)
    : config(listing_config(services.config, parent)),
      order(read_order(config)),
      layout(make_layout(config)),
      parsers(layout, 1),
      pager{config, order, services.api, services.log, page_size_refused},
      reading{pager, layout, parsers, services.metrics, silent, uncounted, uncounted, services.counters.parents_gone} {}

Services::Services(Config validated, base::Log to, std::unique_ptr<base::Clock> time)
    : config(completed(std::move(validated))),
      order(read_order(config)),
      layout(make_layout(config)),
      log(std::move(to)),
      once_log(once(log)),
      clock(std::move(time)),
      begun_us(clock->now_us()),
      api(api_options(config), config.token, *clock, log, stop),
      metrics(config, api, log),
      zone(config, api, log),
      parsers(layout, std::clamp(std::thread::hardware_concurrency(), 2U, kMaxParsers)),
      pager{config, order, api, log, page_size_refused},
      reading{pager,
              layout,
              parsers,
              metrics,
              once_log,
              counters.rows_skipped,
              counters.odd_values,
              counters.parents_gone} {
  levels.push_back(&reading);
  for (const Source* parent : parents_of(*config.source))
    levels.push_back(&parents.emplace_back(*parent, *this).reading);
}

bool Services::goes_on_exactly() const {
  const bool listed = config.ids.empty();
  return order.by_time &&
         (!listed || std::ranges::all_of(parents, [](const ParentLevel& level) { return level.order.by_time; }));
}

WorkRules Services::work_rules() const {
  return {.cuttable = order.cuttable,
          .horizon_us = begun_us,
          // Reports come two a minute: in the order of time.
          .lanes = config.source->report != nullptr ? 1 : static_cast<size_t>(config.parallel_requests),
          .batch = static_cast<size_t>(config.source->parent.batch),
          .ids = config.ids};
}

}  // namespace klaviyo
