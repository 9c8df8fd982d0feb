#include "bulkload/sink/postgresql_connection.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "base/secret.h"

namespace bulkload::postgresql {

namespace {

using base::Code;
using base::Status;

struct ResultFree {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultOwner = std::unique_ptr<PGresult, ResultFree>;

struct OptionsFree {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

constexpr int kOldestServer = 120000;
constexpr size_t kMessageBytes = size_t{1} << 20;  // libpq keeps a copy of each

struct Outcome {
  std::string_view begins;  // an SQLSTATE or its class
  Code code;
  std::string_view advice;
};

constexpr std::string_view kGoesOn = "run again: it goes on from the last save";

// https://www.postgresql.org/docs/current/errcodes-appendix.html; the first that fits holds.
constexpr std::array<Outcome, 25> kOutcomes = {
    {{"08", Code::local_io, kGoesOn},
     {"0A", Code::config, "change the table, or use another one"},
     {"22", Code::data, "leave its column out (columns), or use another table"},
     {"23", Code::data, "a row breaks a rule of the existing table: drop the rule, or use another table"},
     {"25006", Code::config, "this server only reads: connect to the primary one"},
     {"25P0", Code::local_io, kGoesOn},
     {"28", Code::config, "check user, password and the server's pg_hba.conf"},
     {"2B", Code::config, "drop what depends on it, or use another table"},
     {"3D", Code::config, "check database"},
     {"3F", Code::config, "check schema"},
     {"40", Code::busy, "another session was in the way: try again"},
     {"42501", Code::config, "grant the user what is missing, or use another schema or table"},
     {"42", Code::config, "change the table, or use another one"},
     {"44", Code::data, "a row breaks a rule of the existing table: drop the rule, or use another table"},
     {"53100", Code::local_io, "make room on the server and run again: it goes on from the last save"},
     {"53", Code::local_io, kGoesOn},
     {"54", Code::data, "leave its column out (columns)"},
     {"55", Code::busy, "another session holds it: try again when that has ended"},
     {"57", Code::local_io, kGoesOn},
     {"58", Code::local_io, "check the server's disk and run again: it goes on from the last save"},
     {"72", Code::local_io, kGoesOn},
     {"F0", Code::config, "repair the server's configuration"},
     {"P0", Code::data, "a trigger of the existing table refuses a row: drop it, or use another table"},
     {"XX", Code::internal, "see the server's log"},
     {"", Code::internal, "see the server's log"}}};

// What a failed attempt to connect says (libpq's own texts, and the server's). There is no SQLSTATE for these.
constexpr std::array<std::pair<std::string_view, Code>, 4> kRefusals = {{{"certificate", Code::config},
                                                                         {"SSL", Code::config},
                                                                         {"too many", Code::local_io},
                                                                         {"connection slots", Code::local_io}}};

using Setting = std::pair<const char*, const char*>;

// A peer that is gone is noticed in a minute and a half.
constexpr std::array<Setting, 4> kDefaults = {
    {{"connect_timeout", "30"}, {"keepalives_idle", "60"}, {"keepalives_interval", "10"}, {"keepalives_count", "3"}}};

// A load may wait minutes for its source, and for sessions that hold the table. What is committed must stay, so that
// the host's next configuration never runs ahead of the rows. A vanished client's locks go soon. Settings that a server
// does not know are left out.
constexpr const char* kSessionSql =
    "SELECT set_config(wanted.name, wanted.value, false) FROM (VALUES ('statement_timeout', '0'), "
    "('transaction_timeout', '0'), ('idle_in_transaction_session_timeout', '0'), ('idle_session_timeout', '0'), "
    "('lock_timeout', '60s'), ('synchronous_commit', 'on'), ('tcp_keepalives_idle', '60'), "
    "('tcp_keepalives_interval', '10'), ('tcp_keepalives_count', '3')) AS wanted (name, value) "
    "JOIN pg_catalog.pg_settings AS known ON known.name = wanted.name "
    "WHERE known.name <> 'synchronous_commit' OR known.setting = 'off'";

// Refused by servers on systems that cannot do it, which does no harm.
constexpr const char* kNoticeDeathSql =
    "SELECT set_config(name, '250ms', false) FROM pg_catalog.pg_settings "
    "WHERE name = 'client_connection_check_interval'";

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool space = c == '\n' || c == '\r' || c == '\t' || c == ' ';
    if (!space) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  while (!line.empty() && (line.back() == ' ' || line.back() == '.')) line.pop_back();
  return line;
}

std::string_view field(const PGresult* result, int code) {
  const char* text = result == nullptr ? nullptr : PQresultErrorField(result, code);
  return text == nullptr ? std::string_view() : std::string_view(text);
}

// Details of these classes hold values of rows.
bool has_row_values(std::string_view state) {
  return state.starts_with("22") || state.starts_with("23") || state.starts_with("44");
}

std::string place(const PGconn* connection) {
  const auto part = [](const char* text) { return text == nullptr ? std::string() : std::string(text); };
  const std::string host = part(PQhost(connection));
  return "PostgreSQL, database " + part(PQdb(connection)) + (host.empty() ? "" : " at " + host) + ": ";
}

Code refusal_code(std::string_view text, const std::vector<const char*>& keys, const std::vector<const char*>& values) {
  for (const auto& [phrase, code] : kRefusals) {
    if (text.find(phrase) != std::string_view::npos) return code;
  }
  // A server that is there and says no will say it again.
  return PQpingParams(keys.data(), values.data(), 0) == PQPING_OK ? Code::config : Code::local_io;
}

Status refusal(const PGconn* connection, const std::vector<const char*>& keys, const std::vector<const char*>& values) {
  const char* password = PQpass(connection);
  const base::Secret secret(password == nullptr ? "" : password);
  const std::string text = secret.redact(one_line(PQerrorMessage(connection)));
  const Code code = refusal_code(text, keys, values);
  return Status(code, "PostgreSQL: " + text +
                          (code == Code::config ? "; check host, user, password, database and ssl_mode"
                                                : "; check host and port, and run again when the server answers"));
}

}  // namespace

base::Result<Parameters> parse_uri(const std::string& uri) {
  char* problem = nullptr;
  const std::unique_ptr<PQconninfoOption, OptionsFree> options(PQconninfoParse(uri.c_str(), &problem));
  PQfreemem(problem);  // may quote the password
  if (options == nullptr) {
    return Status(Code::config,
                  "is no connection address: write postgresql://user@host:port/database, with %40 for @, %2F for / and "
                  "%25 for % in its parts, or host=… dbname=…");
  }
  Parameters parameters;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) parameters[option->keyword] = option->val;
  }
  return parameters;
}

