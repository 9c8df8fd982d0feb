#include "options.h"

#include <CLI/CLI.hpp>
#include <random>
#include <stdexcept>

#include "query_string.h"
#include "time_text.h"

namespace emulator {
namespace {

constexpr const char* kDescription =
    "A Klaviyo API on this machine: deterministic data for every collection under /api/, as strict as the published\n"
    "API, with faults on request under /_emulator/. Prints \"klaviyo-emulator listening on URL\" when it listens and\n"
    "ends on SIGTERM or SIGINT.";

constexpr const char* kFooter =
    "Not part of Klaviyo:\n"
    "  GET  /_emulator/stats\n"
    "  GET  /_emulator/rows?source=events[&field=created]\n"
    "  POST /_emulator/reset\n"
    "  POST /_emulator/grow    {\"source\":\"events\",\"count\":5,\"age_sec\":8}\n"
    "  POST /_emulator/touch   {\"source\":\"profiles\",\"count\":3,\"age_sec\":8}\n"
    "  POST /_emulator/delete  {\"source\":\"lists\",\"count\":1}\n"
    "  POST /_emulator/faults  {\"rules\":[{\"path\":\"/api/events\",\"nth\":3,\"count\":1,\"do\":{…}}]}\n"
    "                          do: status (with headers, body, content_type), cut_body_after, close:before_headers,\n"
    "                          delay_ms, next, empty_page, unsorted, expire_cursor (with age_sec), repeat_cursor,\n"
    "                          body_replace:[from,to], hang";

int64_t parse_time_option(const std::string& name, const std::string& text) {
  const auto us = parse_instant(text);
  if (!us) throw CLI::ValidationError(name, text + " is no ISO 8601 time");
  return *us;
}

// `pk_x` or `pk_x:scope1,scope2`; scopes have a colon of their own.
void add_key(ApiOptions& api, const std::string& text) {
  const size_t colon = text.find(':');
  auto& scopes = api.keys[text.substr(0, colon)];
  if (colon == std::string::npos) return;
  for (auto& scope : split_list(text.substr(colon + 1))) scopes.insert(std::move(scope));
}

// `SOURCE=N`.
void add_size(DatasetOptions& dataset, const std::string& text) {
  const size_t equals = text.find('=');
  try {
    if (equals == std::string::npos) throw std::invalid_argument(text);
    dataset.sizes[text.substr(0, equals)] = std::stoll(text.substr(equals + 1));
  } catch (const std::logic_error&) {
    throw CLI::ValidationError("--size", text + " is not SOURCE=N");
  }
}

void check_sizes(const DatasetOptions& dataset) {
  const Revisions revisions(false);
  for (const auto& [name, size] : dataset.sizes) {
    if (revisions.newest().source(name) == nullptr || size < 0) {
      throw CLI::ValidationError("--size", name + "=" + std::to_string(size) + " names no collection and its rows");
    }
  }
}

}  // namespace

CommandLine parse_command_line(int argc, char** argv) {
  CommandLine out;
  ServerOptions& server = out.server;
  std::vector<std::string> keys{"pk_emulator"};
  std::vector<std::string> sizes;
  std::string since = "2024-01-01";
  std::string until = "2026-11-01";
  bool no_rate_limits = false;
  bool no_gzip = false;

  CLI::App app(kDescription, "klaviyo-emulator");
  app.footer(kFooter);
  app.add_option("--port", server.port, "0 for any free port")->check(CLI::Range(0, 65535));
  app.add_option("--host", server.host, "Address to listen on")->capture_default_str();
  app.add_option("--key", keys, "Private key, or KEY:scope,scope to limit its scopes; repeatable")
      ->capture_default_str();
  app.add_option("--seed", server.dataset.seed, "Of all data")->capture_default_str();
  app.add_option("--size", sizes, "SOURCE=N rows; repeatable");
  app.add_option("--since", since, "Begin of the data's time span")->capture_default_str();
  app.add_option("--until", until, "End of the data's time span, exclusive")->capture_default_str();
  app.add_option("--ties", server.dataset.ties, "Rows that now and then share one second; 1 for none")
      ->capture_default_str()
      ->check(CLI::Range(int64_t{1}, int64_t{1'000'000}));
  app.add_flag("--skew", server.dataset.skew, "Half of the rows lie in 2 % of the span");
  app.add_flag("--nasty", server.dataset.nasty, "Values that break typed columns and careless parsers");
  app.add_option("--latency-ms", server.latency_ms, "Waited before each answer")->check(CLI::NonNegativeNumber);
  app.add_flag("--no-rate-limits", no_rate_limits, "Never answer 429");
  app.add_flag("--no-gzip", no_gzip, "Never compress");
  app.add_flag("--literal-revisions", server.api.literal_revisions,
               "Answer retired revisions as they were, instead of as the oldest one alive");
  auto* certificate = app.add_option("--tls-cert", server.tls_certificate_file, "PEM file; serves https");
  auto* key_file = app.add_option("--tls-key", server.tls_key_file, "PEM file");
  certificate->needs(key_file);
  key_file->needs(certificate);
  try {
    app.parse(argc, argv);
    server.dataset.since_us = parse_time_option("--since", since);
    server.dataset.until_us = parse_time_option("--until", until);
    if (server.dataset.since_us >= server.dataset.until_us)
      throw CLI::ValidationError("--until", "is not after --since");
    for (const auto& key : keys) add_key(server.api, key);
    for (const auto& size : sizes) add_size(server.dataset, size);
    check_sizes(server.dataset);
  } catch (const CLI::ParseError& error) {
    out.exit_code = app.exit(error);
  }
  server.api.rate_limits = !no_rate_limits;
  server.api.gzip = !no_gzip;
  server.api.rate_phase = std::random_device()();
  return out;
}

}  // namespace emulator
