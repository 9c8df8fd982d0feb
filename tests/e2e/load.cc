#include "load.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <random>
#include <stdexcept>

namespace e2e {

namespace {

void write_section(std::string& text, const std::string& name, const std::map<std::string, std::string>& keys) {
  text += name + ":\n";
  for (const auto& [key, value] : keys) text += "  " + key + ": " + value + "\n";
}

}  // namespace

void Load::configure(const std::string& source) const {
  std::map<std::string, std::string> input = {{"type", "klaviyo"},
                                              {"data_source", source},
                                              {"api_token", "pk_emulator"},
                                              {"base_url", "\"" + emulator_.base_url() + "\""},
                                              {"retry_initial_wait_sec", "1"}};
  for (const auto& [key, value] : in) input[key] = value;
  std::map<std::string, std::string> output = out;
  if (output["type"] == "sqlite") output.insert({{"path", file("load.db")}, {"table", source}});
  std::string text;
  write_section(text, "in", input);
  write_section(text, "out", output);
  if (!filters.empty()) text += "filters:\n" + filters;
  test_support::write_file(file("config.yml"), text);
}

test_support::Command Load::command(const std::string& command, const std::string& source,
                                    const std::vector<std::string>& arguments) const {
  configure(source);
  test_support::Command run;
  run.arguments = {BULKLOAD_PROGRAM, command, file("config.yml")};
  run.arguments.insert(run.arguments.end(), arguments.begin(), arguments.end());
  run.folder = file("");
  return run;
}

CommandResult Load::bulkload(const std::string& name, const std::string& source,
                             const std::vector<std::string>& arguments) const {
  return run_command(command(name, source, arguments), std::chrono::minutes(4));
}

std::vector<std::vector<std::string>> Load::query(const std::string& sql) const {
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(file("load.db").c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(raw, sqlite3_close);
  if (opened != SQLITE_OK) throw std::runtime_error("no database");
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(raw, sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK) {
    throw std::runtime_error(sqlite3_errmsg(raw));
  }
  const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(prepared, sqlite3_finalize);
  std::vector<std::vector<std::string>> rows;
  while (sqlite3_step(prepared) == SQLITE_ROW) {
    rows.emplace_back();
    for (int i = 0; i < sqlite3_column_count(prepared); ++i) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(prepared, i));
      rows.back().emplace_back(text == nullptr ? "NULL" : text);
    }
  }
  return rows;
}

std::vector<std::string> Load::column(const std::string& sql) const {
  std::vector<std::string> values;
  for (const auto& row : query(sql)) values.push_back(row.front());
  return values;
}

std::vector<std::string> true_ids(const EmulatorProcess& emulator, const std::string& source) {
  std::string name = source;
  std::replace(name.begin(), name.end(), '_', '-');
  std::vector<std::string> ids;
  for (const auto& row : emulator.rows(name, "")) ids.push_back(row.id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::vector<std::string> loaded_pairs(const Load& load, const NestedSource& source) {
  auto pairs = load.column("SELECT " + source.column + " || ' ' || id FROM " + source.name);
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

std::vector<std::string> true_pairs(const EmulatorProcess& emulator, const NestedSource& source) {
  std::vector<std::string> pairs;
  for (const auto& row : emulator.rows(source.path.substr(std::string("/api/").size()), "")) {
    pairs.push_back(row.parent + ' ' + row.id);
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

void run_through_kills(Load& load, const std::string& source) {
  const bool append = load.out.at("mode") == "append";
  if (append) load.in["incremental"] = "true";
  const std::vector<std::string> arguments =
      append ? std::vector<std::string>{"-c", "diff.yml"} : std::vector<std::string>{};
  std::mt19937 random(1);
  for (int attempt = 0; attempt < 60; ++attempt) {
    test_support::ChildProcess run(load.command("run", source, arguments));
    // On a slow machine the first ones die before they have saved anything.
    const int longest_ms = 2600 + 200 * attempt;
    const auto ended = run.wait(std::chrono::milliseconds(std::uniform_int_distribution<int>(600, longest_ms)(random)));
    if (ended) {
      ASSERT_EQ(*ended, 0) << run.err();
      return;
    }
    run.signal(SIGKILL);
    run.wait(std::chrono::seconds(10));
  }
  FAIL() << "no run came to its end";
}

std::string difference(const std::vector<std::string>& loaded, const std::vector<std::string>& truth) {
  std::vector<std::string> lost, extra;
  std::set_difference(truth.begin(), truth.end(), loaded.begin(), loaded.end(), std::back_inserter(lost));
  std::set_difference(loaded.begin(), loaded.end(), truth.begin(), truth.end(), std::back_inserter(extra));
  if (truth.empty()) return "the emulator has no rows";
  if (lost.empty() && extra.empty()) return {};
  return std::to_string(lost.size()) + " lost of " + std::to_string(truth.size()) +
         (lost.empty() ? "" : ", first " + lost.front()) + "; " + std::to_string(extra.size()) + " twice or foreign" +
         (extra.empty() ? "" : ", first " + extra.front());
}

}  // namespace e2e