void Connection::Closer::operator()(pg_conn* connection) const { PQfinish(connection); }

base::Result<Connection> Connection::open(const Parameters& parameters) {
  Parameters all = parameters;
  if (!all.contains("service") && std::getenv("PGSERVICE") == nullptr) {
    for (const auto& [key, value] : kDefaults) all.insert({key, value});
    if (!parameters.contains("connect_timeout") && std::getenv("PGCONNECT_TIMEOUT") != nullptr) {
      all.erase("connect_timeout");
    }
  }
  all["client_encoding"] = "UTF8";
  all.insert({"fallback_application_name", "bulkload"});
  std::vector<const char*> keys, values;
  for (const auto& [key, value] : all) {
    keys.push_back(key.c_str());
    values.push_back(value.c_str());
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);

  Connection opened;
  opened.connection_.reset(PQconnectdbParams(keys.data(), values.data(), 0));
  if (opened.connection_ == nullptr) return Status(Code::out_of_memory, "PostgreSQL: no memory for a connection");
  if (!opened.is_open()) return refusal(opened.connection_.get(), keys, values);
  if (Status status = opened.set_up(); !status.ok()) return status;
  return opened;
}

Status Connection::set_up() {
  PGconn* connection = connection_.get();
  PQsetNoticeProcessor(
      connection, [](void*, const char*) {}, nullptr);  // the default prints to standard error
  if (PQserverVersion(connection) < kOldestServer) {
    return Status(Code::config, place(connection) + "the server is too old: PostgreSQL 12 or newer is needed");
  }
  const char* encoding = PQparameterStatus(connection, "server_encoding");
  if (encoding == nullptr || std::string_view(encoding) != "UTF8") {
    return Status(Code::config, place(connection) +
                                    "the database is not in UTF-8, which not every text fits into: use one that "
                                    "is made with ENCODING 'UTF8' TEMPLATE template0");
  }
  const Status noticing = run(kNoticeDeathSql);
  return noticing.code() == Code::local_io ? noticing : run(kSessionSql);
}

