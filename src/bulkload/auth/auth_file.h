// Keys under names of their own, so that no configuration has to hold one: `auth: NAME`.
//
// One file, mode 0600, replaced at once: {"v": 1, "crc": "…", "keys": {"NAME": {"key": "pk_…", "added": "2026-…"}}}.
// Errors: Code::config for a file that is damaged, a link, another user's, or of a newer release, and for names that do
// not exist; Code::busy while another process changes it; local_io. None holds a key.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"
#include "base/status.h"

namespace bulkload {

struct AuthEntry {
  std::string name;
  std::string added;  // UTC, RFC 3339
};

/// Where keys are when nobody says: $XDG_CONFIG_HOME/bulkload/auth.json, else ~/.config/bulkload/auth.json.
/// Code::config when neither variable says where that is.
base::Result<std::string> default_auth_path();

class AuthFile {
 public:
  /// Empty: the usual path. Nothing is opened or made yet.
  static base::Result<AuthFile> at(const std::string& path);

  /// By name.
  base::Result<std::vector<AuthEntry>> list() const;

  /// Code::config, with the nearest name, when there is none.
  base::Result<base::Secret> key(std::string_view name) const;

  /// Adds the key, or replaces the one of that name. Durable on return. Code::config for a name other than letters,
  /// digits, `-`, `_` and `.`, and for a key that is no line of visible ASCII.
  base::Status add(const std::string& name, const base::Secret& key, int64_t now_us) const;

  base::Status remove(const std::string& name) const;

  const std::string& path() const { return path_; }

 private:
  explicit AuthFile(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

}  // namespace bulkload
