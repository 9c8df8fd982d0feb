#include "bulkload/commands.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>
#include <vector>

#include "base/clock.h"
#include "bulkload/guess.h"
#include "bulkload/plugin_library.h"
#include "bulkload/prepared.h"
#include "bulkload/preview_table.h"
#include "bulkload/resume_file.h"
#include "bulkload/several_sources.h"
#include "bulkload/sink/durable_file.h"
#include "bulkload/sources.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;

constexpr int64_t kPreviewRows = 15;

/// Up to `max_rows` rows, filtered, as a destination would get them.
base::Result<TextTable> read_preview(Prepared& prepared, int64_t max_rows) {
  TextTable table = make_preview_table(prepared.filters.schema());
  RunPosition position{base::SystemClock().now_us(), 0};
  auto reader = prepared.input.preview(max_rows);
  if (!reader.ok()) return reader.status();
  while (static_cast<int64_t>(table.rows.size()) < max_rows) {
    auto batch = reader->next();
    if (!batch.ok()) return batch.status();
    if (!batch->has_value()) break;
    const auto filtered = prepared.filters.apply(*std::move(*batch), position);
    if (!filtered.ok()) return filtered.status();
    position.rows_before += filtered->rows();
    append_rows(*filtered, max_rows, table);
  }
  return table;
}

std::string render_preview(const TextTable& table, const CommandLine& line) {
  if (line.vertical) return render_vertical(table) + rows_in_set(table) + "\n";
  std::string text = render(table, line.format);
  if (line.format == TableFormat::table) text += rows_in_set(table) + "\n";
  return text;
}

}  // namespace

base::Result<PluginLibrary> choose_plugin(const CommandLine& line) {
  const std::vector<std::string> search_path = plugin_search_path(line.plugins);
  std::string type = line.type;
  if (type.empty()) {
    const std::vector<std::string> installed = installed_plugins(search_path);
    if (installed.size() != 1) {
      std::string names;
      for (const std::string& name : installed) names += (names.empty() ? "" : ", ") + name;
      return Status(Code::config, installed.empty() ? "no plugin is installed; name one with --plugin PATH"
                                                    : "several plugins are installed; choose with --type: " + names);
    }
    type = installed.front();
  }
  const auto path = find_plugin(type, search_path);
  if (!path.ok()) return Status(Code::config, "--type: " + path.status().message());
  return PluginLibrary::open(*path, type);
}

int report_failure(const Status& status, Console& console) {
  if (status.code() == Code::config) {
    console.print(status.message());
    return 2;
  }
  console.log().error(status.message());
  return 1;
}

int print_rows(const std::string& text, Console& console) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return 0;
  // Whoever read it has seen enough, as in `bulkload sources | head`.
  if (errno == EPIPE) return 1;
  console.log().error("standard output cannot be written to");
  return 1;
}

int preview_command(const CommandLine& line, Console& console) {
  auto prepared = prepare(line, OutSection::ignored, console);
  if (!prepared.ok()) return report_failure(prepared.status(), console);
  const bool is_table = line.vertical || line.format == TableFormat::table || line.format == TableFormat::markdown;
  if (prepared->size() > 1 && !is_table) {
    return report_failure(Status(Code::config,
                                 "--format: several sources have no columns in common; choose one with "
                                 "--source NAME, or leave it out"),
                          console);
  }
  int worst = 0;
  for (Prepared& each : *prepared) {
    const base::Log log = source_log(console.log(), line.log_level, each.source);
    const auto table = read_preview(each, line.rows.value_or(each.file.preview_rows.value_or(kPreviewRows)));
    if (!table.ok()) {
      const std::string where = each.source.empty() ? "" : each.source + ": ";
      worst = std::max(worst, report_failure(Status(table.status().code(), where + table.status().message()), console));
      continue;
    }
    for (const std::string& complaint : each.filters.complaints()) log.warn(complaint);
    const std::string title = prepared->size() > 1 ? each.source + "\n" : "";
    if (const int code = print_rows(title + render_preview(*table, line), console); code != 0) return code;
  }
  if (worst == 0) {
    console.print("Update " + line.config + " and use 'bulkload preview " + line.config + "' to preview again.\n" +
                  "Use 'bulkload run " + line.config + "' to load all rows.");
  }
  return worst;
}

