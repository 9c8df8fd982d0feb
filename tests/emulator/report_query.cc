// What a report's body must be.
#include <algorithm>
#include <chrono>

#include "filter.h"
#include "reports.h"
#include "time_text.h"

namespace emulator {
namespace {

constexpr int64_t kYear = 366 * kDay;
// The account's clock may be ahead of UTC by so much.
constexpr int64_t kFurthestAhead = 14 * 3600 * kSecond;
constexpr size_t kMaxListItems = 100;

const std::set<std::string> kTimeframes = {
    "last_12_months", "last_30_days", "last_365_days", "last_3_months", "last_7_days", "last_90_days", "last_month",
    "last_week",      "last_year",    "this_month",    "this_week",     "this_year",   "today",        "yesterday"};
const std::map<std::string, std::string> kIntervals = {
    {"hour", "hourly"}, {"day", "daily"}, {"week", "weekly"}, {"month", "monthly"}};

Refusal wrong(const std::string& attribute, const std::string& detail) {
  return {400, "invalid", "Invalid input.", detail, {}, "/data/attributes/" + attribute};
}

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

/// Reads one body; stops at what is wrong first.
class Reader {
 public:
  Reader(const Report& report, const std::set<std::string>& metrics, int64_t now_us)
      : report_(report), metrics_(metrics), now_us_(now_us) {}

  Outcome<ReportQuery> read(const Json& body) {
    const bool whole = check_document(body) && check_members() && read_statistics() && read_groups() &&
                       read_interval() && read_metric() &&
                       (aggregates() ? read_aggregate_filter() : read_timeframe() && read_filter()) && check_span();
    if (!whole) return refusal_;
    return query_;
  }

 private:
  bool aggregates() const { return report_.kind == Report::Kind::aggregates; }

  bool refuse(Refusal refusal) {
    refusal_ = std::move(refusal);
    return false;
  }

  bool check_document(const Json& body) {
    if (!body.is_object() || !body.contains("data") || !body["data"].is_object()) {
      return refuse({400, "invalid", "Invalid input.", "The body must be a JSON:API document.", {}, "/data"});
    }
    const Json& data = body["data"];
    if (data.value("type", Json()) != report_.type) {
      return refuse({400, "invalid", "Invalid input.", "'type' must be " + report_.type + ".", {}, "/data/type"});
    }
    if (!data.contains("attributes") || !data["attributes"].is_object()) {
      return refuse({400, "invalid", "Invalid input.", "'attributes' is required.", {}, "/data/attributes"});
    }
    attributes_ = data["attributes"];
    return true;
  }

  bool check_members() {
    std::vector<std::string> required = {"statistics", "timeframe"}, allowed = {"filter"};
    if (aggregates()) {
      required = {"metric_id", "measurements", "filter"};
      allowed = {"page_cursor", "interval", "page_size", "by", "return_fields", "timezone", "sort"};
    } else {
      if (report_.kind == Report::Kind::series) required.push_back("interval");
      if (report_.conversions) required.push_back("conversion_metric_id");
      if (!report_.fixed_groups) allowed.push_back("group_by");
    }
    for (const std::string& name : required) {
      if (!attributes_.contains(name)) return refuse(wrong(name, "'" + name + "' is a required field."));
    }
    for (const auto& [name, value] : attributes_.items()) {
      if (!holds(required, name) && !holds(allowed, name)) {
        return refuse(wrong(name, "'" + name + "' is not a valid field for the resource '" + report_.type + "'."));
      }
    }
    return true;
  }

  /// A list of texts, each of them known and there once.
  bool read_names(const std::string& attribute, const std::vector<std::string>& known, std::vector<std::string>& out) {
    const Json& list = attributes_[attribute];
    if (!list.is_array()) return refuse(wrong(attribute, "'" + attribute + "' must be a list."));
    for (const Json& item : list) {
      const std::string name = item.is_string() ? item.get<std::string>() : item.dump();
      if (!holds(known, name)) return refuse(wrong(attribute, "'" + name + "' is not a valid choice."));
      if (holds(out, name)) return refuse(wrong(attribute, "'" + name + "' is there twice."));
      out.push_back(name);
    }
    return true;
  }

  bool read_statistics() {
    const std::string name = aggregates() ? "measurements" : "statistics";
    if (!read_names(name, report_.statistics, query_.statistics)) return false;
    return !query_.statistics.empty() || refuse(wrong(name, "'" + name + "' must not be empty."));
  }

