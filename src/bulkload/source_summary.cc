#include "bulkload/source_summary.h"

#include <algorithm>

#include "bulkload/text_format.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;

bool is_done(const SourceEnd& end) { return end.begun && end.outcome.status.ok(); }

bool has_failed(const SourceEnd& end) { return !is_done(end) && !is_unfinished(end); }

std::string describe(const SourceEnd& end) {
  if (!end.begun) return "not begun";
  const LoadOutcome& outcome = end.outcome;
  if (has_failed(end)) return "failed: " + outcome.status.message();
  if (is_unfinished(end)) {
    return "stopped with " + format_count(outcome.rows_kept) + " rows kept: " + outcome.status.message();
  }
  if (outcome.result.where.empty()) return "finished the last run";
  return format_count(outcome.result.rows_written) + " rows written to " + outcome.result.where;
}

}  // namespace

int64_t rows_of(const LoadOutcome& outcome) {
  // A run that only finishes an earlier one has written nothing itself.
  return outcome.result.where.empty() ? outcome.rows_kept : outcome.result.rows_written;
}

bool is_unfinished(const SourceEnd& end) { return !end.begun || exit_code(end.outcome.status) == 3; }

std::vector<std::string> summarise(const std::vector<SourceEnd>& ends) {
  size_t width = 0;
  for (const SourceEnd& end : ends) width = std::max(width, end.source.size());
  std::vector<std::string> lines;
  int64_t rows = 0;
  for (const SourceEnd& end : ends) {
    lines.push_back("  " + end.source + std::string(width - end.source.size() + 2, ' ') + describe(end));
    rows += rows_of(end.outcome);
  }
  const auto number = [&](bool (*is)(const SourceEnd&)) { return std::count_if(ends.begin(), ends.end(), is); };
  std::string all = std::to_string(number(is_done)) + " of " + std::to_string(ends.size()) + " sources done";
  if (const auto failed = number(has_failed); failed > 0) all += ", " + std::to_string(failed) + " failed";
  if (const auto left = number(is_unfinished); left > 0) all += ", " + std::to_string(left) + " to go on with";
  lines.push_back(all + "; " + format_count(rows) + " rows.");
  return lines;
}

Status status_of(const std::vector<SourceEnd>& ends) {
  std::string why;
  const SourceEnd* worst = nullptr;
  for (const SourceEnd& end : ends) {
    if (is_done(end)) continue;
    why += (why.empty() ? "" : "; ") + end.source + ": " + (end.begun ? end.outcome.status.message() : "not begun");
    if (worst == nullptr || (has_failed(end) && !has_failed(*worst))) worst = &end;
  }
  if (worst == nullptr) return {};
  return Status(worst->begun ? worst->outcome.status.code() : Code::cancelled, why);
}

int exit_code(const std::vector<SourceEnd>& ends) {
  if (std::any_of(ends.begin(), ends.end(), has_failed)) return 1;
  return std::any_of(ends.begin(), ends.end(), is_unfinished) ? 3 : 0;
}

}  // namespace bulkload