int schema_command(const CommandLine& line, Console& console) {
  const auto prepared = prepare(line, OutSection::ignored, console);
  if (!prepared.ok()) return report_failure(prepared.status(), console);
  const bool several = !prepared->front().source.empty();
  using Names = std::vector<std::string>;
  TextTable table = TextTable::with_columns(several ? Names{"source", "name", "type"} : Names{"name", "type"});
  for (const Prepared& each : *prepared) {
    for (const Field& field : each.filters.schema().fields) {
      auto& row = table.rows.emplace_back();
      if (several) row.emplace_back(each.source);
      row.emplace_back(field.name);
      row.emplace_back(std::string(type_name(field.type)));
    }
  }
  return print_rows(render(table, line.format), console);
}

int plan_command(const CommandLine& line, Console& console) {
  auto prepared = prepare(line, OutSection::ignored, console);
  if (!prepared.ok()) return report_failure(prepared.status(), console);
  std::string text;
  for (Prepared& each : *prepared) {
    const auto tasks = each.input.plan(static_cast<size_t>(line.max_tasks));
    if (!tasks.ok()) return report_failure(tasks.status(), console);
    for (const std::string& task : *tasks) text += task + "\n";
  }
  return print_rows(text, console);
}

namespace {

int cleanup_source(const Prepared& prepared, const std::string& resume_path, const base::Log& log, Console& console) {
  auto sink = make_sink(prepared.out);
  if (!sink.ok()) return report_failure(sink.status(), console);
  const auto found = (*sink)->open(prepared.filters.schema());
  // A state that cannot be read is dropped as well; a destination that is in use or out of reach is left alone.
  if (!found.ok() && found.status().code() != Code::config) return report_failure(found.status(), console);
  Status status = resume_path.empty() ? Status() : remove_resume_file(resume_path);
  if (status.ok()) status = (*sink)->abandon();
  if (!status.ok()) return report_failure(status, console);
  const bool nothing = found.ok() && !found->has_value();
  log.info(nothing ? "There is no unfinished run."
                   : "Dropped the unfinished run. Rows that were already visible in the destination stay.");
  return 0;
}

}  // namespace

int cleanup_run(const RunRequest& request, Console& console) {
  const auto prepared = prepare(request, OutSection::checked, console);
  if (!prepared.ok()) return report_failure(prepared.status(), console);
  int worst = 0;
  for (const Prepared& each : *prepared) {
    const base::Log log = source_log(console.log(), request.log_level, each.source);
    worst = std::max(worst, cleanup_source(each, source_path(request.resume_path, each.source), log, console));
  }
  return worst;
}

int cleanup_command(const CommandLine& line, Console& console) { return cleanup_run(line, console); }

int guess_command(const CommandLine& line, Console& console) {
  const auto prepared = prepare(line, OutSection::ignored, console);
  if (!prepared.ok()) return report_failure(prepared.status(), console);
  std::vector<SourceColumns> sources;
  for (const Prepared& each : *prepared) sources.push_back({each.source, &each.file.in, &each.input.schema()});
  const Prepared& first = prepared->front();
  const auto text = complete_config(first.file, first.plugin.table().config_schema, sources);
  if (!text.ok()) return report_failure(text.status(), console);
  if (line.output_path.empty()) {
    std::string masked = *text;
    for (const Prepared& each : *prepared) masked = mask_secrets(masked, each.file);
    return print_rows(masked, console);
  }
  const Status status = replace_file(line.output_path, *text);
  if (!status.ok()) return report_failure(status, console);
  console.print("Created " + line.output_path + " file.\nUse 'bulkload preview " + line.output_path +
                "' to see the first rows.");
  return 0;
}

int sources_command(const CommandLine& line, Console& console) {
  const auto plugin = choose_plugin(line);
  if (!plugin.ok()) return report_failure(plugin.status(), console);
  const auto table = line.source.empty() ? list_sources(plugin->table().config_schema)
                                         : list_source_columns(plugin->table().config_schema, line.source);
  if (!table.ok()) return report_failure(table.status(), console);
  return print_rows(render(*table, line.format), console);
}

int options_command(const CommandLine& line, Console& console) {
  const auto plugin = choose_plugin(line);
  if (!plugin.ok()) return report_failure(plugin.status(), console);
  const auto table = list_options(plugin->table().config_schema);
  if (!table.ok()) return report_failure(table.status(), console);
  return print_rows(render(*table, line.format), console);
}

int version_command(const CommandLine&, Console& console) {
  return print_rows("bulkload " BULKLOAD_VERSION "\n", console);
}

}  // namespace bulkload