  bool read_groups() {
    const std::string name = aggregates() ? "by" : "group_by";
    query_.groups = report_.default_groups;
    if (!attributes_.contains(name) || attributes_[name].is_null()) return true;
    query_.groups.clear();
    if (!read_names(name, report_.groups, query_.groups)) return false;
    for (const std::string& group : report_.required_groups) {
      if (!holds(query_.groups, group)) return refuse(wrong(name, "The group by " + group + " is required."));
    }
    for (const auto& [group, needed] : report_.needed_groups) {
      if (holds(query_.groups, group) && !holds(query_.groups, needed)) {
        return refuse(wrong(name, "The prerequisite for " + group + " is " + needed + "."));
      }
    }
    return true;
  }

  bool read_interval() {
    if (!attributes_.contains("interval") || attributes_["interval"].is_null()) return true;
    const std::string text = attributes_["interval"].is_string() ? attributes_["interval"].get<std::string>() : "";
    for (const auto& [aggregate, report] : kIntervals) {
      if (text == (aggregates() ? aggregate : report)) {
        query_.interval = report;
        return true;
      }
    }
    return refuse(wrong("interval", "'" + text + "' is not a valid choice."));
  }

  bool read_metric() {
    const std::string name = aggregates() ? "metric_id" : "conversion_metric_id";
    if (!attributes_.contains(name)) return true;
    query_.metric = attributes_[name].is_string() ? attributes_[name].get<std::string>() : "";
    return metrics_.contains(query_.metric) ||
           refuse(wrong(name, "A metric with id " + query_.metric + " does not exist."));
  }

  bool read_time(const std::string& attribute, const Json& value, int64_t& out) {
    const auto us = value.is_string() ? parse_instant(value.get<std::string>()) : std::nullopt;
    if (!us) return refuse(wrong(attribute, "Not a valid datetime."));
    out = *us;
    return true;
  }

  bool read_timeframe() {
    const Json& timeframe = attributes_["timeframe"];
    if (timeframe.is_object() && timeframe.size() == 1 && timeframe.contains("key")) {
      const std::string key = timeframe["key"].is_string() ? timeframe["key"].get<std::string>() : "";
      if (!kTimeframes.contains(key)) return refuse(wrong("timeframe", "'" + key + "' is not a valid timeframe."));
      set_named(key);
      return true;
    }
    if (!timeframe.is_object() || timeframe.size() != 2 || !timeframe.contains("start") || !timeframe.contains("end")) {
      return refuse(wrong("timeframe", "A timeframe has a key, or a start and an end."));
    }
    return read_time("timeframe", timeframe["start"], query_.from_us) &&
           read_time("timeframe", timeframe["end"], query_.to_us);
  }

  // About what the names mean, by the clock of UTC.
  void set_named(const std::string& key) {
    const std::string unit = key.ends_with("week") ? "weekly" : key.ends_with("month") ? "monthly" : "daily";
    int64_t count = key == "last_7_days" ? 7 : key == "last_30_days" ? 30 : key.starts_with("last_9") ? 90 : 1;
    if (key == "last_3_months") count = 91;
    if (key == "last_12_months" || key == "last_365_days" || key.ends_with("year")) count = 365;
    query_.to_us = interval_begin(unit, now_us_, key.starts_with("this") || key == "today" ? 1 : 0);
    query_.from_us = interval_begin(unit, query_.to_us, -count);
    query_.to_us = std::min(query_.to_us, now_us_);
  }

  bool read_filter() {
    if (!attributes_.contains("filter") || attributes_["filter"].is_null()) return true;
    if (!attributes_["filter"].is_string()) return refuse(wrong("filter", "'filter' must be a string."));
    auto parsed = parse_filter(attributes_["filter"].get<std::string>());
    if (auto* refusal = std::get_if<Refusal>(&parsed)) return refuse(std::move(*refusal));
    std::set<std::string> fields;
    for (const FilterTerm& term : std::get<std::vector<FilterTerm>>(parsed)) {
      const auto known = report_.filters.find(term.field);
      if (known == report_.filters.end()) {
        return refuse(wrong("filter", "'" + term.field + "' is not a filterable field."));
      }
      if (!holds(known->second, term.op)) {
        return refuse(wrong("filter", "'" + term.op + "' is not an allowed filter operator for " + term.field + "."));
      }
      if (!fields.insert(term.field).second) {
        return refuse(wrong("filter", "Only one filter can be used per attribute: " + term.field + "."));
      }
      if (term.is_list == (term.op == "equals") || term.values.size() > kMaxListItems) {
        return refuse(wrong("filter", "The value of " + term.field + " does not fit its operator."));
      }
      ReportCondition& condition = query_.conditions.emplace_back(ReportCondition{term.field, {}});
      for (const FilterLiteral& value : term.values) condition.values.insert(value.text);
    }
    return true;
  }

