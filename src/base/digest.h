// Digests, as lower-case hexadecimal text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace base {

/// SHA-256, 64 digits (FIPS 180-4).
std::string sha256_hex(std::string_view data);

/// HMAC-SHA-256, 64 digits (RFC 2104).
std::string hmac_sha256_hex(std::string_view key, std::string_view data);

/// CRC-32 as in gzip (ISO 3309), 8 digits.
std::string crc32_hex(std::string_view data);

/// Base64 with padding (RFC 4648).
std::string base64(std::string_view data);

}  // namespace base
