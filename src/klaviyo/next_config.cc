#include "klaviyo/next_config.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "base/text_time.h"

namespace klaviyo {

namespace {

nlohmann::json time_json(std::optional<int64_t> us) {
  return us ? nlohmann::json(base::format_rfc3339(*us)) : nlohmann::json();
}

}  // namespace

base::Result<std::string> next_config(const Config& config, const std::vector<Task>& reports) {
  if (reports.empty()) return base::Status(base::Code::config, "next_config: no reports");
  const Task& first = reports.front();
  for (const Task& report : reports) {
    if (!report.windows.empty()) {
      return base::Status(base::Code::config, "next_config: a task is not finished; run it from its checkpoint first");
    }
    if (!(report.run == first.run) || report.begun_us != first.begun_us) {
      return base::Status(base::Code::config, "next_config: the reports are of different runs");
    }
  }
  nlohmann::json diff = {{"start_time", time_json(config.start_us)}, {"end_time", time_json(config.end_us)}};
  if (config.incremental) {
    diff["start_time"] = time_json(watermark(config, first.run, first.begun_us));
    diff["end_time"] = nullptr;
  }
  return diff.dump();
}

}  // namespace klaviyo
