// The `in:` section, validated: text in, Config out. Pure: no network, no clock but the time given.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "base/status.h"
#include "klaviyo/catalogue.h"
#include "klaviyo/json_path.h"

namespace klaviyo {

struct ColumnSelection {
  std::string name;
  std::optional<ColumnType> type;     // nothing: the source's own; string with `from`
  std::optional<JsonPath> from = {};  // set: a value out of a JSON column
};

/// What the rows of a report are about.
enum class Interval : uint8_t { hourly, daily, weekly, monthly };

struct Config {
  const Source* source = nullptr;
  base::Secret token;
  std::string revision;            // as configured: the header
  std::string effective_revision;  // decides the request's shape
  std::string literal_revision;    // the known one at or before the configured one; optional sorts respect it too
  bool skip_related_objects = false;
  bool beta = false;  // sources that are published as beta may be read

  bool incremental = false;
  const TimeField* time_field = nullptr;  // the field that the window is on; nullptr: the source has none
  std::optional<int64_t> start_us;        // as configured, microseconds since 1970 UTC
  std::optional<int64_t> end_us;
  int64_t lookback_sec = 0;

  int retry_limit = 5;
  int64_t retry_initial_wait_sec = 1;
  int64_t max_retry_wait_sec = 300;
  int64_t connection_timeout_sec = 300;
  int64_t read_timeout_sec = 300;
  int64_t write_timeout_sec = 300;

  int parallel_requests = 8;
  double rate_limit_share = 0.9;
  std::optional<int> page_size;  // nothing: the API's maximum

  std::vector<ColumnSelection> columns;        // empty: all; when each has `from`: all, and these
  std::vector<std::string> filters;            // further filter terms, passed through
  std::vector<std::string> additional_fields;  // `subscriptions`, `predictive_analytics`, …
  std::vector<std::string> include;            // relationships beyond the default ones
  std::vector<std::string> ids;                // parents to read, for sources that have some
  std::vector<std::string> metrics;            // of the events that are read, by name or id; empty: all
  std::string profile_id;                      // whose events are read; empty: everybody's

  // Of reports.
  std::vector<std::string> statistics;
  std::vector<std::string> group_by;  // columns, in the order of the catalogue
  std::string timeframe;              // a named one; empty: from start_us to end_us
  std::optional<Interval> interval;   // of a row's date; of values, which have none, the length of each timeframe
  std::string metric;                 // name or id, of conversions or of the events that are aggregated; empty: none
  std::string timezone;               // that the service is asked to count in; empty: the account's own

  std::string base_url = "https://a.klaviyo.com";  // scheme://host[:port], nothing behind
  std::string ca_file;

  std::string fingerprint;  // "sha256:…" of all that decides which rows and columns come
  std::string account;      // "hmac:…" of the key, salted; never the key

  std::vector<std::string> warnings;  // to be logged once
};

/// Parses and validates YAML or JSON text. On failure the message lists all problems, one a line, as
/// "line N: key: what is wrong and what to do". `now_us` is the time of the call.
base::Result<Config> parse_config(std::string_view text, int64_t now_us);

/// JSON Schema (draft 2020-12) of the section, with the sources under "x-sources".
std::string config_schema_json();

}  // namespace klaviyo
