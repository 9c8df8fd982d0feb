#include "bulkload/plugin_library.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <system_error>

#include "bulkload/text_format.h"

namespace bulkload {

namespace {

namespace fs = std::filesystem;
using base::Code;
using base::Status;

constexpr std::string_view kPrefix = "libbulk_input_";
constexpr std::string_view kSuffix = ".so";

/// Letters, digits, `_` and `-`: a type becomes part of a file name.
bool is_type_name(std::string_view type) {
  return !type.empty() && std::all_of(type.begin(), type.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::string file_name(std::string_view type) { return std::string(kPrefix) + std::string(type) + std::string(kSuffix); }

/// The type that a library's file name tells, or empty.
std::string type_of(const fs::path& path) {
  const std::string name = path.filename().string();
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return {};
  const size_t size = name.size() - kPrefix.size() - kSuffix.size();
  return name.size() > kPrefix.size() + kSuffix.size() ? name.substr(kPrefix.size(), size) : std::string();
}

void add_folders(const char* list, std::vector<std::string>& folders) {
  std::string_view rest = list == nullptr ? "" : list;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(':'), rest.size());
    if (end > 0) folders.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

}  // namespace

std::vector<std::string> plugin_search_path(const std::vector<std::string>& command_line) {
  std::vector<std::string> path = command_line;
  add_folders(std::getenv("BULK_INPUT_PLUGIN_PATH"), path);
  std::error_code error;
  const fs::path executable = fs::read_symlink("/proc/self/exe", error);
  if (!error) path.push_back((executable.parent_path().parent_path() / "lib" / "bulk_input").string());
  return path;
}

base::Result<std::string> find_plugin(const std::string& type, const std::vector<std::string>& search_path) {
  if (!is_type_name(type)) return Status(Code::config, "not a plugin's name; use letters, digits, '_' and '-'");
  for (const std::string& place : search_path) {
    std::error_code error;
    const fs::path path = fs::is_directory(place, error) ? fs::path(place) / file_name(type) : fs::path(place);
    const std::string named = type_of(path);
    // A file that was named outright may be called anything; its table says what it is.
    if ((named.empty() || named == type) && fs::exists(path, error)) return path.string();
  }
  const std::vector<std::string> installed = installed_plugins(search_path);
  std::string found;
  for (const std::string& name : installed) found += (found.empty() ? "" : ", ") + name;
  return Status(Code::config,
                "there is no plugin '" + type + "'; " +
                    (found.empty() ? "none is installed; name one with --plugin PATH"
                                   : "installed: " + found + did_you_mean(type, {installed.begin(), installed.end()})));
}

std::vector<std::string> installed_plugins(const std::vector<std::string>& search_path) {
  std::set<std::string> types;
  for (const std::string& place : search_path) {
    std::error_code error;
    if (!fs::is_directory(place, error)) {
      types.insert(type_of(place));
      continue;
    }
    for (auto entry = fs::directory_iterator(place, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
      types.insert(type_of(entry->path()));
    }
  }
  types.erase("");
  return {types.begin(), types.end()};
}

std::string check_plugin_table(const bulk_input_plugin* table, std::string_view type) {
  if (table == nullptr) return "it gives no table";
  if (table->struct_size < sizeof(bulk_input_plugin)) return "it was built for an older contract; get a newer version";
  if (table->name == nullptr || table->version == nullptr || table->config_schema == nullptr)
    return "its table has gaps";
  const bool complete = table->init && table->schema && table->plan && table->preview && table->run &&
                        table->reader_error && table->checkpoint && table->reader_close && table->next_config &&
                        table->progress && table->cancel && table->close;
  if (!complete) return "its table has gaps";
  if (!type.empty() && type != table->name) return "it is the plugin '" + std::string(table->name) + "'";
  return {};
}

base::Result<PluginLibrary> PluginLibrary::open(const std::string& path, std::string_view type) {
  const auto fail = [&](const std::string& why) {
    return Status(Code::config, "the plugin " + path + " cannot be used: " + why);
  };
  // A path without a slash would make dlopen search the system's library folders.
  const std::string file = path.find('/') == std::string::npos ? "./" + path : path;
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = ::dlerror();
    return fail(why == nullptr ? "it does not load" : why);
  }
  const auto symbol = reinterpret_cast<bulk_input_plugin_v1_function>(::dlsym(library, BULK_INPUT_PLUGIN_SYMBOL));
  if (symbol == nullptr) return fail("it has no function " BULK_INPUT_PLUGIN_SYMBOL);
  const bulk_input_plugin* table = symbol();
  const std::string problem = check_plugin_table(table, type);
  if (!problem.empty()) return fail(problem);
  return PluginLibrary(path, table);
}

}  // namespace bulkload
