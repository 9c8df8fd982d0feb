// A PostgreSQL server of a test's own.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/child_process.h"
#include "support/files.h"

namespace test_support {

/// A running server with an empty cluster, on a free loopback port and a Unix socket; it ends with its owner, and
/// nothing of it stays. It need not survive a power failure, and is faster for it. Started as root it runs as another
/// user, since PostgreSQL refuses root. Every method throws std::runtime_error when something does not work.
class PostgresServer {
 public:
  /// Where the server's programs are; nothing when PostgreSQL is not installed (Debian's package: postgresql).
  static std::optional<std::filesystem::path> programs();

  /// `settings` as in postgresql.conf ("ssl=on"); `files` are put into the data folder (server.key), private.
  explicit PostgresServer(const std::vector<std::string>& settings = {},
                          const std::map<std::string, std::string>& files = {});
  ~PostgresServer();

  int port() const { return port_; }
  /// `host` of the Unix socket, on which nobody is asked for a password.
  const std::filesystem::path& socket_folder() const { return folder_.path(); }

  /// A superuser, and its password for connections over TCP (127.0.0.1).
  static constexpr const char* kUser = "postgres";
  static constexpr const char* kPassword = "pq-canary-5Zt0";

  /// Runs statements with psql: rows as lines, values joined with `|`, null as NULL. The error's text when it fails.
  std::string query(const std::string& sql, const std::string& database = "postgres") const;

  /// Ends the server at once, as a crash does, and starts it again on the same data and port.
  void crash_and_restart();

 private:
  void start();
  void make_cluster(const std::map<std::string, std::string>& files);
  void give_to_server(const std::filesystem::path& path) const;
  void run(const std::vector<std::string>& command) const;
  std::vector<std::string> as_server_user(std::vector<std::string> command) const;

  TempFolder folder_;
  std::filesystem::path programs_;
  std::vector<std::string> settings_;
  int port_;
  std::string user_;  // to run as; empty: as this process
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace test_support
