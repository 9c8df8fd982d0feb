// `auth: NAME` in the `in:` section: the key that is kept under that name.
#pragma once

#include <string>

#include "bulkload/config_text.h"
#include "bulkload/config_tree.h"

namespace bulkload {

/// Puts the key of `auth: NAME` in its place, as `api_token`; so too of `td_authentication_id` where there is no other
/// key. Problems are appended: a name that is not kept, or a key beside the name.
void resolve_auth(const std::string& auth_path, ConfigNode& in, ConfigProblems& problems);

}  // namespace bulkload
