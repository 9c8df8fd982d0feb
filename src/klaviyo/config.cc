#include "klaviyo/config.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/digest.h"
#include "base/text_time.h"
#include "klaviyo/api_key.h"
#include "klaviyo/hint.h"
#include "klaviyo/options.h"
#include "klaviyo/origin.h"
#include "klaviyo/record_options.h"
#include "klaviyo/report_options.h"
#include "klaviyo/revision.h"
#include "klaviyo/settings.h"
#include "klaviyo/yaml_tree.h"

namespace klaviyo {

namespace {

constexpr std::string_view kAccountSalt = "bulk_input_klaviyo account 1";
constexpr size_t kAccountDigits = 32;

void read_plugin(Reading& reading) {
  const std::optional<std::string> type = reading.settings.text("type");
  const std::string_view own = find_option("type")->default_value;
  if (type && *type != own) {
    reading.problem("type", quote(*type) + " is another plugin; this one is '" + std::string(own) + "'");
  }
  for (const Option& option : options()) {
    if (option.type == OptionType::ignored && reading.settings.find(option.key) != nullptr) {
      reading.warn(option.key, "is not used; the key comes from api_token or api_token_file");
    }
  }
}

void read_source(Reading& reading) {
  if (reading.settings.find("data_source") == nullptr) {
    return reading.problem("data_source", "is missing; name what to read, such as events, profiles or lists");
  }
  const std::optional<std::string> name = reading.settings.text("data_source");
  if (!name) return;
  const Source* source = find_source(*name);
  reading.config.source = source;
  if (source != nullptr) {
    if (source->beta && !reading.config.beta) {
      reading.problem("data_source", quote(*name) +
                                         " is published as beta, and its shape may change any day; set beta: "
                                         "true to read it all the same");
    }
    return;
  }
  std::vector<std::string_view> names;
  for (const Source& each : sources()) names.push_back(each.name);
  reading.problem("data_source", quote(*name) + " is no source" + did_you_mean(*name, names));
}

bool has_meaning(const Option& option, const Source& source) {
  if (option.of_parents) return source.has_parent();
  if (option.of_reports) return source.report != nullptr;
  return option.source.empty() || option.source == source.name;
}

// Options that only some sources have a meaning for. A switch that is on elsewhere is put off again.
void check_source_options(Reading& reading) {
  for (const Option& option : options()) {
    if (has_meaning(option, *reading.config.source)) continue;
    const std::string whose(option.of_parents   ? "sources with a parent, such as list_profiles,"
                            : option.of_reports ? "reports, such as campaign_values_report,"
                                                : option.source);
    const std::string what = "is for " + whose + " only";
    if (const auto* member = std::get_if<bool Config::*>(&option.target)) {
      if (reading.config.*(*member)) reading.warn(option.key, what + "; it changes nothing here");
      reading.config.*(*member) = false;
    } else if (reading.settings.find(option.key) != nullptr) {
      reading.problem(option.key, what + "; leave it out for " + std::string(reading.config.source->name));
    }
  }
}

void read_token(Reading& reading) {
  const bool in_text = reading.settings.find("api_token") != nullptr;
  const bool in_file = reading.settings.find("api_token_file") != nullptr;
  if (in_text && in_file) return reading.problem("api_token_file", "is given besides api_token; leave one out");
  if (!in_text && !in_file) {
    return reading.problem("api_token",
                           "is missing; give a private API key here, or the file that holds it as api_token_file");
  }
  const std::string_view key = in_text ? "api_token" : "api_token_file";
  const std::optional<std::string> text = reading.settings.text(key);
  if (!text) return;
  base::Result<base::Secret> token = in_text ? parse_api_key(*text) : read_api_key_file(*text);
  if (!token.ok()) return reading.problem(key, token.status().message());
  reading.config.token = std::move(*token);
}

void read_revision(Reading& reading) {
  Config& config = reading.config;
  if (!is_revision(config.revision)) {
    return reading.problem("revision_time",
                           "is no revision; give a date as YYYY-MM-DD, such as " + std::string(kNewestRevision));
  }
  if (config.source != nullptr && config.source->beta) config.revision = beta_revision(config.revision);
  EffectiveRevision effective = effective_revision(config.revision, reading.now_us);
  config.effective_revision = std::move(effective.revision);
  config.literal_revision = std::move(effective.literal);
  if (effective.warning.empty()) return;
  const std::string line = "line " + std::to_string(reading.settings.line("revision_time")) + ": ";
  config.warnings.push_back(line + effective.warning);  // begins with the key
}

// The time that incremental_field names; the source's first one when it names none. nullptr: the source has none.
const TimeField* chosen_time_field(Reading& reading) {
  const Source& source = *reading.config.source;
  if (source.time_fields.empty()) return nullptr;
  const TimeField* first = &source.time_fields.front();
  const std::optional<std::string> name = reading.settings.text("incremental_field");
  if (!name) return first;
  if (const TimeField* field = source.find_time_field(*name)) return field;
  // The hosted console offers created and updated for every source, and does not use them for events.
  const bool is_console_choice = *name == "created" || *name == "updated";
  const bool has_console_choices =
      source.find_time_field("created") != nullptr || source.find_time_field("updated") != nullptr;
  if (is_console_choice && !has_console_choices) {
    reading.warn("incremental_field", "is not used for " + std::string(source.name) + ", whose window is always on " +
                                          std::string(first->key));
    return first;
  }
  std::vector<std::string_view> keys;
  for (const TimeField& field : source.time_fields) keys.push_back(field.key);
  reading.problem("incremental_field",
                  quote(*name) + " is no time of " + std::string(source.name) + "; it has: " + name_list(keys));
  return first;
}

void read_window(Reading& reading) {
  Config& config = reading.config;
  if (config.start_us && config.end_us && *config.start_us >= *config.end_us) {
    reading.problem("end_time", "is not after start_time; the window would be empty");
  }
  if (config.start_us && *config.start_us > reading.now_us) {
    reading.warn("start_time", "is in the future; nothing will be read");
  }
  if (config.end_us && *config.end_us > reading.now_us)
    reading.warn("end_time", "is in the future; the run ends at the present");
  if (config.source == nullptr || config.source->report != nullptr) return;
  const TimeField* field = chosen_time_field(reading);
  if (!config.incremental && !config.start_us && !config.end_us) return;
  config.time_field = field;
  if (field != nullptr) return;
  const std::string_view key = config.incremental ? "incremental" : config.start_us ? "start_time" : "end_time";
  reading.warn(key, std::string(config.source->name) + " has no time to limit a run by; it is read in full every time");
}

void read_address(Reading& reading) {
  Config& config = reading.config;
  base::Result<std::string> origin = parse_origin(config.base_url);
  if (origin.ok()) {
    config.base_url = *std::move(origin);
  } else {
    reading.problem("base_url", origin.status().message());
  }
  if (config.ca_file.empty()) return;
  std::error_code ignored;
  const bool is_file = std::filesystem::is_regular_file(config.ca_file, ignored);
  if (!is_file || ::access(config.ca_file.c_str(), R_OK) != 0) {
    reading.problem("ca_file", "is no file that can be read");
  }
}

void read_options(Reading& reading) {
  reading.settings.store(reading.config);
  read_plugin(reading);
  read_source(reading);
  read_token(reading);
  read_revision(reading);
  read_window(reading);
  read_address(reading);
  if (reading.config.source != nullptr) check_source_options(reading);
  if (reading.config.source != nullptr && reading.config.source->report != nullptr) read_report_options(reading);
  read_record_options(reading);
}

// Everything that decides which rows and columns come, in one spelling.
std::string canonical_text(const Config& config) {
  const auto time = [](std::optional<int64_t> us) { return us ? nlohmann::json(*us) : nlohmann::json(); };
  const auto sorted = [](std::vector<std::string> names) {
    std::ranges::sort(names);
    return names;
  };
  nlohmann::json columns = nlohmann::json::array();
  for (const ColumnSelection& column : config.columns) {
    columns.push_back(nlohmann::json::array({column.name, column.type ? type_name(*column.type) : ""}));
    if (column.from) columns.back().push_back(column.from->text);
  }
  nlohmann::json document = {
      {"source", config.source->name},
      {"literal_revision", config.literal_revision},
      {"effective_revision", config.effective_revision},
      {"skip_related_objects", config.skip_related_objects},
      {"incremental", config.incremental},
      {"time_field", config.time_field == nullptr ? "" : config.time_field->name},
      {"start", time(config.start_us)},
      {"end", time(config.end_us)},
      {"lookback_sec", config.lookback_sec},
      {"columns", std::move(columns)},
      {"filters", sorted(config.filters)},
      {"additional_fields", sorted(config.additional_fields)},
      {"include", sorted(config.include)},
      {"ids", sorted(config.ids)},
      {"metrics", sorted(config.metrics)},
      {"profile_id", config.profile_id},
      {"base_url", config.base_url},
  };
  if (config.source->report != nullptr) {
    document["report"] = {sorted(config.statistics),
                          config.group_by,
                          config.timeframe,
                          config.interval ? static_cast<int>(*config.interval) : -1,
                          config.metric,
                          config.timezone};
  }
  return document.dump();
}

}  // namespace

base::Result<Config> parse_config(std::string_view text, int64_t now_us) {
  Config config;
  Problems problems;
  YamlTree tree = parse_yaml_tree(text);
  for (Problem& problem : tree.problems) problems.add(std::move(problem));
  if (tree.complete && tree.root.kind != YamlNode::Kind::map) {
    problems.add(
        {tree.root.line, "the configuration is no map of keys and values; it needs data_source and api_token"});
  } else if (tree.complete) {
    const Settings settings(tree.root, problems);
    Reading reading{settings, problems, config, now_us};
    read_options(reading);
  }
  if (!problems.empty()) return base::Status(base::Code::config, config.token.redact(problems.text()));

  config.fingerprint = "sha256:" + base::sha256_hex(canonical_text(config));
  config.account = "hmac:" + base::hmac_sha256_hex(kAccountSalt, config.token.reveal()).substr(0, kAccountDigits);
  for (std::string& warning : config.warnings) warning = config.token.redact(warning);
  return config;
}

}  // namespace klaviyo