bool Connection::is_open() const { return connection_ != nullptr && PQstatus(connection_.get()) == CONNECTION_OK; }

bool Connection::in_transaction() const { return is_open() && PQtransactionStatus(connection_.get()) != PQTRANS_IDLE; }

std::string Connection::database() const { return is_open() ? PQdb(connection_.get()) : ""; }

Status Connection::failure(const PGresult* result) const {
  const PGconn* connection = connection_.get();
  const std::string_view state = field(result, PG_DIAG_SQLSTATE);
  std::string text = place(connection);
  if (state.empty()) {  // libpq's own: the connection is lost
    return Status(Code::local_io, text + one_line(PQerrorMessage(connection)) + "; " + std::string(kGoesOn));
  }
  text.append(one_line(field(result, PG_DIAG_MESSAGE_PRIMARY)));
  const std::string_view detail = field(result, PG_DIAG_MESSAGE_DETAIL);
  if (!detail.empty() && !has_row_values(state)) text.append(" (" + one_line(detail) + ")");
  const auto* outcome = std::find_if(kOutcomes.begin(), kOutcomes.end(),
                                     [&](const Outcome& known) { return state.starts_with(known.begins); });
  return Status(outcome->code, text.append("; ").append(outcome->advice));
}

Status Connection::run(const std::string& sql) {
  const ResultOwner result(PQexec(connection_.get(), sql.c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? Status() : failure(result.get());
}

base::Result<Rows> Connection::query(const std::string& sql, const std::vector<std::string>& parameters) {
  std::vector<const char*> values;
  for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
  const ResultOwner result(PQexecParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                                        values.data(), nullptr, nullptr, 0));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) return failure(result.get());
  Rows rows(static_cast<size_t>(PQntuples(result.get())));
  for (size_t row = 0; row < rows.size(); ++row) {
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      rows[row].emplace_back(PQgetvalue(result.get(), static_cast<int>(row), column));
    }
  }
  return rows;
}

Status Connection::commit() {
  const ResultOwner result(PQexec(connection_.get(), "COMMIT"));
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) return failure(result.get());
  if (std::string_view(PQcmdStatus(result.get())) == "COMMIT") return {};
  return Status(Code::internal, place(connection_.get()) + "the transaction was rolled back: see the server's log");
}

Status Connection::begin_copy(const std::string& sql) {
  const ResultOwner result(PQexec(connection_.get(), sql.c_str()));
  return PQresultStatus(result.get()) == PGRES_COPY_IN ? Status() : failure(result.get());
}

Status Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view message = bytes.substr(0, kMessageBytes);
    const int sent = PQputCopyData(connection_.get(), message.data(), static_cast<int>(message.size()));
    if (sent != 1) return failure(nullptr);
    bytes.remove_prefix(message.size());
  }
  return {};
}

Status Connection::end_copy() {
  Status status = PQputCopyEnd(connection_.get(), nullptr) == 1 ? Status() : failure(nullptr);
  for (;;) {
    const ResultOwner result(PQgetResult(connection_.get()));
    if (result == nullptr) return status;
    if (status.ok() && PQresultStatus(result.get()) != PGRES_COMMAND_OK) status = failure(result.get());
    if (!is_open()) return status;
  }
}

}  // namespace bulkload::postgresql
