#include "reports.h"

#include "embedded_facts.h"
#include "time_text.h"

namespace emulator {
namespace {

Report::Kind kind_named(const std::string& name) {
  if (name == "values") return Report::Kind::values;
  return name == "series" ? Report::Kind::series : Report::Kind::aggregates;
}

Report parse_report(const std::string& path, const Json& json, const Facts& facts) {
  Report report;
  report.path = path;
  report.type = json.at("type").get<std::string>();
  report.kind = kind_named(json.at("kind").get<std::string>());
  if (json.contains("of")) report.of = facts.source(json.at("of").get<std::string>());
  report.scope = json.at("scope").get<std::string>();
  const Json& rate = json.at("rate");
  report.rate = {.per_second = rate.at(0), .per_minute = rate.at(1), .per_day = rate.size() > 2 ? rate.at(2) : Json(0)};
  json.at("statistics").get_to(report.statistics);
  json.at("groups").get_to(report.groups);
  report.required_groups = json.value("required", std::vector<std::string>());
  report.default_groups = json.value("default", std::vector<std::string>());
  report.needed_groups = json.value("needs", std::map<std::string, std::string>());
  report.fixed_groups = json.value("fixed", false);
  report.conversions = json.value("conversions", false);
  report.cursor = json.value("cursor", "");
  report.filters = json.value("filter", std::map<std::string, std::vector<std::string>>());
  if (json.contains("not_before")) report.not_before_us = parse_instant(json.at("not_before").get<std::string>());
  return report;
}

}  // namespace

Reports::Reports(const Facts& facts) : facts_(facts) {
  const Json reports = Json::parse(kReportsJson);
  for (const auto& [path, json] : reports.items()) {
    reports_.emplace(path, parse_report(path, json, facts));
  }
}

const Report* Reports::at(std::string_view path) const {
  const auto found = reports_.find(path);
  return found == reports_.end() ? nullptr : &found->second;
}

Outcome<std::string> Reports::answer(const Report& report, const Request& request,
                                     const std::vector<Parameter>& parameters, const World& world,
                                     int64_t now_us) const {
  if (request.header("Content-Type") != "application/vnd.api+json") {
    return Refusal{415,
                   "unsupported_media_type",
                   "Unsupported media type.",
                   "Unsupported media type \"" + request.header("Content-Type") + "\" in request.",
                   {},
                   "/data"};
  }
  std::set<std::string> metrics;
  const Type& metric = facts_.type("metric");
  for (const int64_t row : world.existing_rows(metric)) metrics.insert(world.id(metric, row));
  auto query = read_report_query(report, request, parameters, metrics, now_us);
  if (auto* refusal = std::get_if<Refusal>(&query)) return std::move(*refusal);
  return render_report(report, std::get<ReportQuery>(query), world, request.base + request.path);
}

}  // namespace emulator
