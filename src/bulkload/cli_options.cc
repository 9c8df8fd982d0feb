#include "bulkload/cli_options.h"

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

namespace bulkload {

namespace {

const std::vector<std::string> kFormats = {"table", "csv", "tsv", "json"};

void add_plugin(CLI::App& command, Arguments& arguments) {
  command.add_option("--plugin", arguments.line.plugins, "Plugin library, or a folder of plugins")
      ->type_name("PATH")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_auth_file(CLI::App& command, Arguments& arguments) {
  command
      .add_option("--auth-file", arguments.line.auth_path,
                  "Where keys are kept; $XDG_CONFIG_HOME/bulkload/auth.json by default")
      ->type_name("PATH");
}

void add_config(CLI::App& command, Arguments& arguments) {
  command.add_option("CONFIG", arguments.line.config, "Configuration file: .yml, .yaml or .json")->required();
  add_plugin(command, arguments);
  add_auth_file(command, arguments);
}

void add_source(CLI::App& command, Arguments& arguments) {
  command.add_option("--source", arguments.line.only_source, "Only this one of several sources")->type_name("NAME");
}

void add_format(CLI::App& command, Arguments& arguments, const std::vector<std::string>& formats = kFormats) {
  command.add_option("-f,--format", arguments.format, "How to print the table")
      ->check(CLI::IsMember(formats))
      ->capture_default_str();
}

void add_out(CLI::App& command, Arguments& arguments) {
  command.add_option("--out", arguments.line.out, "Sets a key of the out: section, such as type=stdout")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_resume(CLI::App& command, Arguments& arguments) {
  command.add_option("-r,--resume-state", arguments.line.resume_path, "File that is there while a run is unfinished")
      ->type_name("PATH");
}

void add_state(CLI::App& command, Arguments& arguments) {
  command
      .add_option("--state", arguments.line.session.state_path,
                  "Where sessions are kept; $XDG_STATE_HOME/bulkload/bulkload.db by default")
      ->type_name("PATH");
}

void add_name(CLI::App& command, Arguments& arguments) {
  command.add_option("NAME", arguments.line.session.name, "The session")->required();
  add_state(command, arguments);
}

/// An option whose empty value is one too.
CLI::Option* add_text(CLI::App& command, const std::string& names, std::optional<std::string>& value,
                      const std::string& help) {
  return command
      .add_option_function<std::string>(
          names, [&value](const std::string& text) { value = text; }, help)
      ->type_name("TEXT");
}

void add_delay(CLI::App& command, Arguments& arguments) {
  constexpr int64_t kYearSec = 366 * 24 * 3600;
  command.add_option("-D,--delay", arguments.line.session.delay_sec, "Seconds that a run starts after its time")
      ->type_name("SECONDS")
      ->check(CLI::Range(int64_t{0}, kYearSec));
}

void add_wait(CLI::App& command, Arguments& arguments) {
  command.add_flag("-w,--wait", arguments.line.session.wait, "Run here, and wait for the end");
  add_plugin(command, arguments);
}

}  // namespace

void no_options(CLI::App&, Arguments&) {}

void run_options(CLI::App& command, Arguments& arguments) {
  add_config(command, arguments);
  add_source(command, arguments);
  add_out(command, arguments);
  command.add_option("-c,--config-diff", arguments.line.diff_path,
                     "File of the next configuration: laid over CONFIG, and replaced after the run");
  add_resume(command, arguments);
}

void preview_options(CLI::App& command, Arguments& arguments) {
  add_config(command, arguments);
  add_source(command, arguments);
  add_format(command, arguments);
  command.add_flag("-G,--vertical", arguments.line.vertical, "One line for each cell");
  command.add_option("--rows", arguments.rows, "At most so many rows (default 15, or preview_sample_rows)")
      ->check(CLI::Range(int64_t{1}, int64_t{1'000'000}));
}

void options_options(CLI::App& command, Arguments& arguments) {
  command.add_option("--type", arguments.line.type, "Plugin, when several are installed");
  add_plugin(command, arguments);
  add_format(command, arguments, {"table", "csv", "tsv", "json", "markdown"});
}

void sources_options(CLI::App& command, Arguments& arguments) {
  command.add_option("NAME", arguments.line.source, "A source, to see its columns");
  options_options(command, arguments);
}

void schema_options(CLI::App& command, Arguments& arguments) {
  add_config(command, arguments);
  add_source(command, arguments);
  add_format(command, arguments, {"table", "csv", "tsv", "json", "markdown"});
}

void plan_options(CLI::App& command, Arguments& arguments) {
  add_config(command, arguments);
  add_source(command, arguments);
  command.add_option("--max-tasks", arguments.line.max_tasks, "At most so many tasks")
      ->check(CLI::Range(int64_t{1}, int64_t{10'000}))
      ->capture_default_str();
}

void guess_options(CLI::App& command, Arguments& arguments) {
  add_config(command, arguments);
  command.add_option("-o,--output,--out", arguments.line.output_path, "File to write; standard output otherwise");
  command
      .add_option_function<std::string>(
          "-g,--guess", [](const std::string&) {}, "Of the hosted service; not needed")
      ->group("");
}

void cleanup_options(CLI::App& command, Arguments& arguments) {
  add_config(command, arguments);
  add_source(command, arguments);
  add_out(command, arguments);
  add_resume(command, arguments);
}

void example_options(CLI::App& command, Arguments& arguments) {
  arguments.line.folder = "bulkload-example";
  command.add_option("DIR", arguments.line.folder, "Folder to write them into")->capture_default_str();
}

void session_create_options(CLI::App& command, Arguments& arguments) {
  SessionArguments& session = arguments.line.session;
  add_name(command, arguments);
  add_text(command, "CRON", session.cron, "When: five fields, @hourly, @daily, @monthly; '' is by hand")->required();
  add_text(command, "DATABASE", session.database, "Where to: a file, its name, or a database")->required();
  add_text(command, "TABLE", session.table, "The table")->required();
  add_text(command, "CONFIG", session.config, "Configuration file")->required();
  add_text(command, "-t,--timezone", session.timezone, "Zone of CRON, such as Asia/Tokyo; UTC by default");
  add_delay(command, arguments);
  add_text(command, "--time-column", session.time_column, "Column that the key `time` is made of");
  add_plugin(command, arguments);
  add_auth_file(command, arguments);
}

void session_update_options(CLI::App& command, Arguments& arguments) {
  SessionArguments& session = arguments.line.session;
  add_name(command, arguments);
  add_text(command, "CONFIG,-c,--config", session.config, "Configuration file");
  add_text(command, "-n,--newname", session.new_name, "Name from now on");
  add_text(command, "-d,--database", session.database, "Where to: a file, its name, or a database");
  add_text(command, "-t,--table", session.table, "The table");
  add_text(command, "-s,--schedule", session.cron, "When; without a value, by hand")->expected(0, 1);
  add_text(command, "-z,--timezone", session.timezone, "Zone of the schedule, such as Asia/Tokyo");
  add_delay(command, arguments);
  add_text(command, "-T,--time-column", session.time_column, "Column that the key `time` is made of");
  add_text(command, "--config-diff", session.config_diff, "File that says where the next run begins; empty: anew");
  add_plugin(command, arguments);
  add_auth_file(command, arguments);
}

void session_name_options(CLI::App& command, Arguments& arguments) {
  add_name(command, arguments);
  add_plugin(command, arguments);
  add_auth_file(command, arguments);
}

void session_history_options(CLI::App& command, Arguments& arguments) {
  add_name(command, arguments);
  add_format(command, arguments);
}

void session_run_options(CLI::App& command, Arguments& arguments) {
  add_name(command, arguments);
  command.add_option("TIME", arguments.line.session.time, "Time that the run is for; a label in the history");
  add_wait(command, arguments);
  add_auth_file(command, arguments);
}

void list_options(CLI::App& command, Arguments& arguments) {
  add_state(command, arguments);
  add_format(command, arguments);
}

void issue_options(CLI::App& command, Arguments& arguments) {
  SessionArguments& session = arguments.line.session;
  command.add_option("CONFIG", arguments.line.config, "Configuration file")->required();
  add_text(command, "--database", session.database, "Where to: a file, its name, or a database")->required();
  add_text(command, "--table", session.table, "The table")->required();
  add_text(command, "--time-column", session.time_column, "Column that the key `time` is made of");
  command
      .add_flag_callback(
          "--auto-create-table", [] {}, "Tables are created when they are missing")
      ->group("");
  add_wait(command, arguments);
  add_state(command, arguments);
  add_auth_file(command, arguments);
}

void job_show_options(CLI::App& command, Arguments& arguments) {
  command.add_option("ID", arguments.line.session.job_id, "The job")->required();
  add_state(command, arguments);
}

void job_run_options(CLI::App& command, Arguments& arguments) {
  job_show_options(command, arguments);
  command.add_option("--lock", arguments.line.session.lock_descriptor, "Descriptor of the job's lock")->required();
  add_plugin(command, arguments);
  add_auth_file(command, arguments);
}

void scheduler_options(CLI::App& command, Arguments& arguments) {
  SchedulerArguments& scheduler = arguments.line.scheduler;
  command.add_flag("--once", scheduler.once, "Run what is due now, and end: for cron or a systemd timer");
  command.add_option("--listen", scheduler.listen, "Serve /healthz and /metrics on this loopback port")
      ->type_name("[HOST:]PORT");
  add_state(command, arguments);
  add_auth_file(command, arguments);
  add_plugin(command, arguments);
}

void reconcile_options(CLI::App& command, Arguments& arguments) {
  ReconcileArguments& reconcile = arguments.line.reconcile;
  add_config(command, arguments);
  add_source(command, arguments);
  command.add_option("--from", reconcile.from, "Begin of the window, inclusive")->type_name("TIME")->required();
  command.add_option("--to", reconcile.to, "End of the window, exclusive")->type_name("TIME")->required();
  command.add_flag("--apply", reconcile.apply, "Merge what is missing");
  add_out(command, arguments);
  add_format(command, arguments);
}

void auth_list_options(CLI::App& command, Arguments& arguments) {
  add_auth_file(command, arguments);
  add_format(command, arguments);
}

void auth_name_options(CLI::App& command, Arguments& arguments) {
  command.add_option("NAME", arguments.line.auth_name, "The key's name")->required();
  add_auth_file(command, arguments);
}

void auth_test_options(CLI::App& command, Arguments& arguments) {
  auth_name_options(command, arguments);
  add_format(command, arguments);
  command.add_option("--in", arguments.line.in, "Sets a key of the in: section, such as base_url=…")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("--type", arguments.line.type, "Plugin, when several are installed");
  add_plugin(command, arguments);
}

}  // namespace bulkload
