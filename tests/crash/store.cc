#include "store.h"

#include <sqlite3.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "support/child_process.h"
#include "support/postgres_server.h"

namespace crash {

namespace {

namespace fs = std::filesystem;

// One row for each thing that is left; the catalogue follows.
const std::string kLeftOver =
    "SELECT 'state of ' || table_name FROM _bulkload_state UNION ALL SELECT 'a staging table' FROM ";
constexpr const char* kIsStaging = " LIKE '\\_bulkload\\_staging%' ESCAPE '\\'";

class SqliteStore final : public Store {
 public:
  std::map<std::string, std::string> place(const fs::path&) const override {
    return {{"path", file()}, {"table", "events"}};
  }
  std::string file() const override { return "load.db"; }

  Rows rows(const fs::path& folder) const override {
    if (!fs::exists(folder / file())) return {};
    if (query(folder, "SELECT 1 FROM sqlite_master WHERE name = 'events'").empty()) return {};
    return query(folder, "SELECT * FROM events");
  }

  std::string damage(const fs::path& folder) const override {
    if (!fs::exists(folder / file())) return {};
    const Rows found = query(folder, "PRAGMA integrity_check");
    return found == Rows{"ok "} ? std::string() : "integrity_check: " + (found.empty() ? "" : found.front());
  }

  std::string left_over(const fs::path& folder) const override {
    const Rows found = query(folder, kLeftOver + "sqlite_master WHERE name" + kIsStaging);
    return found.empty() ? "" : found.front();
  }

 private:
  // Columns joined by blanks, in their order; the first is the id.
  Rows query(const fs::path& folder, const std::string& sql) const {
    sqlite3* raw = nullptr;
    const int opened = sqlite3_open_v2((folder / file()).c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
    const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(raw, sqlite3_close);
    sqlite3_stmt* prepared = nullptr;
    if (opened != SQLITE_OK || sqlite3_prepare_v2(raw, sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK) {
      throw std::runtime_error(sql + ": " + sqlite3_errmsg(raw));
    }
    const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(prepared, sqlite3_finalize);
    Rows rows;
    int result = SQLITE_ROW;
    while ((result = sqlite3_step(prepared)) == SQLITE_ROW) {
      std::string row;
      for (int i = 0; i < sqlite3_column_count(prepared); ++i) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(prepared, i));
        row.append(text == nullptr ? "NULL" : text).append(" ");
      }
      rows.push_back(std::move(row));
    }
    if (result != SQLITE_DONE) throw std::runtime_error(sql + ": " + sqlite3_errmsg(raw));
    return rows;
  }
};

class FileStore final : public Store {
 public:
  FileStore(std::string file, std::string reader) : file_(std::move(file)), reader_(std::move(reader)) {}

  std::map<std::string, std::string> place(const fs::path&) const override { return {{"path", file_}}; }
  std::string file() const override { return file_; }

  Rows rows(const fs::path& folder) const override {
    if (!fs::exists(folder / file_)) return {};
    std::istringstream text(read(folder));
    std::string line;
    const bool has_header = file_.rfind(".csv") != std::string::npos;
    if (has_header) std::getline(text, line);
    Rows rows;
    while (std::getline(text, line)) {
      const std::string id =
          has_header ? line.substr(0, line.find(',')) : nlohmann::json::parse(line).at("id").get<std::string>();
      rows.push_back(id + " " + line);
    }
    return rows;
  }

  // A row that is cut, or a second header, would be a row too many.
  std::string damage(const fs::path& folder) const override {
    if (!fs::exists(folder / file_)) return {};
    const std::string text = read(folder);
    return text.empty() || text.back() == '\n' ? "" : "the last line is cut";
  }

 private:
  std::string read(const fs::path& folder) const {
    const auto result = test_support::run_command({.arguments = {reader_, "-dcf", folder / file_}});
    if (result.exit_code != 0) throw std::runtime_error(file_ + ": " + result.err);
    return result.out;
  }

  const std::string file_;
  const std::string reader_;  // gzip and zstd, told to, copy what is not compressed
};

class PostgresqlStore final : public Store {
 public:
  std::map<std::string, std::string> place(const fs::path& folder) const override {
    return {{"host", server_.socket_folder()},
            {"port", std::to_string(server_.port())},
            {"user", test_support::PostgresServer::kUser},
            {"database", "postgres"},
            {"schema", schema(folder)}};
  }
  std::string file() const override { return {}; }

  Rows rows(const fs::path& folder) const override {
    std::string text = server_.query("SELECT id || ' ' || to_json(e) FROM " + schema(folder) + ".events e");
    if (is_error(text)) {
      if (text.find("does not exist") == std::string::npos) throw std::runtime_error(text);
      return {};
    }
    std::istringstream lines(std::move(text));
    Rows rows;
    for (std::string line; std::getline(lines, line);) rows.push_back(line);
    return rows;
  }

  std::string damage(const fs::path&) const override { return {}; }

  std::string left_over(const fs::path& folder) const override {
    return server_.query("SET search_path = " + schema(folder) + "; " + kLeftOver + "pg_tables WHERE schemaname = '" +
                         schema(folder) + "' AND tablename" + kIsStaging);
  }

  fs::path to_look_at(const fs::path& folder, const fs::path&) const override { return folder; }

  void make(const fs::path& folder, const fs::path& model) const override {
    std::string sql = "CREATE SCHEMA " + schema(folder) + ";";
    if (!model.empty()) {
      const std::string from = schema(model) + ".events";
      const std::string to = schema(folder) + ".events";
      sql += "CREATE TABLE " + to + " (LIKE " + from + " INCLUDING ALL); INSERT INTO " + to + " SELECT * FROM " + from;
    }
    const std::string text = server_.query(sql);
    if (is_error(text)) throw std::runtime_error(text);
  }

  void remove(const fs::path& folder) const override { server_.query("DROP SCHEMA " + schema(folder) + " CASCADE"); }

 private:
  static std::string schema(const fs::path& folder) {
    return "run_" + std::to_string(fs::hash_value(fs::weakly_canonical(folder)));
  }
  static bool is_error(const std::string& text) { return text.rfind("psql:", 0) == 0; }

  const test_support::PostgresServer server_{{"max_connections=200"}};
};

}  // namespace

fs::path Store::to_look_at(const fs::path& folder, const fs::path& copy) const {
  fs::remove_all(copy);
  fs::copy(folder, copy, fs::copy_options::recursive);
  return copy;
}

std::string Store::left_over(const fs::path&) const { return {}; }

void Store::make(const fs::path&, const fs::path&) const {}

void Store::remove(const fs::path&) const {}

const Store& sqlite_store() {
  static const SqliteStore store;
  return store;
}

const Store& csv_store() {
  static const FileStore store("load.csv", "gzip");
  return store;
}

const Store& gzip_jsonl_store() {
  static const FileStore store("load.jsonl.gz", "gzip");
  return store;
}

const Store& zstd_csv_store() {
  static const FileStore store("load.csv.zst", "zstd");
  return store;
}

const Store& postgresql_store() {
  static const PostgresqlStore store;
  return store;
}

}  // namespace crash
