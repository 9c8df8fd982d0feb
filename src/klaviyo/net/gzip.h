// Bodies as they were before their content coding (RFC 9110 section 8.4.1): gzip (RFC 1952), in one shot.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/status.h"

namespace klaviyo::net {

/// Decodes all members of `compressed`. At most `max_bytes` come out, and no more than that is ever allocated for
/// them. The result's capacity exceeds its size by `spare_bytes` at least. Failures:
///   remote_transient  damaged, cut short, or followed by something else
///   data              more than `max_bytes`
///   out_of_memory
base::Result<std::string> gunzip(std::string_view compressed, size_t max_bytes, size_t spare_bytes);

/// Decodes a body in place by its Content-Encoding, with the same limit, spare capacity and failures; a coding other
/// than gzip or identity is Code::data. An empty body needs no decoding.
base::Status decode_body(std::string_view content_encoding, size_t max_bytes, size_t spare_bytes, std::string& body);

}  // namespace klaviyo::net
