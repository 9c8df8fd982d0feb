#include "bulkload/session/report.h"

#include <optional>
#include <utility>

#include "base/text_time.h"
#include "bulkload/config_file.h"
#include "bulkload/guess.h"

namespace bulkload {

namespace {

using Cell = std::optional<std::string>;

// Jobs have no other one; scripts of the hosted service expect the column.
constexpr const char* kPriority = "NORMAL";

Cell number(const std::optional<int64_t>& value) { return value ? Cell(std::to_string(*value)) : std::nullopt; }

Cell time(const std::optional<int64_t>& us) {
  return us ? Cell(base::format_utc_display(base::floor_to_second(*us))) : std::nullopt;
}

Cell duration_sec(const Job& job, int64_t now_us) {
  if (!job.started_us) return std::nullopt;
  if (!job.ended_us && job.status != JobStatus::running) return std::nullopt;
  return std::to_string((job.ended_us.value_or(now_us) - *job.started_us) / base::kMicrosPerSecond);
}

std::string with_newline(std::string text) {
  if (!text.empty() && text.back() != '\n') text += '\n';
  return text;
}

/// References to the environment are shown as they are: they are no secrets.
std::string without_secrets(const Session& session) {
  ConfigProblems ignored;
  const Environment nothing = [](const std::string&) { return std::string(); };
  return mask_secrets(session.config, read_kept_config(session.name, session.config, nothing, ignored));
}

std::string aligned(const std::vector<std::pair<const char*, std::string>>& lines, size_t width) {
  std::string text;
  for (const auto& [name, value] : lines) {
    const std::string label = name;
    text += label + std::string(width - label.size(), ' ') + ": " + value + "\n";
  }
  return text;
}

TextTable with_numbers(const std::vector<std::string>& names, const std::vector<size_t>& numbers) {
  TextTable table = TextTable::with_columns(names);
  for (const size_t column : numbers) table.columns[column].type = Type::int64;
  return table;
}

}  // namespace

std::string describe(const Session& session) {
  return aligned({{"Name", session.name},
                  {"Cron", session.cron},
                  {"Timezone", session.timezone},
                  {"Delay", std::to_string(session.delay_sec)},
                  {"Database", session.database},
                  {"Table", session.table}},
                 9) +
         "Config\n---\n" + with_newline(without_secrets(session)) + "Config Diff\n---\n" +
         with_newline(session.config_diff);
}

std::string describe(const Job& job, int64_t now_us) {
  return aligned({{"JobID", std::to_string(job.id)},
                  {"Status", std::string(job_status_name(job.status))},
                  {"Session", job.session},
                  {"Records", number(job.records).value_or("")},
                  {"Database", job.database},
                  {"Table", job.table},
                  {"Scheduled", time(job.scheduled_us).value_or("")},
                  {"Started", time(job.started_us).value_or("")},
                  {"Duration", duration_sec(job, now_us).value_or("")},
                  {"Message", job.message}},
                 11);
}

TextTable session_list(const std::vector<Session>& sessions) {
  TextTable table = with_numbers({"Name", "Cron", "Timezone", "Delay", "Database", "Table"}, {3});
  for (const Session& session : sessions) {
    table.rows.push_back({session.name, session.cron, session.timezone, std::to_string(session.delay_sec),
                          session.database, session.table});
  }
  return table;
}

TextTable session_history(const std::vector<Job>& jobs, int64_t now_us) {
  TextTable table =
      with_numbers({"JobID", "Status", "Records", "Database", "Table", "Priority", "Started", "Duration"}, {0, 2, 7});
  for (const Job& job : jobs) {
    table.rows.push_back({std::to_string(job.id), std::string(job_status_name(job.status)), number(job.records),
                          job.database, job.table, kPriority, time(job.started_us), duration_sec(job, now_us)});
  }
  return table;
}

TextTable job_list(const std::vector<Job>& jobs, int64_t now_us) {
  TextTable table = with_numbers(
      {"JobID", "Status", "Session", "Records", "Database", "Table", "Scheduled", "Started", "Duration"}, {0, 3, 8});
  for (const Job& job : jobs) {
    table.rows.push_back({std::to_string(job.id), std::string(job_status_name(job.status)), job.session,
                          number(job.records), job.database, job.table, time(job.scheduled_us), time(job.started_us),
                          duration_sec(job, now_us)});
  }
  return table;
}

}  // namespace bulkload
