// Reports and metric aggregates: queries by POST, refused as strictly as the published API refuses them.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "answer.h"
#include "facts.h"
#include "query_string.h"
#include "refusal.h"
#include "world.h"

namespace emulator {

/// One endpoint, as facts/reports.json has it.
struct Report {
  enum class Kind { values, series, aggregates };

  std::string path;
  std::string type;
  Kind kind = Kind::values;
  const Source* of = nullptr;  // whose rows are reported about; null for aggregates
  std::string scope;
  Rate rate;
  std::vector<std::string> statistics;
  std::vector<std::string> groups;
  std::vector<std::string> required_groups;
  std::vector<std::string> default_groups;
  std::map<std::string, std::string> needed_groups;         // group and the other one that it needs
  bool fixed_groups = false;                                // takes no group_by
  bool conversions = false;                                 // needs a conversion metric
  std::string cursor;                                       // "query", "body" or none
  std::map<std::string, std::vector<std::string>> filters;  // field and its operators
  std::optional<int64_t> not_before_us;
};

/// A term of a report's filter: the row's value must be one of these.
struct ReportCondition {
  std::string field;
  std::set<std::string> values;
};

/// A request that is in order. Times are on the account's clock.
struct ReportQuery {
  int64_t from_us = 0;
  int64_t to_us = 0;
  std::string interval = "daily";  // hourly, daily, weekly, monthly
  std::vector<std::string> statistics;
  std::vector<std::string> groups;
  std::vector<ReportCondition> conditions;
  std::string metric;
  std::string cursor;
};

class Reports {
 public:
  /// `facts`: of the newest revision, which must outlive this. Throws std::exception when the embedded facts make no
  /// sense.
  explicit Reports(const Facts& facts);

  const Report* at(std::string_view path) const;

  /// The body of a 200. `parameters`: of the query string.
  Outcome<std::string> answer(const Report& report, const Request& request, const std::vector<Parameter>& parameters,
                              const World& world, int64_t now_us) const;

 private:
  const Facts& facts_;
  std::map<std::string, Report, std::less<>> reports_;
};

/// What a body asks for, or why it is refused.
Outcome<ReportQuery> read_report_query(const Report& report, const Request& request,
                                       const std::vector<Parameter>& parameters, const std::set<std::string>& metrics,
                                       int64_t now_us);

/// Begin of the day, week (Monday) or month that a time is in, and `count` of them later; hours are whole ones.
int64_t interval_begin(std::string_view interval, int64_t us, int64_t count = 0);

/// The answer to a query: the same for the same data, query and cursor. Pages have 15 rows, those of aggregates 500.
/// Values add up from day to day, but for rates.
Outcome<std::string> render_report(const Report& report, const ReportQuery& query, const World& world,
                                   const std::string& url);

}  // namespace emulator
