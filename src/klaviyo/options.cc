#include "klaviyo/options.h"

#include <algorithm>
#include <array>

#include "klaviyo/revision.h"

namespace klaviyo {

namespace {

using Type = OptionType;
using Names = std::array<std::string_view, 1>;

constexpr double kCenturySec = 100.0 * 366 * 86'400;

// Spellings of sibling systems.
constexpr Names kRetryLimitAliases = {"maximum_retries"};
constexpr Names kRetryInitialWaitAliases = {"initial_retry_wait"};
constexpr Names kMaxRetryWaitAliases = {"max_retry_wait"};
constexpr std::array<std::string_view, 2> kConnectionTimeoutAliases = {"connect_timeout", "connection_timeout"};
constexpr Names kReadTimeoutAliases = {"read_timeout"};
constexpr Names kStatisticsAliases = {"measurements"};
constexpr Names kGroupByAliases = {"by"};
constexpr Names kConversionMetricAliases = {"conversion_metric_id"};
constexpr Names kMetricAliases = {"metric_id"};
constexpr Names kWriteTimeoutAliases = {"write_timeout"};

constexpr Option kOptions[] = {
    {.key = "type", .default_value = "klaviyo", .help = "The plugin: klaviyo."},
    {.key = "data_source",
     .help = "What to read: a source's name, singular or plural, with - or _. Required. bulkload takes a list of them, "
             "and all."},
    {.key = "api_token",
     .help = "Private API key (pk_...). Required, or api_token_file. Never shown in logs or errors."},
    {.key = "api_token_file", .help = "File whose first line is the private API key; instead of api_token."},
    {.key = "revision_time",
     .target = &Config::revision,
     .default_value = kNewestRevision,
     .help =
         "API revision, YYYY-MM-DD, sent as it is. Requests are shaped for the revision that Klaviyo really answers "
         "with."},
    {.key = "skip_related_objects",
     .type = Type::boolean,
     .target = &Config::skip_related_objects,
     .default_value = "false",
     .help = "Leave out the details of metric and profile; their ids stay.",
     .source = "events"},
    {.key = "incremental",
     .type = Type::boolean,
     .target = &Config::incremental,
     .default_value = "false",
     .help = "Read from the previous run's end to now, where start_time or end_time is missing."},
    {.key = "incremental_field",
     .help = "The time that the window is on: created, updated, or another time of the source (events: datetime). The "
             "source's first one by default."},
    {.key = "start_time",
     .type = Type::time,
     .target = &Config::start_us,
     .help = "Begin of the window, inclusive. ISO 8601; without a zone UTC."},
    {.key = "end_time",
     .type = Type::time,
     .target = &Config::end_us,
     .help = "End of the window, exclusive. ISO 8601; without a zone UTC."},
    {.key = "lookback_sec",
     .type = Type::integer,
     .target = &Config::lookback_sec,
     .default_value = "0",
     .max = kCenturySec,
     .help = "Incremental runs read again this many seconds before start_time, for rows that arrive late. Use it with "
             "mode: merge."},
    {.key = "retry_limit",
     .type = Type::integer,
     .target = &Config::retry_limit,
     .default_value = "5",
     .min = 1,
     .max = 7,
     .help = "Retries per API call.",
     .aliases = kRetryLimitAliases},
    {.key = "retry_initial_wait_sec",
     .type = Type::integer,
     .target = &Config::retry_initial_wait_sec,
     .default_value = "1",
     .min = 1,
     .max = 10,
     .help = "Wait before the first retry, in seconds; later ones wait longer.",
     .aliases = kRetryInitialWaitAliases},
    {.key = "max_retry_wait_sec",
     .type = Type::integer,
     .target = &Config::max_retry_wait_sec,
     .default_value = "300",
     .min = 30,
     .max = 1800,
     .help = "Longest wait before a retry, in seconds.",
     .aliases = kMaxRetryWaitAliases},
    {.key = "connection_timeout_sec",
     .type = Type::integer,
     .target = &Config::connection_timeout_sec,
     .default_value = "300",
     .min = 30,
     .max = 1800,
     .help = "Longest wait for a connection, in seconds.",
     .aliases = kConnectionTimeoutAliases},
    {.key = "read_timeout_sec",
     .type = Type::integer,
     .target = &Config::read_timeout_sec,
     .default_value = "300",
     .min = 30,
     .max = 1800,
     .help = "Longest wait for an answer to go on, in seconds.",
     .aliases = kReadTimeoutAliases},
    {.key = "write_timeout_sec",
     .type = Type::integer,
     .target = &Config::write_timeout_sec,
     .default_value = "300",
     .min = 30,
     .max = 1800,
     .help = "Longest wait for a request to be sent, in seconds.",
     .aliases = kWriteTimeoutAliases},
    {.key = "parallel_requests",
     .type = Type::integer,
     .target = &Config::parallel_requests,
     .default_value = "8",
     .min = 1,
     .max = 64,
     .help = "Windows that are read at the same time."},
    {.key = "rate_limit_share",
     .type = Type::number,
     .target = &Config::rate_limit_share,
     .default_value = "0.9",
     .min = 0.01,
     .max = 1,
     .help = "Share of the account's rate limits to use; the rest is left to its other integrations."},
    {.key = "page_size",
     .type = Type::integer,
     .target = &Config::page_size,
     .min = 1,
     .max = 1000,
     .help = "Rows per request; at most, and by default, what the API allows for the source."},
    {.key = "columns",
     .type = Type::columns,
     .help = "Columns in their order: names, or {name, type} with a type of string, long, double, boolean, timestamp, "
             "json; {name, from: column.path, type} takes a value out of a JSON column. All by default; when each has "
             "from, they come besides all others."},
    {.key = "filter",
     .type = Type::text_list,
     .target = &Config::filters,
     .help = "Further terms of Klaviyo's filter language, sent as they are."},
    {.key = "additional_fields",
     .type = Type::text_list,
     .target = &Config::additional_fields,
     .help =
         "Attributes that are only sent when asked for, such as subscriptions or predictive_analytics of profiles."},
    {.key = "include",
     .type = Type::text_list,
     .target = &Config::include,
     .help = "Related objects whose ids become columns."},
    {.key = "ids",
     .type = Type::text_list,
     .target = &Config::ids,
     .help = "Ids of the parents to read below, such as lists for list_profiles; all by default. Only for sources with "
             "a parent.",
     .of_parents = true},
    {.key = "metrics",
     .type = Type::text_list,
     .target = &Config::metrics,
     .help = "Events of these metrics alone, by name or id; all by default.",
     .source = "events"},
    {.key = "profile_id", .target = &Config::profile_id, .help = "Events of this profile alone.", .source = "events"},
    {.key = "beta",
     .type = Type::boolean,
     .target = &Config::beta,
     .default_value = "false",
     .help =
         "Allow sources that Klaviyo publishes as beta, whose shape may change any day. They are asked for with the "
         "revision's beta, such as 2026-07-15.pre."},
    {.key = "statistics",
     .type = Type::text_list,
     .target = &Config::statistics,
     .help = "What a report counts, such as opens or conversion_value; everything by default. Only for reports.",
     .aliases = kStatisticsAliases,
     .of_reports = true},
    {.key = "group_by",
     .type = Type::text_list,
     .target = &Config::group_by,
     .help = "What the rows of a report are told apart by, such as flow_id or tag_name. Only for reports.",
     .aliases = kGroupByAliases,
     .of_reports = true},
    {.key = "timeframe",
     .target = &Config::timeframe,
     .help = "A timeframe by name, such as last_30_days (which is the default), instead of start_time and end_time. "
             "Only for reports.",
     .of_reports = true},
    {.key = "interval",
     .help = "hourly, daily, weekly or monthly: what a date of a series or aggregate stands for, daily by default. "
             "Values reports are asked for once for each day, week or month instead of once. Only for reports.",
     .of_reports = true},
    {.key = "conversion_metric",
     .default_value = "Placed Order",
     .help = "Name or id of the metric that counts as a conversion. Only for campaign and flow reports.",
     .aliases = kConversionMetricAliases,
     .of_reports = true},
    {.key = "metric",
     .help = "Name or id of the metric whose events are aggregated. Required there.",
     .aliases = kMetricAliases,
     .source = "metric_aggregates"},
    {.key = "timezone",
     .default_value = "UTC",
     .help = "Time zone whose days are counted, such as Europe/Berlin.",
     .source = "metric_aggregates"},
    {.key = "base_url",
     .target = &Config::base_url,
     .default_value = "https://a.klaviyo.com",
     .help = "The API's address: https; http for loopback addresses only."},
    {.key = "ca_file",
     .target = &Config::ca_file,
     .help = "File of trusted certificates (PEM) instead of the system's."},
    {.key = "td_authentication_id",
     .type = Type::ignored,
     .help = "Accepted and not used: stored credentials of a hosted service. Give api_token instead."},
};

// `5` and `0.01`, without the zeros that std::to_string adds.
std::string plain_number(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

std::span<const Option> options() { return kOptions; }

const Option* find_option(std::string_view key) {
  for (const Option& option : kOptions) {
    if (option.key == key || std::ranges::find(option.aliases, key) != option.aliases.end()) return &option;
  }
  return nullptr;
}

std::string expected_value(const Option& option) {
  const auto in_range = [&](std::string_view what) {
    return std::string(what) + " from " + plain_number(option.min) + " to " + plain_number(option.max);
  };
  switch (option.type) {
    case Type::text:
      return "a text";
    case Type::boolean:
      return "true or false";
    case Type::integer:
      return in_range("a whole number");
    case Type::number:
      return in_range("a number");
    case Type::time:
      return "an ISO 8601 time such as 2026-07-15T00:00:00Z";
    case Type::text_list:
      return "a text or a list of texts";
    case Type::columns:
      return "a list of names or of {name, type}";
    case Type::ignored:
      break;
  }
  return "anything";
}

}  // namespace klaviyo
