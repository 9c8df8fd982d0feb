#include "support/postgres_server.h"

#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string_view>

namespace test_support {

namespace {

constexpr std::chrono::seconds kPatience{60};

bool has_server(const std::filesystem::path& folder) {
  for (const char* program : {"initdb", "postgres", "psql"}) {
    if (access((folder / program).c_str(), X_OK) != 0) return false;
  }
  return true;
}

std::vector<std::filesystem::path> candidates() {
  std::vector<std::filesystem::path> folders;
  std::istringstream path(std::getenv("PATH") == nullptr ? "" : std::getenv("PATH"));
  for (std::string folder; std::getline(path, folder, ':');) {
    folders.emplace_back(folder);
    if (access((folders.back() / "pg_config").c_str(), X_OK) != 0) continue;
    std::string bindir = run_command({{folders.back() / "pg_config", "--bindir"}}).out;
    while (!bindir.empty() && bindir.back() == '\n') bindir.pop_back();
    folders.emplace_back(bindir);
  }
  std::error_code none;
  std::vector<std::filesystem::path> debian;
  for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
    debian.push_back(version.path() / "bin");
  }
  std::sort(debian.rbegin(), debian.rend());  // the newest first
  folders.insert(folders.end(), debian.begin(), debian.end());
  return folders;
}

// Whom the server runs as when this process is root.
const passwd& other_user() {
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* user = getpwnam(name); user != nullptr) return *user;
  }
  throw std::runtime_error("there is no user but root to run a PostgreSQL server as");
}

}  // namespace

std::optional<std::filesystem::path> PostgresServer::programs() {
  static const std::vector<std::filesystem::path> folders = candidates();
  const auto found = std::find_if(folders.begin(), folders.end(), has_server);
  return found == folders.end() ? std::nullopt : std::optional(*found);
}

PostgresServer::PostgresServer(const std::vector<std::string>& settings,
                               const std::map<std::string, std::string>& files)
    : settings_(settings), port_(free_loopback_port()) {
  const auto found = programs();
  if (!found) throw std::runtime_error("PostgreSQL's server is not installed");
  programs_ = *found;
  if (geteuid() == 0) user_ = other_user().pw_name;
  give_to_server(folder_.path());
  make_cluster(files);
  start();
}

PostgresServer::~PostgresServer() {
  process_->signal(SIGINT);  // ends sessions, then itself
  process_->wait(kPatience);
}

void PostgresServer::crash_and_restart() {
  process_->signal(SIGQUIT);
  process_->wait(kPatience);
  start();
}

void PostgresServer::make_cluster(const std::map<std::string, std::string>& files) {
  const std::filesystem::path data = folder_ / "data";
  write_file(folder_ / "password", kPassword);
  give_to_server(folder_ / "password");
  run(as_server_user({programs_ / "initdb", "--pgdata", data, "--no-sync", "--no-locale", "--encoding=UTF8",
                      "--username", kUser, "--auth-local=trust", "--auth-host=scram-sha-256", "--pwfile",
                      folder_ / "password"}));
  for (const auto& [name, text] : files) {
    write_file(data / name, text);
    give_to_server(data / name);
  }
}

void PostgresServer::give_to_server(const std::filesystem::path& path) const {
  std::filesystem::permissions(path, std::filesystem::perms::group_all | std::filesystem::perms::others_all,
                               std::filesystem::perm_options::remove);
  if (user_.empty()) return;
  const passwd& user = other_user();
  if (chown(path.c_str(), user.pw_uid, user.pw_gid) != 0) throw std::runtime_error("cannot chown " + path.string());
}

void PostgresServer::start() {
  std::vector<std::string> command = {programs_ / "postgres", "-D", folder_ / "data", "-p", std::to_string(port_)};
  std::vector<std::string> settings = {"listen_addresses=127.0.0.1",
                                       "unix_socket_directories=" + folder_.path().string(), "fsync=off",
                                       "full_page_writes=off", "shared_buffers=32MB"};
  settings.insert(settings.end(), settings_.begin(), settings_.end());
  for (const std::string& setting : settings) command.insert(command.end(), {"-c", setting});
  // Its log, on standard error, is read line by line.
  std::vector<std::string> logged = {"sh", "-c", "exec \"$@\" 2>&1", "sh"};
  command = as_server_user(command);
  logged.insert(logged.end(), command.begin(), command.end());
  process_ = std::make_unique<ChildProcess>(Command{logged, {{"LC_ALL", "C"}}, folder_.path(), {}});
  while (const auto line = process_->read_line(kPatience)) {
    if (line->find("ready to accept connections") != std::string::npos) return;
  }
  throw std::runtime_error("the PostgreSQL server does not start: " + process_->out());
}

std::string PostgresServer::query(const std::string& sql, const std::string& database) const {
  Command psql;
  psql.arguments = {programs_ / "psql",
                    "-X",
                    "-q",
                    "-A",
                    "-t",
                    "-P",
                    "null=NULL",
                    "-v",
                    "ON_ERROR_STOP=1",
                    "-h",
                    socket_folder(),
                    "-p",
                    std::to_string(port_),
                    "-U",
                    kUser,
                    "-d",
                    database,
                    "-f",
                    "-"};
  psql.environment = {{"PGOPTIONS", "--client-min-messages=warning"}};
  psql.input = sql;
  const CommandResult result = run_command(psql, kPatience);
  std::string text = result.exit_code == 0 ? result.out : result.err;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

void PostgresServer::run(const std::vector<std::string>& command) const {
  Command started{command, {{"LC_ALL", "C"}}, folder_.path(), {}};
  const CommandResult result = run_command(started, kPatience);
  if (result.exit_code != 0) throw std::runtime_error(command.back() + ": " + result.out + result.err);
}

std::vector<std::string> PostgresServer::as_server_user(std::vector<std::string> command) const {
  if (user_.empty()) return command;
  const std::vector<std::string> change = {
      "setpriv", "--reuid", user_, "--regid", std::to_string(other_user().pw_gid), "--clear-groups"};
  command.insert(command.begin(), change.begin(), change.end());
  return command;
}

}  // namespace test_support
