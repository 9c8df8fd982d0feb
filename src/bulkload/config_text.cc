#include "bulkload/config_text.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>
#include <utility>

#include "bulkload/text_format.h"

namespace bulkload {

namespace {

namespace fs = std::filesystem;
using base::Code;
using base::Status;

constexpr size_t kMaxBytes = 1 << 20;
constexpr int kMaxIncludes = 100;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kKnownTemplates = "known are {{ env.NAME }} and {% include 'file' %}";

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool is_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !text.empty() && is_letter(text[0]) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

/// `name` of `env.name`; empty for anything else.
std::string_view environment_name(std::string_view expression) {
  constexpr std::string_view kPrefix = "env.";
  if (!expression.starts_with(kPrefix)) return {};
  const std::string_view name = expression.substr(kPrefix.size());
  return is_name(name) ? name : std::string_view();
}

/// `x` of `include 'x'`; empty for anything else.
std::string_view include_name(std::string_view expression) {
  constexpr std::string_view kWord = "include";
  if (!expression.starts_with(kWord)) return {};
  const std::string_view quoted = trim(expression.substr(kWord.size()));
  if (quoted.size() < 3 || (quoted[0] != '\'' && quoted[0] != '"') || quoted.back() != quoted[0]) return {};
  const std::string_view name = quoted.substr(1, quoted.size() - 2);
  return name.find(quoted[0]) == std::string_view::npos ? name : std::string_view();
}

/// Where `{{` or `{%` begins, or npos. Looks at each byte once, however long the line is.
size_t find_template(std::string_view line) {
  for (size_t at = line.find('{'); at != std::string_view::npos && at + 1 < line.size(); at = line.find('{', at + 1)) {
    if (line[at + 1] == '{' || line[at + 1] == '%') return at;
  }
  return std::string_view::npos;
}

bool is_inside(const fs::path& path, const fs::path& folder) {
  if (folder.empty()) return false;
  const fs::path relative = path.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

}  // namespace

std::string format_problems(const ConfigProblems& problems) {
  std::string lines;
  for (const auto& [place, text] : problems) {
    if (!lines.empty()) lines += '\n';
    lines += place.file + (place.line > 0 ? ":" + std::to_string(place.line) : "") + ": " + text;
  }
  return lines;
}

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

base::Result<std::string> read_small_file(const std::string& path, size_t max_bytes) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return Status(Code::config, "no such file; check the path");
  if (!fs::is_regular_file(status)) return Status(Code::config, "not a regular file; give the path of one");
  std::ifstream file(path, std::ios::binary);
  if (!file) return Status(Code::config, "cannot be read: " + std::generic_category().message(errno));
  std::string content(max_bytes + 1, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (file.bad()) return Status(Code::config, "cannot be read to its end");
  content.resize(static_cast<size_t>(file.gcount()));
  if (content.size() > max_bytes) {
    return Status(Code::config, "larger than " + std::to_string(max_bytes) + " bytes; that is no configuration");
  }
  return content;
}

Place ConfigText::place(int line) const {
  if (origins_.empty()) return {files_.empty() ? std::string() : files_.front(), 0};
  const auto index = std::clamp<size_t>(static_cast<size_t>(std::max(line, 1)), 1, origins_.size()) - 1;
  return {files_[origins_[index].file], origins_[index].line};
}

/// Builds a ConfigText, file by file.
class TemplateReader {
 public:
  TemplateReader(const Environment& environment, ConfigProblems& problems)
      : environment_(environment), problems_(problems) {}

  ConfigText read(const std::string& path) {
    result_.files_ = {path};
    std::error_code error;
    folder_ = fs::canonical(fs::absolute(path), error).parent_path();
    return expand_main(path, load(path, {path, 0}));
  }

  ConfigText expand_kept(const std::string& name, const std::string& content) {
    result_.files_ = {name};
    return expand_main(name, accept(name, content));
  }

 private:
  ConfigText expand_main(const std::string& path, const std::optional<std::string>& content) {
    if (content) {
      result_.original = *content;
      expand(path, *content);
    }
    if (result_.text.size() > kMaxBytes) {
      problem({path, 0}, "larger than 1 MiB with what it includes; that is no configuration");
    }
    return std::move(result_);
  }

  void problem(Place place, std::string text) { problems_.push_back({std::move(place), std::move(text)}); }

  std::optional<std::string> load(const std::string& path, const Place& asked_at) {
    auto content = read_small_file(path, kMaxBytes);
    if (!content.ok()) {
      problem(asked_at, (asked_at.line > 0 ? "'" + path + "': " : "") + content.status().message());
      return std::nullopt;
    }
    return accept(path, std::move(content).value());
  }

