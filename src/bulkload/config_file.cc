#include "bulkload/config_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "bulkload/text_format.h"

namespace bulkload {

namespace {

const std::vector<std::string_view> kTopLevelKeys = {"in", "out", "filters", "exec", "config", "preview_sample_rows"};
constexpr std::array<std::string_view, 3> kExtensions = {".yml", ".yaml", ".json"};
constexpr std::array<std::string_view, 5> kSecretWords = {"token", "secret", "password", "credential", "api_key"};

bool has_known_extension(std::string_view path) {
  constexpr std::string_view kLiquid = ".liquid";
  if (path.ends_with(kLiquid)) path.remove_suffix(kLiquid.size());
  return std::any_of(kExtensions.begin(), kExtensions.end(), [&](std::string_view end) { return path.ends_with(end); });
}

/// Checks the sections of the document and puts them into the ConfigFile.
class SectionReader {
 public:
  SectionReader(ConfigFile& file, ConfigProblems& problems) : file_(file), problems_(problems) {}

  void read(ConfigNode root) {
    if (const ConfigNode* inner = root.find("config"); inner != nullptr && root.items.size() == 1) {
      ConfigNode config = *inner;
      root = std::move(config);
    }
    if (!root.is_map()) {
      problem(root.place, root.is_null() ? "holds no `in:` section; `bulkload example` writes one to begin with"
                                         : "not a map of sections; begin with `in:`");
      return;
    }
    const bool has_in = root.find("in") != nullptr;
    if (!has_in && root.find("type") != nullptr) {
      file_.in = std::move(root);
      return;
    }
    for (ConfigNode& section : root.items) read_section(section);
    if (!has_in) problem({file_.path, 0}, "in: missing; say what to read with `in: {type: …}`");
  }

 private:
  void problem(Place place, std::string text) { problems_.push_back({std::move(place), std::move(text)}); }

  void read_section(ConfigNode& section) {
    if (section.key == "in") return read_in(section);
    if (section.key == "out") return read_out(section);
    if (section.key == "filters") {
      file_.filters = std::move(section);
      return;
    }
    if (section.key == "exec") return read_exec(section);
    if (section.key == "preview_sample_rows") return read_preview_rows(section, "");
    problem(section.place, section.key + ": unknown key" + did_you_mean(section.key, kTopLevelKeys));
  }

  void read_in(ConfigNode& section) {
    if (!section.is_map()) return problem(section.place, "in: must be a map of options, with at least `type:`");
    file_.in = std::move(section);
  }

  void read_out(ConfigNode& section) {
    if (!section.is_map() && !section.is_null()) return problem(section.place, "out: must be a map of options");
    file_.out = std::move(section);
  }

  void read_exec(const ConfigNode& section) {
    if (!section.is_map() && !section.is_null()) return problem(section.place, "exec: must be a map of options");
    for (const ConfigNode& option : section.items) {
      if (option.key == "preview_sample_rows") {
        read_preview_rows(option, "exec.");
      } else if (option.key == "max_threads" || option.key == "min_output_tasks") {
        read_number(option, "exec.");
      } else {
        file_.warnings.push_back({option.place, "exec." + option.key + ": has no meaning here and is ignored"});
      }
    }
  }

  void read_preview_rows(const ConfigNode& option, const std::string& section) {
    file_.preview_rows = read_number(option, section);
  }

  std::optional<int64_t> read_number(const ConfigNode& option, const std::string& section) {
    const auto number = option.is_scalar() ? parse_count(option.text) : std::nullopt;
    if (!number) problem(option.place, section + option.key + ": must be a whole number from 1 on");
    return number;
  }

  ConfigFile& file_;
  ConfigProblems& problems_;
};

/// N of "line N: …", with the prefix taken off; 0 without one.
int take_line_number(std::string_view& message) {
  constexpr std::string_view kPrefix = "line ";
  if (!message.starts_with(kPrefix)) return 0;
  int line = 0;
  const char* begin = message.data() + kPrefix.size();
  const auto [end, error] = std::from_chars(begin, message.data() + message.size(), line);
  const std::string_view rest = message.substr(static_cast<size_t>(end - message.data()));
  if (error != std::errc() || line < 1 || !rest.starts_with(": ")) return 0;
  message = rest.substr(2);
  return line;
}

void read_sections(ConfigFile& file, ConfigProblems& problems) {
  const size_t before = problems.size();
  ConfigNode root = parse_config_tree(file.text, problems);
  if (problems.size() == before) SectionReader(file, problems).read(std::move(root));
}

}  // namespace

std::string ConfigFile::type() const {
  const ConfigNode* type = in.find("type");
  return type != nullptr && type->is_scalar() ? type->text : std::string();
}

ConfigFile read_config_file(const std::string& path, const Environment& environment, ConfigProblems& problems) {
  ConfigFile file;
  file.path = path;
  if (!has_known_extension(path)) {
    problems.push_back({{path, 0}, "not a configuration file; its name must end in .yml, .yaml or .json"});
    return file;
  }
  const size_t before = problems.size();
  file.text = read_config_text(path, environment, problems);
  if (problems.size() == before) read_sections(file, problems);
  return file;
}

ConfigFile read_kept_config(const std::string& name, const std::string& content, const Environment& environment,
                            ConfigProblems& problems) {
  ConfigFile file;
  file.path = name;
  file.in_file = false;
  const size_t before = problems.size();
  file.text = expand_config_text(name, content, environment, problems);
  if (problems.size() == before) read_sections(file, problems);
  return file;
}

InSection::InSection(const ConfigNode& in) : text_("{\n"), places_{in.place} {
  for (const ConfigNode& option : in.items) {
    ConfigNode alone;
    alone.kind = ConfigNode::Kind::map;
    alone.items.push_back(option);
    const std::string braced = to_json(alone);
    if (places_.size() > 1) text_.insert(text_.size() - 1, ",");
    text_ += braced.substr(1, braced.size() - 2) + "\n";
    places_.push_back(option.place);
  }
  text_ += "}\n";
}

ConfigProblems InSection::translate(std::string_view message) const {
  ConfigProblems problems;
  while (!message.empty()) {
    const size_t end = std::min(message.find('\n'), message.size());
    std::string_view text = message.substr(0, end);
    message.remove_prefix(std::min(end + 1, message.size()));
    if (text.empty()) continue;
    const auto line = static_cast<size_t>(take_line_number(text));
    const bool known = line >= 1 && line <= places_.size();
    const Place place = known ? places_[line - 1] : Place{places_[0].file, 0};
    problems.push_back({place, (line > 0 ? "in." : "in: ") + std::string(text)});
  }
  return problems;
}

bool is_secret_key(std::string_view key) {
  if (key == "uri") return true;  // a database's address may hold a password
  if (key == "key") return true;
  return !key.ends_with("_file") && std::any_of(kSecretWords.begin(), kSecretWords.end(), [&](std::string_view word) {
    return key.find(word) != std::string_view::npos;
  });
}

std::vector<std::string> secret_values(const ConfigNode& node) {
  std::vector<std::string> values;
  for (const ConfigNode& item : node.items) {
    if (item.is_map() && item.key == "columns") continue;
    if (item.is_scalar() && is_secret_key(item.key)) values.push_back(item.text);
    for (std::string& value : secret_values(item)) values.push_back(std::move(value));
  }
  return values;
}

}  // namespace bulkload
