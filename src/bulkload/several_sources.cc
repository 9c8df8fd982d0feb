#include "bulkload/several_sources.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "bulkload/next_config_file.h"
#include "bulkload/text_format.h"

namespace bulkload {

namespace {

constexpr std::string_view kSourceKey = "data_source";
constexpr std::string_view kAll = "all";
constexpr size_t kNamesShown = 3;

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kNamesShown); ++i) text += (i > 0 ? ", " : "") + names[i];
  const size_t more = names.size() - std::min(names.size(), kNamesShown);
  return more == 0 ? text : text + " and " + std::to_string(more) + " more";
}

/// Takes one configuration apart.
class Splitter {
 public:
  Splitter(const ConfigFile& file, const std::vector<SourceName>& known, ConfigProblems& problems)
      : file_(file), known_(known), problems_(problems) {}

  std::vector<SourceConfig> split(const std::string& only) {
    const size_t before = problems_.size();
    const ConfigNode& chosen = *file_.in.find(kSourceKey);
    if (chosen.is_list()) {
      add_listed(chosen);
    } else {
      add_all(chosen);
    }
    if (file_.next_flat) {
      fail(
          *file_.next_flat,
          "in." + file_.next_flat->key +
              ": says where the only source of a configuration goes on, "
              "and there are several now; put it below its source, as in `in: {sources: {events: {…}}}`, or remove the "
              "file to read all from the beginning");
    }
    own_ = read_own_keys(file_.in.find(kSourcesKey), "in.sources.");
    next_ = read_own_keys(&file_.next_sources, "in.sources.");
    check_own_keys();
    std::vector<SourceConfig> configs;
    if (problems_.size() > before) return configs;
    for (const auto& [name, place] : names_) {
      if (only.empty() || only == name) configs.push_back(config_of(name, place));
    }
    return configs;
  }

  /// The plugin's name, or empty and a problem.
  std::string name_of(const Place& place, const std::string& key, const std::string& name) {
    const SourceName* found = find_source(known_, name);
    if (found != nullptr) return found->name;
    problems_.push_back({place, key + no_such_source(known_, name)});
    return {};
  }

 private:
  using Name = std::pair<std::string, Place>;

  void fail(const ConfigNode& node, std::string text) { problems_.push_back({node.place, std::move(text)}); }

  const Name* find_name(const std::string& name) const {
    const auto found = std::find_if(names_.begin(), names_.end(), [&](const Name& each) { return each.first == name; });
    return found == names_.end() ? nullptr : &*found;
  }

  void add_listed(const ConfigNode& list) {
    if (list.items.empty()) fail(list, "in.data_source: names no source");
    for (const ConfigNode& item : list.items) {
      if (!item.is_scalar()) {
        fail(item, "in.data_source: must be a list of names");
        continue;
      }
      const std::string name = name_of(item.place, "in.data_source: ", item.text);
      if (name.empty()) continue;
      if (find_name(name) != nullptr) {
        fail(item, "in.data_source: " + name + " is named twice" + (item.text == name ? "" : ", here as " + item.text));
      } else {
        names_.emplace_back(name, item.place);
      }
    }
  }

  void add_all(const ConfigNode& all) {
    for (const SourceName& source : known_) {
      if (source.in_all) names_.emplace_back(source.name, all.place);
    }
    if (names_.empty()) fail(all, "in.data_source: the plugin has no source that `all` stands for; name them");
  }

  /// Keys by source, under the plugin's names.
  ConfigNode read_own_keys(const ConfigNode* sources, const std::string& key) {
    ConfigNode own;
    if (sources == nullptr || sources->is_null()) return own;
    own = *sources;
    if (!sources->is_map()) {
      fail(*sources, "in.sources: must be a map of sources, each with a map of its keys");
      return {};
    }
    own.items.clear();
    for (const ConfigNode& source : sources->items) {
      ConfigNode named = source;
      named.key = name_of(source.place, key + source.key + ": ", source.key);
      if (named.key.empty()) continue;
      if (!source.is_map() && !source.is_null()) {
        fail(source, key + source.key + ": must be a map of options");
      } else if (own.find(named.key) != nullptr) {
        fail(source, key + source.key + ": " + named.key + " is there already");
      } else {
        own.items.push_back(std::move(named));
      }
    }
    return own;
  }