  // A list of filters, two of which say the time.
  bool read_aggregate_filter() {
    if (attributes_.contains("sort")) return refuse(wrong("sort", "Sorting is not available."));
    if (attributes_.value("page_size", Json(500)) < 500) return refuse(wrong("page_size", "Must be at least 500."));
    const std::string zone = attributes_.value("timezone", Json("UTC")).dump();
    if (zone != "\"UTC\"" && zone.find('/') == std::string::npos) return refuse(wrong("timezone", "Not a timezone."));
    if (!attributes_["filter"].is_array()) return refuse(wrong("filter", "'filter' must be a list."));
    bool from = false, to = false;
    for (const Json& text : attributes_["filter"]) {
      auto parsed = parse_filter(text.is_string() ? text.get<std::string>() : "");
      if (auto* refusal = std::get_if<Refusal>(&parsed)) return refuse(std::move(*refusal));
      for (const FilterTerm& term : std::get<std::vector<FilterTerm>>(parsed)) {
        if (term.field != "datetime" || term.values.size() != 1) continue;
        const bool lower = term.op == "greater-or-equal";
        if (!lower && term.op != "less-than") return refuse(wrong("filter", "datetime takes no " + term.op + "."));
        (lower ? from : to) = true;
        if (!read_time("filter", term.values.front().text, lower ? query_.from_us : query_.to_us)) return false;
      }
    }
    if (attributes_.contains("page_cursor")) query_.cursor = attributes_["page_cursor"].get<std::string>();
    return (from && to) || refuse(wrong("filter", "A greater-or-equal and a less-than filter on datetime are needed."));
  }

  bool check_span() {
    const std::string where = aggregates() ? "filter" : "timeframe";
    const int64_t span = query_.to_us - query_.from_us;
    if (span <= 0) return refuse(wrong(where, "The end must be after the start."));
    if (span > kYear) return refuse(wrong(where, "The time frame cannot be longer than 1 year."));
    if (query_.to_us > now_us_ + kFurthestAhead) return refuse(wrong(where, "End date may not be in the future."));
    if (report_.not_before_us && query_.from_us < *report_.not_before_us) {
      return refuse(wrong(where, "Data is unavailable before June 1st, 2023."));
    }
    if (report_.kind != Report::Kind::series) return true;
    const int64_t longest = query_.interval == "hourly"    ? 7 * kDay
                            : query_.interval == "daily"   ? 60 * kDay
                            : query_.interval == "monthly" ? 52 * 7 * kDay
                                                           : kYear;
    return span <= longest ||
           refuse(wrong(where, "The time frame is too long for the interval " + query_.interval + "."));
  }

  const Report& report_;
  const std::set<std::string>& metrics_;
  int64_t now_us_;
  Json attributes_;
  ReportQuery query_;
  Refusal refusal_;
};

}  // namespace

Outcome<ReportQuery> read_report_query(const Report& report, const Request& request,
                                       const std::vector<Parameter>& parameters, const std::set<std::string>& metrics,
                                       int64_t now_us) {
  auto read = Reader(report, metrics, now_us).read(Json::parse(request.body, nullptr, false));
  for (const Parameter& parameter : parameters) {
    if (parameter.name != "page_cursor" || report.cursor != "query") {
      return bad_parameter(parameter.name, "'" + parameter.name + "' is not a valid parameter.");
    }
    if (auto* query = std::get_if<ReportQuery>(&read)) query->cursor = parameter.value;
  }
  return read;
}

int64_t interval_begin(std::string_view interval, int64_t us, int64_t count) {
  using namespace std::chrono;
  if (interval == "hourly") return us - us % (3600 * kSecond) + count * 3600 * kSecond;
  const sys_days day = floor<days>(sys_time<microseconds>(microseconds(us)));
  sys_days begin = day + days(count);
  if (interval == "weekly") begin = day - (weekday(day) - Monday) + days(7 * count);
  if (interval == "monthly") {
    const year_month_day date(day);
    begin = sys_days((date.year() / date.month() + months(count)) / 1);
  }
  return microseconds(begin.time_since_epoch()).count();
}

}  // namespace emulator
