#include "bulkload/sink/postgresql_options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "bulkload/sink/postgresql_table.h"

namespace bulkload::postgresql {

namespace {

struct Keyword {
  std::string_view key;
  const char* keyword;  // libpq's
  bool excludes_uri;
};

constexpr std::array<Keyword, 8> kKeywords = {{{"host", "host", true},
                                               {"port", "port", true},
                                               {"user", "user", true},
                                               {"password", "password", false},
                                               {"database", "dbname", true},
                                               {"service", "service", true},
                                               {"ssl_mode", "sslmode", false},
                                               {"ssl_root_cert", "sslrootcert", false}}};

bool is_port(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= 1 && number <= 65'535;
}

std::string check_text(const std::string& value, const SinkOptions&) {
  if (value.empty()) return "must not be empty: leave the key out for libpq's default";
  return value.find('\0') == std::string::npos ? "" : "must not have a NUL character";
}

std::string check_port(const std::string& value, const SinkOptions&) {
  return is_port(value) ? "" : "must be a number from 1 to 65535";
}

std::string check_schema(const std::string& value, const SinkOptions&) {
  return !value.empty() && value.size() <= kLongestName && value.find('\0') == std::string::npos
             ? ""
             : "must be a name of 1 to 63 bytes";
}

// What libpq makes of a password with an @ or / in it would be quoted in its errors.
bool has_stray_at(const Parameters& parameters, const char* keyword) {
  const auto found = parameters.find(keyword);
  return found != parameters.end() && found->second.find('@') != std::string::npos;
}

bool has_bad_port(const Parameters& parameters) {
  const auto found = parameters.find("port");
  return found != parameters.end() && !std::all_of(found->second.begin(), found->second.end(),
                                                   [](char c) { return (c >= '0' && c <= '9') || c == ','; });
}

std::string check_uri(const std::string& value, const SinkOptions&) {
  const auto parameters = parse_uri(value);
  if (!parameters.ok()) return parameters.status().message();
  const bool strayed = has_stray_at(*parameters, "host") || has_stray_at(*parameters, "hostaddr") ||
                       has_stray_at(*parameters, "dbname") || has_bad_port(*parameters);
  return strayed ? "has an @ or / where none belongs: write %40 for @ and %2F for / in user and password" : "";
}

constexpr SinkOption kOptions[] = {
    {"host", "", "", false, check_text, "the server's name or address, or the folder of its Unix socket"},
    {"port", "", "", false, check_port, "the server's port; 5432 by default"},
    {"user", "", "", false, check_text, "the role; the operating system's user by default"},
    {"password", "", "", false, check_text, "its password, which no output shows; ~/.pgpass is read too"},
    {"database", "", "", false, check_text, "the database; the user's name by default"},
    {"schema", "", "", false, check_schema, "the table's schema, which must exist; the search path's first by default"},
    {"uri", "", "", false, check_uri,
     "postgresql://user@host:port/database?… or host=… dbname=…, instead of host, port, user and database"},
    {"service", "", "", false, check_text, "a section of the service file (~/.pg_service.conf)"},
    {"ssl_mode", "disable | allow | prefer | require | verify-ca | verify-full", "prefer", false, nullptr,
     "TLS; verify-full checks the server's certificate and name"},
    {"ssl_root_cert", "", "", false, check_text, "file of trusted certificates (PEM), for the two that verify"},
    {"json_type", "jsonb | json | text", "jsonb", false, nullptr,
     "type of JSON columns; json and text keep the exact text"}};

}  // namespace

std::span<const SinkOption> sink_options() { return kOptions; }

void check_options(const SinkOptions& options, Problems& problems) {
  if (options.table.size() > kLongestName) problems.push_back("table: must have a name of at most 63 bytes");
  if (!options.settings.contains("uri")) return;
  for (const Keyword& known : kKeywords) {
    if (!known.excludes_uri || !options.settings.contains(std::string(known.key))) continue;
    problems.push_back(std::string(known.key) + ": give either uri or this, not both");
  }
  const auto parameters = parse_uri(options.get("uri"));
  if (options.settings.contains("password") && parameters.ok() && parameters->contains("password")) {
    problems.push_back("password: uri has one already; give it in one place");
  }
}

base::Result<Parameters> parameters_of(const SinkOptions& options) {
  Parameters parameters;
  if (const std::string uri = options.get("uri"); !uri.empty()) {
    auto parsed = parse_uri(uri);
    if (!parsed.ok()) return base::Status(base::Code::config, "out.uri: " + parsed.status().message());
    parameters = std::move(*parsed);
  }
  for (const Keyword& known : kKeywords) {
    const std::string value = options.get(std::string(known.key));
    if (!value.empty()) parameters[known.keyword] = value;
  }
  return parameters;
}

}  // namespace bulkload::postgresql
