#include "strike.h"

#include <sstream>

#include "support/files.h"

namespace crash {

std::string to_text(const Strike& strike) {
  std::string text = strike.call == 0 ? "not killed" : "call " + std::to_string(strike.call);
  if (!strike.from.empty()) text += " from " + strike.from + " on";
  if (!strike.done.empty()) text += ", " + strike.done + " of it done";
  if (strike.lose == "all") text += ", what is not synced is lost";
  if (!strike.lose.empty() && strike.lose != "all") text += ", some of what is not synced is lost, seed " + strike.lose;
  return text;
}

test_support::Command struck(test_support::Command command, const Strike& strike, const std::filesystem::path& watched,
                             const std::filesystem::path& aside) {
  std::filesystem::create_directories(aside / "kept");
  test_support::write_file(aside / "calls", "");
  command.environment["LD_PRELOAD"] = KILL_POINT_LIBRARY;
  command.environment["KILL_POINT_FOLDER"] = std::filesystem::canonical(watched);
  command.environment["KILL_POINT_TRACE"] = aside / "calls";
  command.environment["KILL_POINT_KEEP"] = aside / "kept";
  command.environment["KILL_POINT_AT"] = strike.call > 0 ? std::to_string(strike.call) : "";
  command.environment["KILL_POINT_FROM"] = strike.from;
  command.environment["KILL_POINT_DONE"] = strike.done;
  command.environment["KILL_POINT_LOSE"] = strike.lose;
  return command;
}

std::vector<std::string> struck_calls(const std::filesystem::path& aside) {
  std::istringstream text(test_support::read_file(aside / "calls"));
  std::vector<std::string> calls;
  for (std::string line; std::getline(text, line);) calls.push_back(line);
  return calls;
}

}  // namespace crash
