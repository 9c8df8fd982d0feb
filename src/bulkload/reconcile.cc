// `bulkload reconcile`: a past window is read again and compared by id with the destination, for rows that came later
// than the run that should have had them.
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/text_time.h"
#include "bulkload/commands.h"
#include "bulkload/id_comparison.h"
#include "bulkload/interrupt.h"
#include "bulkload/load.h"
#include "bulkload/next_config_file.h"
#include "bulkload/prepared.h"
#include "bulkload/run.h"
#include "bulkload/sink/merge_key.h"
#include "bulkload/text_format.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;
using nlohmann::json;

constexpr std::string_view kId = "id";

struct Span {
  int64_t from_us;
  int64_t to_us;
};

base::Result<Span> parse_span(const std::string& from, const std::string& to, int64_t now_us) {
  const auto begin = base::parse_time(from);
  if (!begin) return Status(Code::config, "--from " + from + ": must be a time such as 2026-02-10T00:00:00Z");
  const auto end = base::parse_time(to);
  if (!end) return Status(Code::config, "--to " + to + ": must be a time such as 2026-02-11T00:00:00Z");
  if (begin->us >= end->us) return Status(Code::config, "--to: must be later than --from");
  if (begin->us >= now_us) return Status(Code::config, "--from: lies in the future");
  return Span{begin->us, end->us};
}

/// The request with its window, which is read whatever was read before.
RunRequest in_window(const RunRequest& request, const Span& span) {
  RunRequest windowed = request;
  json in = {{"start_time", base::format_rfc3339(span.from_us)},
             {"end_time", base::format_rfc3339(span.to_us)},
             {"incremental", "false"}};
  if (!request.only_source.empty()) in = {{kSourcesKey, {{request.only_source, in}}}};
  windowed.diff_path.clear();
  windowed.resume_path.clear();
  windowed.diff_text = json{{"in", in}}.dump();
  windowed.store_next_config = {};
  windowed.out.emplace_back("detect_deletes=false");  // a window cannot tell what is gone
  windowed.one_source = true;
  return windowed;
}

/// Adds the rows of one task.
Status add_rows(Reader& reader, Prepared& prepared, int id, int time, IdComparison& comparison) {
  while (true) {
    auto batch = reader.next();
    if (!batch.ok()) return batch.status();
    if (!batch->has_value()) return {};
    std::vector<std::optional<int64_t>> times(static_cast<size_t>((*batch)->rows()));
    for (int64_t row = 0; time >= 0 && row < (*batch)->rows(); ++row) {
      const ColumnView& column = (*batch)->columns()[static_cast<size_t>(time)];
      if (!column.is_null(row)) times[static_cast<size_t>(row)] = column.int64(row);
    }
    const auto filtered = prepared.filters.apply(**std::move(batch), {});
    if (!filtered.ok()) return filtered.status();
    const ColumnView& ids = filtered->columns()[static_cast<size_t>(id)];
    for (int64_t row = 0; row < filtered->rows(); ++row) {
      if (!ids.is_null(row)) comparison.add(ids.text(row), times[static_cast<size_t>(row)]);
    }
  }
}

/// Reads the window, and strikes out what the destination has.
base::Result<IdComparison> compare(Prepared& prepared) {
  const TableSchema& source = prepared.input.schema();
  const TableSchema& table = prepared.filters.schema();
  if (const std::vector<std::string> key = source.key_names(); key.size() > 1) {
    return Status(Code::config, "in.data_source: rows of " + std::string(source.meta("source")) +
                                    " are told apart by " + listed_key(key) +
                                    ", and reconcile compares by id alone; a run with mode merge over the same window "
                                    "(start_time, end_time) brings the rows up to date");
  }
  const int id = table.find(kId);
  const bool is_key = id >= 0 && table.fields[static_cast<size_t>(id)].in_key;
  if (!is_key || table.fields[static_cast<size_t>(id)].type != Type::string) {
    return Status(Code::config,
                  "the rows have no text column id to compare by: leave it as it is in columns and filters");
  }
  if (source.meta("time").empty()) {
    return Status(Code::config,
                  "in.data_source: " + std::string(source.meta("source")) +
                      " has no time to choose rows by; a run with mode replace brings all of it up to date");
  }
  int time = source.find(source.meta("time"));
  if (time >= 0 && source.fields[static_cast<size_t>(time)].type != Type::timestamp) time = -1;
  auto tasks = prepared.input.plan(1);
  if (!tasks.ok()) return tasks.status();
  IdComparison comparison;
  for (const std::string& task : *tasks) {
    auto reader = prepared.input.run(task);
    if (!reader.ok()) return reader.status();
    if (Status status = add_rows(*reader, prepared, id, time, comparison); !status.ok()) return status;
  }
  const Status looked_up = each_id(prepared.out, [&](std::string_view there) { comparison.strike_out(there); });
  return looked_up.ok() ? base::Result<IdComparison>(std::move(comparison)) : looked_up;
}

std::optional<std::string> time_text(const std::optional<int64_t>& us) {
  return us ? std::optional(base::format_utc_display(*us)) : std::nullopt;
}

TextTable report(const Span& span, const IdComparison& comparison, int64_t now_us) {
  const LateRows late = comparison.late();
  TextTable table = TextTable::with_columns({"From", "To", "Rows", "Late", "OldestLate", "NewestLate", "OldestLag"});
  for (const size_t number : {2, 3, 6}) table.columns[number].type = Type::int64;
  std::optional<std::string> lag;
  if (late.oldest_us) lag = std::to_string((now_us - *late.oldest_us) / base::kMicrosPerSecond);
  table.rows.push_back({time_text(span.from_us), time_text(span.to_us), std::to_string(comparison.rows()),
                        std::to_string(late.count), time_text(late.oldest_us), time_text(late.newest_us), lag});
  return table;
}

std::string examples(const LateRows& late) {
  std::string text;
  for (const std::string& id : late.examples) text += (text.empty() ? "" : ", ") + id;
  return late.count > static_cast<int64_t>(late.examples.size()) ? text + ", …" : text;
}

}  // namespace

int reconcile_command(const CommandLine& line, Console& console) {
  const base::SystemClock clock;
  const int64_t now_us = clock.now_us();
  const auto span = parse_span(line.reconcile.from, line.reconcile.to, now_us);
  if (!span.ok()) return report_failure(span.status(), console);
  RunRequest request = in_window(line, *span);
  bool complete = true;
  {
    InterruptWatcher interrupts;
    auto all = prepare(request, OutSection::checked, console);
    if (!all.ok()) return report_failure(all.status(), console);
    Prepared* prepared = &all->front();
    interrupts.set_action([&] { prepared->input.cancel(); });
    const auto comparison = compare(*prepared);
    interrupts.set_action({});
    if (!comparison.ok()) {
      report_failure(comparison.status(), console);
      return exit_code(comparison.status());
    }
    const LateRows late = comparison->late();
    if (const int code = print_rows(render(report(*span, *comparison, now_us), line.format), console); code != 0)
      return code;
    complete = late.count == 0;
    if (!complete)
      console.log().info("Not in " + prepared->out.type + ", table " + prepared->out.table + ": " + examples(late));
  }
  if (complete || !line.reconcile.apply) {
    if (!complete) console.print("Use 'bulkload reconcile … --apply' to merge them.");
    return 0;
  }
  request.out.emplace_back("mode=merge");
  request.store_next_config = [](const std::string&) { return Status(); };
  return run_load(request, console).exit_code;
}

}  // namespace bulkload
