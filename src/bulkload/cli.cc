#include "bulkload/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <exception>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bulkload/auth/auth_commands.h"
#include "bulkload/cli_options.h"
#include "bulkload/commands.h"
#include "bulkload/session/commands.h"

namespace bulkload {

namespace {

constexpr int kUsageError = 2;

struct Command {
  const char* group;  // the command that it belongs to, as in `session create`; empty: none
  const char* name;
  const char* help;  // empty: not shown
  int (*run)(const CommandLine& line, Console& console);
  Options options;
};

constexpr Command kCommands[] = {
    {"", "run", "Load all rows into the destination", run_command, run_options},
    {"", "preview", "Show the first rows", preview_command, preview_options},
    {"", "sources", "List what a plugin can read", sources_command, sources_options},
    {"", "options", "List the keys of the in: section", options_command, options_options},
    {"", "schema", "List the columns that a run gives", schema_command, schema_options},
    {"", "plan", "Print the tasks of a run, one JSON document a line", plan_command, plan_options},
    {"", "guess", "Complete a configuration with defaults and columns, as comments", guess_command, guess_options},
    {"", "example", "Write example configurations", example_command, example_options},
    {"", "cleanup", "Drop what an unfinished run has left", cleanup_command, cleanup_options},
    {"session", "create", "Keep a configuration, its destination and its schedule under a name", session_create_command,
     session_create_options},
    {"session", "list", "List all sessions", session_list_command, list_options},
    {"session", "show", "Show a session, its configuration and where its next run begins", session_show_command,
     session_name_options},
    {"session", "update", "Change a session, or where its next run begins", session_update_command,
     session_update_options},
    {"session", "delete", "Delete a session; what it has loaded stays", session_delete_command, session_name_options},
    {"session", "history", "List the runs of a session, the newest first", session_history_command,
     session_history_options},
    {"session", "run", "Run a session now, in the background", session_run_command, session_run_options},
    {"session", "cleanup", "Drop what an unfinished run of a session has left", session_cleanup_command,
     session_name_options},
    {"", "issue", "Run a configuration once, in the background", issue_command, issue_options},
    {"job", "show", "Show how far a job is, or how it ended", job_show_command, job_show_options},
    {"job", "list", "List the jobs of all sessions, the newest first", job_list_command, list_options},
    {"job", "run", "", job_run_command, job_run_options},
    {"", "scheduler", "Run the sessions when they are due", scheduler_command, scheduler_options},
    {"", "reconcile", "Compare a past window with the destination, for rows that came late", reconcile_command,
     reconcile_options},
    {"auth", "add", "Keep a key under a name; it is read from a prompt, or from standard input", auth_add_command,
     auth_name_options},
    {"auth", "list", "List the names of the keys", auth_list_command, auth_list_options},
    {"auth", "remove", "Remove a key", auth_remove_command, auth_name_options},
    {"auth", "test", "Try a key, and show which scopes it has", auth_test_command, auth_test_options},
    {"", "version", "Print the version", version_command, no_options}};

const std::map<std::string_view, std::string> kGroups = {
    {"session", "Named configurations with a schedule and a history"},
    {"job", "What runs in the background, or has run"},
    {"auth", "Keys under names of their own"}};

/// The hosted service's commands, so that scripts move over: `connector:create` is `session create`.
struct Alias {
  std::string_view spelling;
  std::vector<std::string> command;
};

const Alias kAliases[] = {{"connector:guess", {"guess"}},
                          {"connector:preview", {"preview"}},
                          {"connector:issue", {"issue"}},
                          {"connector:create", {"session", "create"}},
                          {"connector:list", {"session", "list"}},
                          {"connector:show", {"session", "show"}},
                          {"connector:update", {"session", "update"}},
                          {"connector:delete", {"session", "delete"}},
                          {"connector:history", {"session", "history"}},
                          {"connector:run", {"session", "run"}},
                          {"job:show", {"job", "show"}},
                          {"job:list", {"job", "list"}}};

/// The arguments without the program, an alias put into our words. Last first, as the parser takes them.
std::vector<std::string> arguments_of(int argc, char** argv) {
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  for (const auto& [spelling, command] : kAliases) {
    if (words.empty() || words.front() != spelling) continue;
    words.erase(words.begin());
    words.insert(words.begin(), command.begin(), command.end());
    break;
  }
  std::reverse(words.begin(), words.end());
  return words;
}

void add_log_options(CLI::App& command, Arguments& arguments) {
  const std::vector<std::string> levels(base::kLogLevelNames.begin(), base::kLogLevelNames.end());
  command.add_option("-l,--log-level", arguments.level, "error, warn, info, debug or trace")
      ->check(CLI::IsMember(levels))
      ->capture_default_str();
  command.add_option("--log-path", arguments.line.log_path, "File for log lines; - is standard error");
  command.add_option("--log-format", arguments.log_format, "text, or json: an object a line")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

base::LogLevel log_level(std::string_view name) {
  const auto* found = std::find(base::kLogLevelNames.begin(), base::kLogLevelNames.end(), name);
  return static_cast<base::LogLevel>(found - base::kLogLevelNames.begin());
}

int execute(const Command& command, Arguments& arguments) {
  CommandLine& line = arguments.line;
  line.format = table_format(arguments.format).value_or(TableFormat::table);
  line.log_level = log_level(arguments.level);
  if (arguments.rows > 0) line.rows = arguments.rows;
  line.log_format = arguments.log_format == "json" ? LogFormat::json : LogFormat::text;
  auto console = Console::create(line.log_level, line.log_path, line.log_format);
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
  std::map<std::string_view, CLI::App*> parents = {{"", &app}};
  std::vector<CLI::App*> commands;
  for (const Command& command : kCommands) {
    CLI::App*& parent = parents[command.group];
    if (parent == nullptr) parent = app.add_subcommand(command.group, kGroups.at(command.group))->require_subcommand(1);
    commands.push_back(parent->add_subcommand(command.name, command.help));
    if (*command.help == '\0') commands.back()->group("");
    command.options(*commands.back(), arguments);
    add_log_options(*commands.back(), arguments);
  }
  try {
    app.parse(arguments_of(argc, argv));
  } catch (const CLI::ParseError& error) {
    return app.exit(error, std::cout, std::cerr) == 0 ? 0 : kUsageError;
  }
  const auto chosen =
      std::find_if(commands.begin(), commands.end(), [](CLI::App* command) { return command->parsed(); });
  if (chosen == commands.end()) return kUsageError;
  return execute(kCommands[chosen - commands.begin()], arguments);
}

}  // namespace bulkload
