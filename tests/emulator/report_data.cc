// What a report says.
#include <algorithm>
#include <cstdio>

#include "mixing.h"
#include "reports.h"
#include "time_text.h"

namespace emulator {
namespace {

constexpr size_t kReportRows = 15;  // of a page
constexpr size_t kAggregateRows = 500;
constexpr int64_t kMessages = 2;  // per campaign and flow; versions of a form
constexpr int64_t kManyMessages = 600;

using Groups = std::map<std::string, Json>;  // every grouping of one message, form version or segment; null: none

uint64_t bits_of(const std::string& text) { return mix(hash_text(text)); }

std::string pick(std::initializer_list<const char*> choices, uint64_t bits) {
  return *(choices.begin() + below(bits, static_cast<int64_t>(choices.size())));
}

Groups groups_of(const std::string& id, const std::string& kind, int64_t row, int64_t message) {
  const std::string message_id = id + "M" + std::to_string(message);
  const uint64_t bits = bits_of(message_id);
  const std::string channel = pick({"email", "email", "sms", "push-notification", "whatsapp"}, bits);
  const int64_t tag = below(bits >> 8U, 5);
  Groups groups{{kind + "_id", id},
                {kind + "_name", kind + " no. " + std::to_string(row) + ", \"quoted\""},
                {kind + "_message_id", message_id},
                {kind + "_message_name", "Message " + message_id},
                {"form_version_id", std::to_string(1000 + row * kMessages + message)},
                {"group", "group-" + std::to_string(row % 3)},
                {"group_name", "Group " + std::to_string(row % 3)},
                {"send_channel", channel},
                {"tag_id", tag == 0 ? Json() : Json("tag-" + std::to_string(tag))},
                {"tag_name", tag == 0 ? Json() : Json("Tag " + std::to_string(tag))},
                {"text_message_format", channel == "sms" ? Json("SMS") : Json()},
                {"variation", message == 0 ? Json() : Json("B")},
                {"variation_name", message == 0 ? Json() : Json("Variation B")}};
  return groups;
}

bool holds(const ReportCondition& condition, const Groups& groups) {
  const Json& value = groups.at(condition.field);
  return value.is_string() && condition.values.contains(value.get<std::string>());
}

Json projected(const ReportQuery& query, const Groups& groups) {
  Json object = Json::object();
  for (const std::string& name : query.groups) object[name] = groups.at(name);
  return object;
}

/// The groups of a report, each once.
std::vector<Json> report_groups(const Report& report, const ReportQuery& query, const World& world) {
  std::vector<Json> all;
  std::set<std::string> seen;
  const Type& type = *report.of->type;
  for (const int64_t row : world.existing_rows(type)) {
    for (int64_t message = 0; message < kMessages; ++message) {
      const Groups groups = groups_of(world.id(type, row), type.name, row, message);
      const bool wanted = std::ranges::all_of(
          query.conditions, [&](const ReportCondition& condition) { return holds(condition, groups); });
      Json object = projected(query, groups);
      if (wanted && seen.insert(object.dump()).second) all.push_back(std::move(object));
    }
  }
  return all;
}

/// Every combination of what the groups of an aggregate may be, as arrays.
std::vector<Json> aggregate_groups(const ReportQuery& query) {
  std::vector<Json> all = {Json::array()};
  for (const std::string& name : query.groups) {
    std::vector<Json> longer;
    for (const Json& begin : all) {
      for (int64_t i = 0; i < (name == "$message" ? kManyMessages : 3); ++i) {
        longer.push_back(begin);
        longer.back().push_back(i == 0 ? "" : name + " " + std::to_string(i));
      }
    }
    all = std::move(longer);
  }
  return all;
}

bool is_rate(const std::string& statistic) {
  return statistic.ends_with("_rate") || statistic.ends_with("_roi") ||
         statistic.find("average") != std::string::npos || statistic.find("_per_") != std::string::npos;
}

Json value_of(const std::string& key, const std::string& statistic, int64_t from_us, int64_t to_us) {
  const std::string name = key + statistic;
  const uint64_t bits = bits_of(name + std::to_string(from_us));
  if (is_rate(statistic)) return bits % 20 == 0 ? Json() : Json(static_cast<double>(bits % 10'000) / 10'000);
  int64_t sum = 0;
  const int64_t step = to_us - from_us < kDay ? to_us - from_us : kDay;
  for (int64_t us = from_us; us < to_us; us += step) sum += below(bits_of(name + std::to_string(us)), 40);
  return sum;
}

std::vector<std::pair<int64_t, int64_t>> spans(const ReportQuery& query) {
  std::vector<std::pair<int64_t, int64_t>> all;
  for (int64_t us = interval_begin(query.interval, query.from_us); us < query.to_us;
       us = interval_begin(query.interval, us, 1)) {
    all.emplace_back(us, interval_begin(query.interval, us, 1));
  }
  return all;
}

Json statistics_json(const Report& report, const ReportQuery& query, const std::string& key) {
  Json statistics = Json::object();
  for (const std::string& name : query.statistics) {
    if (report.kind == Report::Kind::values) {
      statistics[name] = value_of(key, name, query.from_us, query.to_us);
      continue;
    }
    Json& values = statistics[name] = Json::array();
    for (const auto& [begin_us, end_us] : spans(query)) {
      values.push_back(value_of(key, name, std::max(begin_us, query.from_us), std::min(end_us, query.to_us)));
    }
  }
  return statistics;
}

// Everything but the cursor.
std::string binding_of(const Report& report, const ReportQuery& query) {
  std::string text =
      report.path + query.interval + query.metric + std::to_string(query.from_us) + ' ' + std::to_string(query.to_us);
  for (const auto& names : {query.statistics, query.groups}) {
    for (const std::string& name : names) text += ' ' + name;
  }
  for (const ReportCondition& condition : query.conditions) {
    text += ' ' + condition.field;
    for (const std::string& value : condition.values) text += ' ' + value;
  }
  char out[20];
  std::snprintf(out, sizeof out, "%016llx", static_cast<unsigned long long>(bits_of(text)));
  return out;
}

}  // namespace

Outcome<std::string> render_report(const Report& report, const ReportQuery& query, const World& world,
                                   const std::string& url) {
  const bool aggregates = report.kind == Report::Kind::aggregates;
  const std::vector<Json> groups = aggregates ? aggregate_groups(query) : report_groups(report, query, world);
  const std::string binding = binding_of(report, query);
  const size_t rows = report.cursor.empty() ? groups.size() : aggregates ? kAggregateRows : kReportRows;
  size_t begin = 0;
  if (!query.cursor.empty()) {
    const std::string digits = query.cursor.substr(std::min(binding.size(), query.cursor.size()));
    if (!query.cursor.starts_with(binding) || digits.empty() ||
        digits.find_first_not_of("0123456789") != std::string::npos) {
      return bad_parameter("page_cursor", "Invalid cursor provided.", "/data/");
    }
    begin = std::min(static_cast<size_t>(std::stoul(digits)), groups.size());
  }
  const size_t end = std::min(begin + rows, groups.size());
  Json list = Json::array();
  for (size_t i = begin; i < end; ++i) {
    list.push_back({{aggregates ? "dimensions" : "groupings", groups[i]},
                    {aggregates ? "measurements" : "statistics",
                     statistics_json(report, query, report.path + query.metric + groups[i].dump())}});
  }
  Json attributes = {{aggregates ? "data" : "results", std::move(list)}};
  if (report.kind != Report::Kind::values) {
    Json& dates = attributes[aggregates ? "dates" : "date_times"] = Json::array();
    for (const auto& [begin_us, end_us] : spans(query)) {
      std::string text;
      append_instant(text, begin_us);
      dates.push_back(std::move(text));
    }
  }
  Json links = {{"self", url}, {"next", nullptr}, {"prev", nullptr}};
  if (end < groups.size()) links["next"] = url + "?page_cursor=" + binding + std::to_string(end);
  const Json document = {{"data",
                          {{"type", report.type},
                           {"id", "d1a4b623-a90d-491f-89ce-" + binding.substr(0, 12)},
                           {"attributes", std::move(attributes)}}},
                         {"links", std::move(links)}};
  return document.dump();
}

}  // namespace emulator
