#include "bulkload/sink/duckdb_database.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace bulkload::duckdb {

namespace {

using base::Code;
using base::Status;

struct Outcome {
  int error_type;         // duckdb_error_type
  std::string_view part;  // of DuckDB's text, where the type is not enough
  Code code;
  std::string_view advice;
};

constexpr std::string_view kCheckDisk = "check the disk and run again: it goes on from the last save";
constexpr std::string_view kDropRule = "a row breaks a rule of the existing table: drop the rule, or use another table";

constexpr std::array<Outcome, 10> kOutcomes = {
    {{2, "", Code::data, "a value does not fit its column: use another table, or mode replace"},
     {10, "onstraint", Code::data, kDropRule},
     {10, "Failed to commit", Code::local_io, kCheckDisk},
     {18, "", Code::data, kDropRule},
     {28, "", Code::local_io, kCheckDisk},
     {30, "", Code::local_io, kCheckDisk},
     {33, "", Code::out_of_memory, "raise memory_limit and run again: it goes on from the last save"},
     {34, "", Code::local_io, "check the permissions of the file and its folder"},
     {37, "", Code::config, "something else in the database needs it: drop that, or use another table"},
     {39, "", Code::config, "use a libduckdb with this extension built in, such as DuckDB's releases"}}};

struct OpenProblem {
  std::string_view part;  // of DuckDB's text: there is no code for it
  Code code;
  std::string_view advice;
};

constexpr std::array<OpenProblem, 6> kOpenProblems = {
    {{"Could not set lock", Code::busy, "another program has the database open: run again when it is closed"},
     {"not a valid DuckDB database", Code::config, "choose another path"},
     {"is an existing extension", Code::config, "the file is of another database: choose another path"},
     {"version number", Code::config, "use a libduckdb that knows the file's version (BULKLOAD_DUCKDB_LIBRARY)"},
     {"Is a directory", Code::config, "choose another path"},
     {"", Code::local_io, "check that the folder exists and may be written to"}}};

// DuckDB's texts go on for lines with general advice.
std::string first_line(const char* text) {
  const std::string whole = text == nullptr ? "" : text;
  return whole.substr(0, whole.find('\n'));
}

Status open_failure(const std::string& path, const std::string& text) {
  const auto* problem = std::find_if(kOpenProblems.begin(), kOpenProblems.end(), [&](const OpenProblem& known) {
    return text.find(known.part) != std::string::npos;
  });
  return Status(problem->code,
                "DuckDB, " + path + ": " + first_line(text.c_str()) + "; " + std::string(problem->advice));
}

// Text of a cell; its vector is one of texts.
std::string text_of(const Api& api, VectorObject* vector, Index row) {
  const uint64_t* validity = api.vector_get_validity(vector);
  if (validity != nullptr && (validity[row / 64] >> (row % 64) & 1) == 0) return {};
  const auto& value = static_cast<const TextValue*>(api.vector_get_data(vector))[row];
  if (value.length <= kInlineTextBytes) return {value.bytes, value.length};
  const char* bytes = nullptr;
  std::memcpy(&bytes, value.bytes + kTextPrefixBytes, sizeof bytes);
  return {bytes, value.length};
}

}  // namespace

/// A statement that was run, and its result.
class Database::Query {
 public:
  Query(const Database& database, const std::string& sql) : api_(database.api()) {
    state_ = api_.query(database.connection(), sql.c_str(), &result_);
  }
  Query(const Query&) = delete;
  ~Query() { api_.destroy_result(&result_); }

  Status status() {
    if (state_ == kSuccess) return {};
    const std::string text = "DuckDB: " + first_line(api_.result_error(&result_));
    const int type = api_.result_error_type(&result_);
    const auto* outcome = std::find_if(kOutcomes.begin(), kOutcomes.end(), [&](const Outcome& known) {
      return known.error_type == type && text.find(known.part) != std::string::npos;
    });
    if (outcome == kOutcomes.end()) return Status(Code::internal, text + ": report it");
    return Status(outcome->code, text + "; " + std::string(outcome->advice));
  }

  void each_row(const std::function<void(const TextRow&)>& visit) {
    TextRow texts(api_.column_count(&result_));
    while (ChunkObject* chunk = api_.fetch_chunk(result_)) {
      for (Index row = 0; row < api_.data_chunk_get_size(chunk); ++row) {
        for (Index i = 0; i < texts.size(); ++i) {
          texts[i] = text_of(api_, api_.data_chunk_get_vector(chunk, i), row);
        }
        visit(texts);
      }
      api_.destroy_data_chunk(&chunk);
    }
  }

 private:
  const Api& api_;
  ResultData result_{};
  State state_;
};

base::Result<Database> Database::open(const std::string& path, Settings settings) {
  const auto api = load_api();
  if (!api.ok()) return api.status();
  settings.insert({{"autoinstall_known_extensions", "false"}, {"autoload_known_extensions", "false"}});
  ConfigObject* config = nullptr;
  if ((*api)->create_config(&config) != kSuccess) return Status(Code::out_of_memory, "DuckDB has no memory to begin");
  for (const auto& [name, value] : settings) {
    if ((*api)->set_config(config, name.c_str(), value.c_str()) == kSuccess) continue;
    (*api)->destroy_config(&config);
    return Status(Code::config, name + ": DuckDB does not take '" + value + "'");
  }
  DatabaseObject* database = nullptr;
  char* error = nullptr;
  const State state = (*api)->open_ext(path.empty() ? nullptr : path.c_str(), &database, config, &error);
  (*api)->destroy_config(&config);
  if (state != kSuccess) {
    const std::string text = error == nullptr ? "cannot be opened" : error;
    (*api)->free(error);
    return open_failure(path, text);
  }
  Database opened;
  opened.api_ = *api;
  opened.database_ = {database, Closer{*api}};
  ConnectionObject* connection = nullptr;
  if ((*api)->connect(database, &connection) != kSuccess) {
    return Status(Code::internal, "DuckDB, " + path + ": gives no connection: report it");
  }
  opened.connection_ = {connection, Closer{*api}};
  return opened;
}

void Database::close() {
  connection_.reset();
  database_.reset();
}

Status Database::run(const std::string& sql) { return Query(*this, sql).status(); }

base::Result<std::vector<TextRow>> Database::rows(const std::string& sql) {
  std::vector<TextRow> found;
  const Status status = each_row(sql, [&](const TextRow& row) { found.push_back(row); });
  return status.ok() ? base::Result(std::move(found)) : status;
}

Status Database::each_row(const std::string& sql, const std::function<void(const TextRow&)>& visit) {
  Query query(*this, "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (" + sql + ")");
  const Status status = query.status();
  if (status.ok()) query.each_row(visit);
  return status;
}

base::Result<bool> Database::exists(const std::string& sql) {
  const auto found = rows(sql);
  if (!found.ok()) return found.status();
  return !found->empty();
}

std::string sql_text(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    result += c;
    if (c == '\'') result += c;
  }
  return result + '\'';
}

}  // namespace bulkload::duckdb
