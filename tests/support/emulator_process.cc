#include "support/emulator_process.h"

#include <httplib.h>

#include <stdexcept>

namespace test_support {
namespace {

Command emulator_command(const std::vector<std::string>& options) {
  Command command{.arguments = {emulator_program(), "--port", "0"}};
  command.arguments.insert(command.arguments.end(), options.begin(), options.end());
  return command;
}

/// Patient: a machine that runs many tests at once is slow.
httplib::Client client(const std::string& base_url) {
  httplib::Client patient(base_url);
  patient.set_connection_timeout(60);
  patient.set_read_timeout(60);
  return patient;
}

nlohmann::json checked(const httplib::Result& answer, const std::string& path) {
  if (!answer) throw std::runtime_error("no answer from the emulator to " + path + ": " + to_string(answer.error()));
  if (answer->status >= 300) {
    throw std::runtime_error("emulator refused " + path + ": " + std::to_string(answer->status) + " " + answer->body);
  }
  return answer->body.empty() ? nlohmann::json() : nlohmann::json::parse(answer->body);
}

}  // namespace

std::string emulator_program() { return EMULATOR_PROGRAM; }

EmulatorProcess::EmulatorProcess(const std::vector<std::string>& options) : process_(emulator_command(options)) {
  const std::string expected = "klaviyo-emulator listening on ";
  const std::string line = process_.read_line(std::chrono::minutes(1)).value_or("");
  if (line.rfind(expected, 0) != 0) {
    throw std::runtime_error("the emulator does not start: " + line + process_.err());
  }
  base_url_ = line.substr(expected.size());
}

nlohmann::json EmulatorProcess::get(const std::string& path) const {
  return checked(client(base_url_).Get(path), path);
}

void EmulatorProcess::post(const std::string& path, const nlohmann::json& body) const {
  checked(client(base_url_).Post(path, body.dump(), "application/json"), path);
}

nlohmann::json EmulatorProcess::stats() const { return get("/_emulator/stats"); }

void EmulatorProcess::reset() const { post("/_emulator/reset", nlohmann::json::object()); }

void EmulatorProcess::faults(const nlohmann::json& rules) const { post("/_emulator/faults", {{"rules", rules}}); }

std::vector<EmulatedRow> EmulatorProcess::rows(const std::string& source, const std::string& field) const {
  std::vector<EmulatedRow> rows;
  std::string name = source;
  const size_t id = name.find("{id}");
  if (id != std::string::npos) name.replace(id, 4, "%7Bid%7D");
  const std::string query = "source=" + name + (field.empty() ? "" : "&field=" + field);
  const nlohmann::json answer = get("/_emulator/rows?" + query);
  for (const nlohmann::json& row : answer.at("rows")) {
    const nlohmann::json& time = row.at("time");
    rows.push_back({row.at("id").get<std::string>(), time.is_string() ? time.get<std::string>() : time.dump(),
                    row.value("parent", std::string())});
  }
  return rows;
}

void EmulatorProcess::change(const std::string& command, const std::string& source, int64_t count,
                             int64_t age_sec) const {
  post("/_emulator/" + command, {{"source", source}, {"count", count}, {"age_sec", age_sec}});
}

void EmulatorProcess::grow(const std::string& source, int64_t count, int64_t age_sec) const {
  change("grow", source, count, age_sec);
}

void EmulatorProcess::vanish(const std::string& source, int64_t count) const { change("vanish", source, count, 0); }

void EmulatorProcess::touch(const std::string& source, int64_t count, int64_t age_sec) const {
  change("touch", source, count, age_sec);
}

void EmulatorProcess::set_rate(const std::string& path, int64_t per_second, int64_t per_minute, int64_t per_day) const {
  post("/_emulator/rates",
       {{"path", path}, {"per_second", per_second}, {"per_minute", per_minute}, {"per_day", per_day}});
}

void EmulatorProcess::remove(const std::string& source, int64_t count) const { change("delete", source, count, 0); }

}  // namespace test_support
