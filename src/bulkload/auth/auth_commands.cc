#include "bulkload/auth/auth_commands.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "bulkload/auth/auth_file.h"
#include "bulkload/auth/key_prompt.h"
#include "bulkload/commands.h"
#include "bulkload/input.h"
#include "bulkload/plugin_library.h"

namespace bulkload {

namespace {

using base::Code;
using base::Status;
using nlohmann::json;

constexpr int kUnauthorized = 401;

/// A scope, and a source to ask for it with.
struct Probe {
  std::string scope;
  json in;
};

/// The sources whose scope nobody else needs, one for each scope; related objects, which need scopes of their own, are
/// left out where the plugin has an option for that.
std::vector<Probe> probes_of(const json& config_schema) {
  std::vector<Probe> probes;
  std::set<std::string> seen;
  const json options = config_schema.value("properties", json::object());
  for (const json& source : config_schema.value("x-sources", json::array())) {
    const json scopes = source.value("scopes", json::array());
    const bool plain = scopes.size() == 1 && !source.contains("parent") && !source.contains("beta");
    if (!plain || !seen.insert(scopes[0].get<std::string>()).second) continue;
    Probe probe{scopes[0], {{"data_source", source.at("name")}}};
    for (const auto& [key, option] : options.items()) {
      if (option.value("x-source", "") == source.at("name") && option.value("type", json()) == "boolean") {
        probe.in[key] = true;
      }
    }
    probes.push_back(std::move(probe));
  }
  return probes;
}

/// One small request.
Status ask(const PluginLibrary& plugin, const json& in, const base::Log& log) {
  auto input = Input::create(plugin.table(), in.dump(), base::LogLevel::error, log);
  if (!input.ok()) return input.status();
  auto reader = input->preview(1);
  if (!reader.ok()) return reader.status();
  return reader->next().status();
}

std::string verdict(const Status& status) {
  if (status.ok()) return "yes";
  return status.code() == Code::auth ? "no" : "unknown: " + status.message();
}

/// Keys of the `in:` section from the command line.
base::Result<json> settings_of(const std::vector<std::string>& settings) {
  json in = json::object();
  for (const std::string& setting : settings) {
    const size_t equals = setting.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return Status(Code::config, "--in: must be KEY=VALUE, such as --in base_url=https://a.klaviyo.com");
    }
    in[setting.substr(0, equals)] = setting.substr(equals + 1);
  }
  return in;
}

}  // namespace

int auth_add_command(const CommandLine& line, Console& console) {
  const auto file = AuthFile::at(line.auth_path);
  if (!file.ok()) return report_failure(file.status(), console);
  const auto key = read_key("Key for " + line.auth_name + ": ");
  if (!key.ok()) return report_failure(key.status(), console);
  console.hide(key->reveal());
  const Status added = file->add(line.auth_name, *key, base::SystemClock().now_us());
  if (!added.ok()) return report_failure(added, console);
  console.print("Added " + line.auth_name + ". Use it with 'auth: " + line.auth_name +
                "' in place of api_token, and try it with 'bulkload auth test " + line.auth_name + "'.");
  return 0;
}

int auth_list_command(const CommandLine& line, Console& console) {
  const auto file = AuthFile::at(line.auth_path);
  if (!file.ok()) return report_failure(file.status(), console);
  const auto entries = file->list();
  if (!entries.ok()) return report_failure(entries.status(), console);
  TextTable table = TextTable::with_columns({"Name", "Added"});
  for (const AuthEntry& entry : *entries) table.rows.push_back({entry.name, entry.added});
  return print_rows(render(table, line.format), console);
}

int auth_remove_command(const CommandLine& line, Console& console) {
  const auto file = AuthFile::at(line.auth_path);
  if (!file.ok()) return report_failure(file.status(), console);
  const Status removed = file->remove(line.auth_name);
  if (!removed.ok()) return report_failure(removed, console);
  console.print("Removed " + line.auth_name + ".");
  return 0;
}

int auth_test_command(const CommandLine& line, Console& console) {
  const auto file = AuthFile::at(line.auth_path);
  if (!file.ok()) return report_failure(file.status(), console);
  const auto key = file->key(line.auth_name);
  if (!key.ok()) return report_failure(key.status(), console);
  console.hide(key->reveal());
  auto in = settings_of(line.in);
  if (!in.ok()) return report_failure(in.status(), console);
  const auto plugin = choose_plugin(line);
  if (!plugin.ok()) return report_failure(plugin.status(), console);
  (*in)["type"] = plugin->table().name;
  (*in)["api_token"] = key->reveal();

  TextTable table = TextTable::with_columns({"Scope", "Granted"});
  for (const Probe& probe : probes_of(json::parse(plugin->table().config_schema, nullptr, false))) {
    json section = *in;
    section.update(probe.in);
    const Status status = ask(*plugin, section, console.log());
    const bool is_hopeless = status.http_status() == kUnauthorized || status.code() == Code::config;
    if (is_hopeless || (table.rows.empty() && !status.ok() && status.code() != Code::auth)) {
      return report_failure(status, console);
    }
    table.rows.push_back({probe.scope, verdict(status)});
  }
  return print_rows(render(table, line.format), console);
}

}  // namespace bulkload
