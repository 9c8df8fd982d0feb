#include "bulkload/cli.h"

#include <CLI/CLI.hpp>
#include <array>
#include <csignal>
#include <exception>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "bulkload/commands.h"

namespace bulkload {

namespace {

const std::map<std::string, base::LogLevel> kLogLevels = {{"error", base::LogLevel::error},
                                                          {"warn", base::LogLevel::warn},
                                                          {"info", base::LogLevel::info},
                                                          {"debug", base::LogLevel::debug},
                                                          {"trace", base::LogLevel::trace}};
constexpr int kUsageError = 2;

/// What the parser fills, before it is a CommandLine.
struct Arguments {
  CommandLine line;
  std::string format = "table";
  std::string level = "info";
  int64_t rows = 0;
};

using Options = void (*)(CLI::App& command, Arguments& arguments);

struct Command {
  const char* name;
  const char* help;
  int (*run)(const CommandLine& line, Console& console);
  Options options;
};

void add_plugin(CLI::App& command, Arguments& arguments) {
  command.add_option("--plugin", arguments.line.plugins, "Plugin library, or a folder of plugins")
      ->type_name("PATH")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_config(CLI::App& command, Arguments& arguments) {
  command.add_option("CONFIG", arguments.line.config, "Configuration file: .yml, .yaml or .json")->required();
  add_plugin(command, arguments);
}

void add_format(CLI::App& command, Arguments& arguments, const std::vector<std::string>& formats) {
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

void run_options(CLI::App& command, Arguments& arguments) {
  add_config(command, arguments);
  add_out(command, arguments);
  command.add_option("-c,--config-diff", arguments.line.diff_path,
                     "File of the next configuration: laid over CONFIG, and replaced after the run");
  command.add_option("-r,--resume-state", arguments.line.resume_path,
                     "Accepted for Embulk's sake; a stopped run goes on without it");
}

void preview_options(CLI::App& command, Arguments& arguments) {
  add_config(command, arguments);
  add_format(command, arguments, {"table", "csv", "tsv", "json"});
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
  add_format(command, arguments, {"table", "csv", "tsv", "json", "markdown"});
}

void plan_options(CLI::App& command, Arguments& arguments) {
  add_config(command, arguments);
  command.add_option("--max-tasks", arguments.line.max_tasks, "At most so many tasks")
      ->check(CLI::Range(int64_t{1}, int64_t{10'000}))
      ->capture_default_str();
}

void guess_options(CLI::App& command, Arguments& arguments) {
  add_config(command, arguments);
  command.add_option("-o,--output", arguments.line.output_path, "File to write; standard output otherwise");
}

void cleanup_options(CLI::App& command, Arguments& arguments) {
  add_config(command, arguments);
  add_out(command, arguments);
}

void example_options(CLI::App& command, Arguments& arguments) {
  arguments.line.folder = "bulkload-example";
  command.add_option("DIR", arguments.line.folder, "Folder to write them into")->capture_default_str();
}

void no_options(CLI::App&, Arguments&) {}

constexpr std::array<Command, 10> kCommands = {
    {{"run", "Load all rows into the destination", run_command, run_options},
     {"preview", "Show the first rows", preview_command, preview_options},
     {"sources", "List what a plugin can read", sources_command, sources_options},
     {"options", "List the keys of the in: section", options_command, options_options},
     {"schema", "List the columns that a run gives", schema_command, schema_options},
     {"plan", "Print the tasks of a run, one JSON document a line", plan_command, plan_options},
     {"guess", "Complete a configuration with defaults and columns, as comments", guess_command, guess_options},
     {"example", "Write example configurations", example_command, example_options},
     {"cleanup", "Drop what an unfinished run has left", cleanup_command, cleanup_options},
     {"version", "Print the version", version_command, no_options}}};

void add_log_options(CLI::App& command, Arguments& arguments) {
  command.add_option("-l,--log-level", arguments.level, "error, warn, info, debug or trace")
      ->check(CLI::IsMember(kLogLevels))
      ->capture_default_str();
  command.add_option("--log-path", arguments.line.log_path, "File for log lines; - is standard error");
}

int execute(const Command& command, Arguments& arguments) {
  CommandLine& line = arguments.line;
  line.format = table_format(arguments.format).value_or(TableFormat::table);
  line.log_level = kLogLevels.at(arguments.level);
  if (arguments.rows > 0) line.rows = arguments.rows;
  auto console = Console::create(line.log_level, line.log_path);
  if (!console.ok()) {
    std::cerr << console.status().message() << '\n';
    return kUsageError;
  }
  try {
    return command.run(line, **console);
  } catch (const std::exception& error) {
    (*console)->log().error(std::string("a defect, or memory is exhausted: ") + error.what());
    return 1;
  }
}

}  // namespace

int run_cli(int argc, char** argv) {
  // A reader of standard output that went away is an error of writing, not the end of this process.
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app("Loads rows from an input plugin into a destination.", "bulkload");
  app.set_version_flag("--version", "bulkload " BULKLOAD_VERSION);
  app.require_subcommand(1);
  app.footer("Exit codes: 0 done, 1 failed, 2 wrong configuration or usage, 3 stopped, but another run goes on.");
  Arguments arguments;
  std::array<CLI::App*, kCommands.size()> commands{};
  for (size_t i = 0; i < kCommands.size(); ++i) {
    commands[i] = app.add_subcommand(kCommands[i].name, kCommands[i].help);
    kCommands[i].options(*commands[i], arguments);
    add_log_options(*commands[i], arguments);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, std::cout, std::cerr) == 0 ? 0 : kUsageError;
  }
  for (size_t i = 0; i < kCommands.size(); ++i) {
    if (commands[i]->parsed()) return execute(kCommands[i], arguments);
  }
  return kUsageError;
}

}  // namespace bulkload
