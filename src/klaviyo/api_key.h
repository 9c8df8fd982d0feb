// The private API key as a person gives it.
#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"
#include "base/status.h"

namespace klaviyo {

/// The key, when it can be sent as a header: 1 to 1024 visible ASCII characters, neither a public site id nor behind
/// `Klaviyo-API-Key `. Code::config with the reason otherwise, which never shows any part of it.
base::Result<base::Secret> parse_api_key(std::string_view text);

/// The key from the first line of a file, without blanks around it. Blocks as the file does.
base::Result<base::Secret> read_api_key_file(const std::string& path);

}  // namespace klaviyo
