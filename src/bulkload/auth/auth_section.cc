#include "bulkload/auth/auth_section.h"

#include <algorithm>

#include "bulkload/auth/auth_file.h"

namespace bulkload {

namespace {

constexpr std::string_view kAuth = "auth";
constexpr std::string_view kHostedAuth = "td_authentication_id";
constexpr std::string_view kKeys[] = {"api_token", "api_token_file"};

bool has_key(const ConfigNode& in) {
  return std::any_of(std::begin(kKeys), std::end(kKeys), [&](std::string_view key) { return in.find(key) != nullptr; });
}

base::Result<base::Secret> kept_key(const std::string& auth_path, const ConfigNode& name) {
  if (!name.is_scalar()) return base::Status(base::Code::config, "must be the name of a key");
  const auto file = AuthFile::at(auth_path);
  return file.ok() ? file->key(name.text) : file.status();
}

}  // namespace

void resolve_auth(const std::string& auth_path, ConfigNode& in, ConfigProblems& problems) {
  const bool named = in.find(kAuth) != nullptr;
  const auto option = std::find_if(in.items.begin(), in.items.end(),
                                   [&](const ConfigNode& item) { return item.key == (named ? kAuth : kHostedAuth); });
  if (option == in.items.end() || (!named && has_key(in))) return;
  if (has_key(in)) {
    problems.push_back({option->place, "in.auth: give this or api_token, not both"});
    return;
  }
  const auto key = kept_key(auth_path, *option);
  if (!key.ok()) {
    problems.push_back({option->place, "in." + option->key + ": " + key.status().message()});
    return;
  }
  option->key = kKeys[0];
  option->text = key->reveal();
}

}  // namespace bulkload
