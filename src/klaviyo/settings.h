// The `in:` section read by the option table: keys resolved, values typed and in range.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "klaviyo/config.h"
#include "klaviyo/options.h"
#include "klaviyo/yaml_tree.h"

namespace klaviyo {

/// Everything that is wrong with a configuration, collected.
class Problems {
 public:
  void add(int line, std::string_view key, std::string_view what);
  void add(Problem problem) { problems_.push_back(std::move(problem)); }
  bool empty() const { return problems_.empty(); }

  /// One a line, in the order of lines: `line N: key: what is wrong and what to do`. At most 50.
  std::string text() const;

 private:
  std::vector<Problem> problems_;
};

/// What a section gives. Keys are those of the option table, never aliases. Refers to the section and the problems,
/// which must outlive it.
class Settings {
 public:
  /// Reports keys that are unknown, and options given twice by their aliases.
  Settings(const YamlNode& section, Problems& problems);

  /// nullptr: the option is not given, or null.
  const YamlNode* find(std::string_view key) const;

  /// Where the option is given, or where the section begins.
  int line(std::string_view key) const;

  /// Of an option that takes a text; nothing when it is not given or was reported as wrong.
  std::optional<std::string> text(std::string_view key) const;

  /// Fills in every option that has a target: the given value or the table's default.
  void store(Config& config) const;

 private:
  const YamlNode& section_;
  Problems& problems_;
  std::vector<const YamlNode*> given_;  // by the option's place in the table
};

/// What the steps of parse_config share: each reads its options into `config` and reports what is wrong with them.
struct Reading {
  const Settings& settings;
  Problems& problems;
  Config& config;
  int64_t now_us;

  void problem(std::string_view key, std::string_view what) { problems.add(settings.line(key), key, what); }
  void warn(std::string_view key, std::string_view what);
};

/// A text for an option (`key`): a scalar without control characters and unexpanded templates.
std::optional<std::string> read_text(std::string_view key, const YamlNode& node, Problems& problems);

}  // namespace klaviyo
