#include "bulkload/session/metrics.h"

#include <array>
#include <map>
#include <optional>
#include <vector>

#include "bulkload/session/job_table.h"
#include "bulkload/session/schedule.h"
#include "bulkload/session/session_table.h"
#include "bulkload/text_format.h"

namespace bulkload {

namespace {

constexpr double kMicros = 1e6;

struct Metric {
  std::string_view name;
  std::string_view type;
  std::string_view help;
  std::string lines = {};
};

/// A label's value, as the format escapes it.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out;
}

std::string label(const std::string& session) { return "{session=\"" + escaped(session) + "\"}"; }

void add(Metric& metric, const std::string& labels, double value) {
  metric.lines += std::string(metric.name) + labels + " " + format_double(value) + "\n";
}

/// What the history of a session comes to.
struct Totals {
  std::map<std::string_view, int64_t> ended;  // by status
  int64_t records = 0;
  bool running = false;
  std::optional<int64_t> last_success_us;
  std::optional<int64_t> last_duration_us;
};

Totals totals_of(const std::vector<Job>& jobs) {
  Totals totals;
  for (const Job& job : jobs) {  // the newest first
    if (job.status == JobStatus::queued || job.status == JobStatus::running) {
      totals.running = true;
      continue;
    }
    ++totals.ended[job_status_name(job.status)];
    totals.records += job.records.value_or(0);
    if (job.status == JobStatus::success && !totals.last_success_us) totals.last_success_us = job.ended_us;
    if (job.ended_us && job.started_us && !totals.last_duration_us) {
      totals.last_duration_us = *job.ended_us - *job.started_us;
    }
  }
  return totals;
}

}  // namespace

base::Result<std::string> prometheus_text(Store& store, int64_t now_us) {
  const auto sessions = list_sessions(store);
  if (!sessions.ok()) return sessions.status();
  std::array<Metric, 7> metrics = {{
      {"bulkload_sessions", "gauge", "Sessions in the store."},
      {"bulkload_jobs_total", "counter", "Ended runs by status."},
      {"bulkload_records_total", "counter", "Rows that ended runs wrote."},
      {"bulkload_job_running", "gauge", "1 while a run is on."},
      {"bulkload_last_success_timestamp_seconds", "gauge", "End of the last run that succeeded."},
      {"bulkload_last_duration_seconds", "gauge", "Duration of the last run that ended."},
      {"bulkload_next_run_timestamp_seconds", "gauge", "When the next scheduled run begins."},
  }};
  auto& [count, jobs_total, records, running, success, duration, next] = metrics;
  add(count, "", static_cast<double>(sessions->size()));
  for (const Session& session : *sessions) {
    const auto jobs = list_jobs(store, session.id);
    if (!jobs.ok()) return jobs.status();
    const Totals totals = totals_of(*jobs);
    const std::string labels = label(session.name);
    for (const auto& [status, ended] : totals.ended) {
      const std::string both = "{session=\"" + escaped(session.name) + "\",status=\"" + std::string(status) + "\"}";
      add(jobs_total, both, static_cast<double>(ended));
    }
    add(records, labels, static_cast<double>(totals.records));
    add(running, labels, totals.running ? 1 : 0);
    if (totals.last_success_us) add(success, labels, static_cast<double>(*totals.last_success_us) / kMicros);
    if (totals.last_duration_us) add(duration, labels, static_cast<double>(*totals.last_duration_us) / kMicros);
    const auto schedule = schedule_of(session);
    if (schedule.ok() && schedule->has_value()) {
      add(next, labels, static_cast<double>(next_begin(**schedule, now_us)) / kMicros);
    }
  }
  std::string text;
  for (const Metric& metric : metrics) {
    text += "# HELP " + std::string(metric.name) + " " + std::string(metric.help) + "\n# TYPE " +
            std::string(metric.name) + " " + std::string(metric.type) + "\n" + metric.lines;
  }
  return text;
}

}  // namespace bulkload
