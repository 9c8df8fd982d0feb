#include "bulkload/prepared.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "bulkload/auth/auth_section.h"
#include "bulkload/load.h"
#include "bulkload/next_config_file.h"
#include "bulkload/out_section.h"
#include "bulkload/property_columns.h"
#include "bulkload/several_sources.h"
#include "bulkload/sink/merge_key.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;

/// The library of the section's type; its problem is appended.
std::optional<PluginLibrary> load_plugin(const ConfigFile& file, const RunRequest& request, ConfigProblems& problems) {
  const ConfigNode* type = file.in.find("type");
  if (type == nullptr || !type->is_scalar()) {
    if (file.in.is_map())
      problems.push_back({file.in.place, "in.type: missing; name a plugin, such as `type: klaviyo`"});
    return std::nullopt;
  }
  const std::vector<std::string> search_path = plugin_search_path(request.plugins);
  const auto path = find_plugin(type->text, search_path);
  auto library = path.ok() ? PluginLibrary::open(*path, type->text) : base::Result<PluginLibrary>(path.status());
  if (library.ok()) return std::move(library).value();
  problems.push_back({type->place, "in.type: " + library.status().message()});
  return std::nullopt;
}

/// A log whose lines about the configuration ("line N: …") name the user's files.
base::Log translating_log(base::Log log, base::LogLevel level, const InSection& section) {
  return {level, [log = std::move(log), section](base::LogLevel of_line, std::string_view text) {
            log.write(of_line,
                      text.starts_with("line ") ? format_problems(section.translate(text)) : std::string(text));
          }};
}

void bind_filters(FilterChain& filters, const TableSchema& schema, bool keeps_key, ConfigProblems& problems,
                  const base::Log& log) {
  Findings findings;
  filters.bind(schema, keeps_key, findings);
  if (!findings.warnings.empty()) log.warn(format_problems(findings.warnings));
  for (ConfigProblem& problem : findings.problems) problems.push_back(std::move(problem));
}

/// Merging needs all columns that tell the source's rows apart.
void check_key(const ConfigFile& file, const TableSchema& schema, ConfigProblems& problems) {
  if (schema.key().size() == schema.key_names().size()) return;
  const ConfigNode* columns = file.in.find("columns");
  problems.push_back({columns == nullptr ? file.in.place : columns->place,
                      "in.columns: " + listed_key(schema.key_names()) +
                          " must be there, by which mode merge finds rows; add what is missing, or use mode append or "
                          "replace"});
}

/// Only a run that reads the whole source can tell which rows are gone.
void check_whole(const ConfigNode& deletes, const TableSchema& schema, ConfigProblems& problems) {
  const std::string_view limits = schema.meta("whole");
  if (limits == "true") return;
  const std::string why = limits.empty() ? "its plugin does not say that it reads all rows"
                                         : "these keys of in leave rows out: " + std::string(limits);
  problems.push_back({deletes.place, "out.detect_deletes: this run cannot tell which rows of " +
                                         std::string(schema.meta("source")) + " are gone, as " + why +
                                         "; read the whole source, or leave detect_deletes out"});
}

/// In the order of the file; what comes from elsewhere last.
void sort_problems(const std::string& path, ConfigProblems& problems) {
  std::stable_sort(problems.begin(), problems.end(), [&](const ConfigProblem& left, const ConfigProblem& right) {
    return std::pair(left.place.file != path, left.place.line) < std::pair(right.place.file != path, right.place.line);
  });
}

/// On Code::config the problems are appended.
base::Result<Input> create_input(const ConfigFile& file, const PluginLibrary& plugin, base::LogLevel level,
                                 const base::Log& log, ConfigProblems& problems) {
  const InSection section(file.in);
  auto input = Input::create(plugin.table(), section.text(), level, translating_log(log, level, section));
  if (!input.ok() && input.status().code() == Code::config) {
    for (ConfigProblem& problem : section.translate(input.status().message())) problems.push_back(std::move(problem));
  }
  return input;
}

/// What all sources have in common.
struct Common {
  const RunRequest& request;
  const PluginLibrary& plugin;
  const SinkOptions& sink;
  bool merges;  // into a table
};

