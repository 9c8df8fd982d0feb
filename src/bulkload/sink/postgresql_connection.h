// PostgreSQL behind Status: a session, its statements and COPY. The one place that knows libpq-fe.h.
//
// Errors: Code::config for what the server will refuse again (credentials, privileges, missing or unfitting objects),
// busy when somebody else holds what is needed, data for values and rows that it refuses, local_io for everything that
// passes (a lost connection, a full disk, a server that stops), internal for the rest. Never the password, and no
// values of rows.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

struct pg_conn;
struct pg_result;

namespace bulkload::postgresql {

/// libpq's connection parameters by their keywords: host, port, dbname, sslmode, …
using Parameters = std::map<std::string, std::string>;

/// The parameters in a postgresql:// address or a text of keyword=value pairs. Code::config without a word of the
/// text, which may hold a password.
base::Result<Parameters> parse_uri(const std::string& uri);

using Rows = std::vector<std::vector<std::string>>;

/// A session. Move-only; closing it rolls an open transaction back and gives its locks up.
class Connection {
 public:
  Connection() = default;

  /// Connects with the parameters, and with libpq's environment variables, service and password files for what they
  /// leave out. The session waits for data and for other sessions as long as a load needs, and its server notices
  /// within a second when this process is killed. Code::config for servers before 12 and databases not in UTF-8.
  static base::Result<Connection> open(const Parameters& parameters);

  /// As far as is known without asking.
  bool is_open() const;
  bool in_transaction() const;

  std::string database() const;

  /// Runs statements separated by semicolons.
  base::Status run(const std::string& sql);

  /// The rows of one statement with parameters $1, …; every value as text, null as an empty one.
  base::Result<Rows> query(const std::string& sql, const std::vector<std::string>& parameters = {});

  /// Ends the transaction; not ok when it was rolled back instead.
  base::Status commit();

  /// Runs statements, one of which is a COPY … FROM STDIN. After send()s, end_copy() runs those behind it.
  base::Status begin_copy(const std::string& sql);
  base::Status send(std::string_view bytes);
  base::Status end_copy();

 private:
  struct Closer {
    void operator()(pg_conn* connection) const;
  };

  base::Status set_up();
  base::Status failure(const pg_result* result) const;

  std::unique_ptr<pg_conn, Closer> connection_;
};

}  // namespace bulkload::postgresql
