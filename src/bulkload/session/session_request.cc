#include "bulkload/session/session_request.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "bulkload/config_file.h"
#include "bulkload/out_section.h"
#include "bulkload/plugin_library.h"

namespace bulkload {

namespace {

namespace fs = std::filesystem;
using base::Code;
using base::Status;

std::string database_path(const Session& session, const std::string& type) {
  fs::path path = fs::path(session.folder) / session.database;
  const bool is_name = session.database.find('/') == std::string::npos && !path.has_extension();
  if (is_name) path += type == "sqlite" ? ".db" : "." + type;
  return path.string();
}

/// As for --out KEY=VALUE. Problems of the configuration are for the run to tell.
std::vector<std::string> destination_of(const Session& session) {
  ConfigProblems ignored;
  const ConfigNode out = read_kept_config(session.name, session.config, process_environment, ignored).out;
  const ConfigNode* named = out.find("type");
  const std::string type = named != nullptr && named->is_scalar() ? named->text : "sqlite";
  std::vector<std::string> settings;
  if (!session.time_column.empty()) settings.push_back("time_column=" + session.time_column);
  if (!has_sink_key(type, "table")) return settings;
  settings.push_back("table=" + session.table);
  if (!has_sink_key(type, "database")) {
    settings.push_back("path=" + database_path(session, type));
  } else if (out.find("uri") == nullptr) {
    settings.push_back("database=" + session.database);
  }
  return settings;
}

/// As they are before a process goes to the session's folder.
std::vector<std::string> absolute_plugins(const std::vector<std::string>& plugins) {
  std::vector<std::string> paths;
  for (const std::string& plugin : plugin_search_path(plugins)) {
    std::error_code error;
    paths.push_back(fs::absolute(plugin, error).string());
  }
  return paths;
}

}  // namespace

Status read_session_config(const std::string& path, Session& session) {
  ConfigProblems problems;
  const Environment reference = [](const std::string& name) { return "{{ env." + name + " }}"; };
  session.config = read_config_text(path, reference, problems).text;
  if (!problems.empty()) return Status(Code::config, format_problems(problems));
  std::error_code error;
  session.folder = fs::current_path(error).string();
  return error ? Status(Code::config, "the current folder: " + error.message()) : Status();
}

RunRequest run_request(const Session& session, const CommandLine& line) {
  RunRequest request;
  const bool is_issued = session.name.empty();
  request.config = is_issued ? line.config : "session " + session.name;
  request.config_text = session.config;
  request.diff_text = session.config_diff;
  request.plugins = absolute_plugins(line.plugins);
  request.out = destination_of(session);
  request.log_level = line.log_level;
  request.cleanup = is_issued ? "bulkload cleanup " + line.config : "bulkload session cleanup " + session.name;
  for (const std::string& setting : request.out) request.cleanup += is_issued ? " --out " + setting : "";
  return request;
}

Status enter_folder(const Session& session) {
  if (::chdir(session.folder.c_str()) == 0) return {};
  return Status(Code::config, "the folder " + session.folder + ", which paths of the configuration are relative to: " +
                                  std::generic_category().message(errno) +
                                  "; make it again, or update the configuration in another folder");
}

Session session_of(const Job& job) {
  Session session;
  session.database = job.database;
  session.table = job.table;
  session.time_column = job.time_column;
  session.folder = job.folder;
  session.config = job.config;
  return session;
}

}  // namespace bulkload