  std::optional<std::string> accept(const std::string& path, std::string content) {
    if (content.starts_with(kByteOrderMark)) content.erase(0, kByteOrderMark.size());
    const size_t invalid = std::min(find_invalid_utf8(content), content.find('\0'));
    if (invalid == std::string::npos) return content;
    const auto line = std::count(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(invalid), '\n');
    problem({path, static_cast<int>(line) + 1}, "not UTF-8 text; save the file as UTF-8");
    return std::nullopt;
  }

  void expand(const std::string& path, std::string_view content) {
    const auto file =
        static_cast<uint32_t>(std::find(result_.files_.begin(), result_.files_.end(), path) - result_.files_.begin());
    if (file == result_.files_.size()) result_.files_.push_back(path);
    for (int32_t line = 1; !content.empty(); ++line) {
      const size_t end = std::min(content.find('\n'), content.size() - 1) + 1;
      expand_line({file, line}, content.substr(0, end));
      content.remove_prefix(end);
    }
  }

  void expand_line(ConfigText::Origin origin, std::string_view line) {
    if (trim(line).starts_with('#')) return append(origin, line);
    while (!line.empty()) {
      const size_t begin = find_template(line);
      append(origin, line.substr(0, begin));
      if (begin == std::string_view::npos) return;
      const bool is_value = line[begin + 1] == '{';
      const size_t end = line.find(is_value ? "}}" : "%}", begin + 2);
      const std::string_view expression =
          end == std::string_view::npos ? std::string_view() : trim(line.substr(begin + 2, end - begin - 2));
      if (!(is_value ? put_variable(origin, expression) : put_file(origin, expression))) return;
      line.remove_prefix(end + 2);
    }
  }

  bool put_variable(ConfigText::Origin origin, std::string_view expression) {
    const std::string name(environment_name(expression));
    if (name.empty()) return refuse(origin);
    const auto value = environment_(name);
    if (!value) {
      if (unset_.insert(name).second)
        problem(place(origin), "the environment variable " + name + " is not set; set it, or take it out of the file");
    } else if (escape_controls(*value) != *value) {
      problem(place(origin), "the environment variable " + name +
                                 " holds a line break, another control character or no UTF-8; set it to plain text");
    } else {
      append(origin, *value);
    }
    return true;
  }

  bool put_file(ConfigText::Origin origin, std::string_view expression) {
    const std::string name(include_name(expression));
    if (name.empty()) return refuse(origin);
    const std::string path = find_include(place(origin).file, name);
    if (path.empty()) {
      problem(place(origin), "cannot include '" + name + "'; it must be a file in the folder of the file, or below");
    } else if (++includes_ > kMaxIncludes) {
      if (includes_ == kMaxIncludes + 1) {
        problem(place(origin), "more than 100 files are included; does one include itself?");
      }
    } else if (const auto content = load(path, place(origin))) {
      std::string_view text = *content;
      if (text.ends_with('\n')) text.remove_suffix(1);  // the line goes on behind the inclusion
      expand(path, text);
    }
    return true;
  }

  /// Empty when there is no such file, or it lies outside of the main file's folder.
  std::string find_include(const std::string& from, const std::string& name) const {
    const fs::path relative(name);
    const std::string file = relative.filename().string();
    for (const std::string& candidate : {file, "_" + file + ".yml.liquid", "_" + file + ".yml"}) {
      const fs::path path = fs::path(from).parent_path() / relative.parent_path() / candidate;
      std::error_code error;
      const fs::path real = fs::canonical(path, error);
      if (!error && fs::is_regular_file(real, error) && is_inside(real, folder_)) return path.string();
    }
    return {};
  }

  bool refuse(ConfigText::Origin origin) {
    problem(place(origin), "this template is not understood; " + std::string(kKnownTemplates));
    return false;
  }

  Place place(ConfigText::Origin origin) const { return {result_.files_[origin.file], origin.line}; }

  /// A line's origin is that of its first character.
  void append(ConfigText::Origin origin, std::string_view text) {
    if (result_.text.size() > kMaxBytes) return;
    for (const char c : text) {
      if (result_.text.empty() || result_.text.back() == '\n') result_.origins_.push_back(origin);
      result_.text += c;
    }
  }

  const Environment& environment_;
  ConfigProblems& problems_;
  ConfigText result_;
  fs::path folder_;  // of the main file; empty: nothing can be included
  int includes_ = 0;
  std::set<std::string> unset_;  // variables that a problem has named
};

ConfigText read_config_text(const std::string& path, const Environment& environment, ConfigProblems& problems) {
  return TemplateReader(environment, problems).read(path);
}

ConfigText expand_config_text(const std::string& name, const std::string& content, const Environment& environment,
                              ConfigProblems& problems) {
  return TemplateReader(environment, problems).expand_kept(name, content);
}

}  // namespace bulkload