/// The input of one source, its filters and its place; nothing when there is a problem, which is appended. A failure
/// that is no fault of the configuration is the status.
base::Result<std::optional<Prepared>> prepare_source(SourceConfig config, const Common& common, const base::Log& log,
                                                     ConfigProblems& problems) {
  const RunRequest& request = common.request;
  const ConfigFile& file = config.file;
  const size_t before = problems.size();
  const bool by_property = take_property_columns_key(config.file, problems);
  FilterChain filters = FilterChain::read(file.filters, read_host_key(file.out, request.out, kTimeColumn), problems);
  const ConfigNode deletes = read_host_key(file.out, request.out, kDetectDeletes);
  const bool marks = parse_deletes(deletes).value_or(Deletes::ignored) != Deletes::ignored;
  if (marks) filters.detect_deletes(deletes.place);
  const bool filters_are_sound = problems.size() == before;
  auto input = create_input(file, common.plugin, request.log_level, log, problems);
  if (input.ok() && by_property) {
    if (Status status = add_property_columns(config, *input, problems, log); !status.ok()) return status;
    input = create_input(file, common.plugin, request.log_level, log, problems);
  }
  if (!input.ok()) {
    if (input.status().code() != Code::config) return input.status();
    return std::optional<Prepared>();
  }
  const TableSchema& schema = input->schema();
  if (filters_are_sound) {
    if (common.merges && marks) check_whole(deletes, schema, problems);
    if (common.merges) check_key(file, schema, problems);
    bind_filters(filters, schema, common.merges, problems, log);
  }
  if (problems.size() > before) return std::optional<Prepared>();
  SinkOptions sink = common.sink;
  place_source(schema.meta("source").empty() ? file.type() : std::string(schema.meta("source")), sink);
  sink.all_at_once = is_unordered(schema);
  return std::optional<Prepared>(Prepared{std::move(config.source), std::move(config.file), common.plugin,
                                          std::move(input).value(), std::move(filters), std::move(sink)});
}

}  // namespace

base::Result<std::vector<Prepared>> prepare(const RunRequest& request, OutSection out, Console& console) {
  ConfigProblems problems;
  ConfigFile file = request.config_text
                        ? read_kept_config(request.config, *request.config_text, process_environment, problems)
                        : read_config_file(request.config, process_environment, problems);
  const bool is_read = problems.empty();
  if (!request.diff_path.empty() && is_read) apply_next_config_file(request.diff_path, file, problems);
  if (request.diff_text && is_read) {
    apply_next_config(request.config + ", config diff", *request.diff_text, file, problems);
  }
  if (is_read) resolve_auth(request.auth_path, file.in, problems);
  for (const ConfigNode* section : {&file.in, &file.out, &file.filters}) {
    for (const std::string& secret : secret_values(*section)) console.hide(secret);
  }
  const base::Log log = console.log();
  if (!file.warnings.empty()) log.warn(format_problems(file.warnings));

  SinkOptions sink;
  if (out == OutSection::checked && (is_read || file.in.is_map())) {
    const bool several = reads_several(file.in) && request.only_source.empty();
    sink = read_out_section(file.out, request.out, file.type(), file.path, problems, several);
  }
  std::vector<Prepared> prepared;
  std::vector<SourceConfig> configs;
  const std::optional<PluginLibrary> plugin = load_plugin(file, request, problems);
  if (plugin) {
    log.info("Loaded plugin " + std::string(plugin->table().name) + " " + plugin->table().version);
    log.debug("The plugin is " + plugin->path());
    if (request.one_source && request.only_source.empty() && reads_several(file.in)) {
      problems.push_back(
          {file.in.place, "in.data_source: this command works on one source; choose with --source NAME"});
    } else {
      configs = split_sources(file, source_names(plugin->table().config_schema), request.only_source, problems);
    }
  }
  SourceProblems found;
  for (SourceConfig& config : configs) {
    const std::string source = config.source;
    const Common common{request, *plugin, sink, out == OutSection::checked && sink.mode == Mode::merge};
    ConfigProblems of_source;
    auto one = prepare_source(std::move(config), common, source_log(log, request.log_level, source), of_source);
    if (!one.ok()) return one.status();
    if (one->has_value()) prepared.push_back(**std::move(one));
    found.add(source, of_source);
  }
  for (ConfigProblem& problem : found.merged(configs.size())) problems.push_back(std::move(problem));
  // Nothing to bind them to: what is wrong with the filters themselves is still told.
  if (configs.empty()) FilterChain::read(file.filters, read_host_key(file.out, request.out, kTimeColumn), problems);
  if (problems.empty()) return prepared;
  sort_problems(request.config, problems);
  return Status(Code::config, format_problems(problems));
}

}  // namespace bulkload
