#include "bulkload/auth/auth_file.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/text_time.h"
#include "bulkload/sink/durable_file.h"
#include "bulkload/sink/sealed_json.h"
#include "bulkload/text_format.h"

namespace bulkload {

namespace {

namespace fs = std::filesystem;
using base::Code;
using base::Status;
using Json = nlohmann::json;

constexpr int kVersion = 1;
constexpr size_t kMaxKeyBytes = 1024;

bool is_name_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
}

bool is_visible(char c) { return c > ' ' && c <= '~'; }

Status check(const std::string& name, const base::Secret& key) {
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_name_character)) {
    return Status(Code::config, "the name '" + escape_controls(name) + "' must be of letters, digits, -, _ and .");
  }
  const std::string& text = key.reveal();
  if (text.empty()) return Status(Code::config, "the key is empty");
  if (text.size() > kMaxKeyBytes || !std::all_of(text.begin(), text.end(), is_visible)) {
    return Status(Code::config, "the key is no key: one line without blanks is needed");
  }
  return {};
}

/// The object of keys in the file; an empty one when there is no file.
base::Result<Json> load_keys(const std::string& path) {
  auto document = load_sealed(path, kVersion);
  if (document.ok() && !document->has_value()) return Json(Json::object());
  const bool sound = document.ok() && (**document).contains("keys") && (**document)["keys"].is_object();
  if (sound) return (**document)["keys"];
  const bool damaged = document.ok() || document.status().message() == damaged_state(path).message();
  return damaged ? Status(Code::config, path + " is damaged: restore it, or remove it and add the keys again")
                 : document.status();
}

/// Changes the keys, alone.
template <typename Change>
Status update(const std::string& path, Change change) {
  if (Status made = make_private_folders(fs::path(path).parent_path().string()); !made.ok()) return made;
  const auto lock = FileLock::acquire(path + ".lock");
  if (!lock.ok()) return lock.status();
  auto keys = load_keys(path);
  if (!keys.ok()) return keys.status();
  if (Status changed = change(*keys); !changed.ok()) return changed;
  return store_sealed(path, kVersion, {{"keys", std::move(*keys)}});
}

Status unknown(std::string_view name, const Json& keys) {
  std::vector<std::string_view> names;
  for (const auto& [known, entry] : keys.items()) names.push_back(known);
  return Status(Code::config,
                "there is no key '" + escape_controls(name) + "'" + did_you_mean(name, names) +
                    (names.empty() ? "; add it with 'bulkload auth add " + escape_controls(name) + "'" : ""));
}

}  // namespace

base::Result<std::string> default_auth_path() {
  constexpr std::string_view kFile = "bulkload/auth.json";
  const char* config = std::getenv("XDG_CONFIG_HOME");
  if (config != nullptr && fs::path(config).is_absolute()) return (fs::path(config) / kFile).string();
  const char* home = std::getenv("HOME");
  if (home != nullptr && fs::path(home).is_absolute()) return (fs::path(home) / ".config" / kFile).string();
  return Status(Code::config, "neither XDG_CONFIG_HOME nor HOME says where keys are kept; give --auth-file PATH");
}

base::Result<AuthFile> AuthFile::at(const std::string& path) {
  auto chosen = path.empty() ? default_auth_path() : base::Result<std::string>(path);
  if (!chosen.ok()) return chosen.status();
  return AuthFile(std::move(*chosen));
}

base::Result<std::vector<AuthEntry>> AuthFile::list() const {
  const auto keys = load_keys(path_);
  if (!keys.ok()) return keys.status();
  std::vector<AuthEntry> entries;
  for (const auto& [name, entry] : keys->items()) entries.push_back({name, entry.value("added", "")});
  return entries;
}

base::Result<base::Secret> AuthFile::key(std::string_view name) const {
  const auto keys = load_keys(path_);
  if (!keys.ok()) return keys.status();
  const auto found = keys->find(name);
  if (found == keys->end()) return unknown(name, *keys);
  return base::Secret(found->value("key", ""));
}

Status AuthFile::add(const std::string& name, const base::Secret& key, int64_t now_us) const {
  if (Status sound = check(name, key); !sound.ok()) return sound;
  return update(path_, [&](Json& keys) {
    keys[name] = {{"key", key.reveal()}, {"added", base::format_rfc3339(base::floor_to_second(now_us))}};
    return Status();
  });
}

Status AuthFile::remove(const std::string& name) const {
  return update(path_, [&](Json& keys) { return keys.erase(name) == 1 ? Status() : unknown(name, keys); });
}

}  // namespace bulkload