  void check_own_keys() {
    for (const ConfigNode& source : own_.items) {
      if (find_name(source.key) == nullptr) fail(source, "in.sources." + source.key + ": is not in data_source");
    }
    for (const ConfigNode* sources : {&own_, &next_}) {
      for (const ConfigNode& source : sources->items) {
        for (const std::string_view shared : {std::string_view("type"), kSourceKey, kSourcesKey}) {
          const ConfigNode* found = source.find(shared);
          if (found != nullptr) fail(*found, "in.sources." + source.key + "." + found->key + ": is the same for all");
        }
      }
    }
  }

  SourceConfig config_of(const std::string& name, const Place& place) const {
    SourceConfig config{name, file_};
    ConfigFile& file = config.file;
    std::erase_if(file.in.items, [](const ConfigNode& option) { return option.key == kSourcesKey; });
    ConfigNode& source = *file.in.find(kSourceKey);
    source = {};
    source.kind = ConfigNode::Kind::scalar;
    source.place = place;
    source.key = kSourceKey;
    source.text = name;
    file.next_sources = next_;
    for (const ConfigNode* sources : {&own_, &next_}) {
      const ConfigNode* keys = sources->find(name);
      if (keys != nullptr && keys->is_map()) merge_config(file.in, *keys);
    }
    return config;
  }

  const ConfigFile& file_;
  const std::vector<SourceName>& known_;
  ConfigProblems& problems_;
  std::vector<Name> names_;
  ConfigNode own_;
  ConfigNode next_;
};

/// A configuration of one source must not have what only several have.
void check_single(const ConfigFile& file, const std::string& only, ConfigProblems& problems) {
  if (const ConfigNode* sources = file.in.find(kSourcesKey)) {
    problems.push_back({sources->place,
                        "in.sources: has a meaning only where data_source is a list, or all; put the "
                        "keys beside data_source"});
  }
  if (!file.next_sources.is_null()) {
    problems.push_back({file.next_sources.place,
                        "in.sources: says where several sources go on, and data_source names one; write `data_source: "
                        "[NAME]`, or give this configuration a diff of its own"});
  }
  if (!only.empty()) {
    problems.push_back({{"--source " + only, 0}, "there is nothing to choose: data_source names one source"});
  }
}

}  // namespace

bool reads_several(const ConfigNode& in) {
  const ConfigNode* source = in.find(kSourceKey);
  return source != nullptr && (source->is_list() || (source->is_scalar() && source->text == kAll));
}

std::vector<SourceConfig> split_sources(const ConfigFile& file, const std::vector<SourceName>& known,
                                        const std::string& only, ConfigProblems& problems) {
  // A plugin that lists no sources knows what its own keys mean.
  if (known.empty() || !reads_several(file.in)) {
    check_single(file, only, problems);
    return {{"", file}};
  }
  Splitter splitter(file, known, problems);
  const Place option{"--source " + only, 0};
  const std::string chosen = only.empty() ? only : splitter.name_of(option, "", only);
  if (chosen.empty() && !only.empty()) return {};
  const size_t before = problems.size();
  std::vector<SourceConfig> configs = splitter.split(chosen);
  if (configs.empty() && problems.size() == before) problems.push_back({option, "is not in data_source"});
  return configs;
}

void SourceProblems::add(const std::string& source, const ConfigProblems& problems) {
  for (const ConfigProblem& problem : problems) {
    auto found = std::find_if(findings_.begin(), findings_.end(), [&](const Finding& finding) {
      return finding.problem.text == problem.text && finding.problem.place.line == problem.place.line &&
             finding.problem.place.file == problem.place.file;
    });
    if (found == findings_.end()) found = findings_.insert(found, {problem, {}});
    found->sources.push_back(source);
  }
}

ConfigProblems SourceProblems::merged(size_t sources) const {
  ConfigProblems problems;
  for (const Finding& finding : findings_) {
    problems.push_back(finding.problem);
    if (finding.sources.size() >= sources) continue;
    problems.back().text += " (" + joined(finding.sources) + "; what is for some sources only stands below in.sources)";
  }
  return problems;
}

base::Log source_log(base::Log log, base::LogLevel level, const std::string& source) {
  if (source.empty()) return log;
  return {level, [log = std::move(log), prefix = source + ": "](base::LogLevel of_line, std::string_view text) {
            log.write(of_line, prefix + std::string(text));
          }};
}

std::string source_path(const std::string& path, const std::string& source) {
  if (path.empty() || source.empty()) return path;
  const std::filesystem::path whole(path);
  return (whole.parent_path() / (whole.stem().string() + "." + source + whole.extension().string())).string();
}

}  // namespace bulkload
