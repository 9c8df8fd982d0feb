// `base_url`: where requests go, as an origin (RFC 6454). Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace klaviyo {

/// `scheme://host[:port]` in lower case, without the scheme's own port, from a URL whose path is empty or "/". https,
/// or http for a loopback address (127.0.0.0/8, [::1], localhost). Code::config with the reason otherwise; the message
/// never repeats the text, which may hold a password.
base::Result<std::string> parse_origin(std::string_view url);

}  // namespace klaviyo
