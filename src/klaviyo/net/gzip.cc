#include "klaviyo/net/gzip.h"

#include <libdeflate.h>

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

#include "klaviyo/net/text.h"

namespace klaviyo::net {

namespace {

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* decompressor) const { libdeflate_free_decompressor(decompressor); }
};

constexpr size_t kTrailerBytes = 8;
// DEFLATE cannot do better than 258 bytes out of two bits; a hint beyond that is a lie.
constexpr size_t kMaxRatio = 1032;

/// Decoded size as the last member's trailer states it, modulo 2^32: exact for an honest stream of one member.
size_t stated_size(std::string_view compressed) {
  if (compressed.size() < kTrailerBytes) return 0;
  size_t size = 0;
  for (size_t i = 1; i <= 4; ++i) size = size << 8 | static_cast<unsigned char>(compressed[compressed.size() - i]);
  return size;
}

base::Status too_large(size_t max_bytes) {
  return {base::Code::data, "the answer's body is larger than " + std::to_string(max_bytes) +
                                " bytes when decompressed; ask for smaller pages (page_size)"};
}

}  // namespace

base::Result<std::string> gunzip(std::string_view compressed, size_t max_bytes, size_t spare_bytes) try {
  const std::unique_ptr<libdeflate_decompressor, FreeDecompressor> decompressor(libdeflate_alloc_decompressor());
  if (!decompressor) throw std::bad_alloc();

  const size_t hint = std::min({stated_size(compressed), compressed.size() * kMaxRatio, max_bytes});
  std::string out;
  out.reserve(hint + spare_bytes);
  out.resize(hint);
  size_t done_in = 0;
  size_t done_out = 0;
  do {
    size_t member_in = 0;
    size_t member_out = 0;
    const libdeflate_result result =
        libdeflate_gzip_decompress_ex(decompressor.get(), compressed.data() + done_in, compressed.size() - done_in,
                                      out.data() + done_out, out.size() - done_out, &member_in, &member_out);
    if (result == LIBDEFLATE_SUCCESS) {
      done_in += member_in;
      done_out += member_out;
    } else if (result == LIBDEFLATE_INSUFFICIENT_SPACE) {
      if (out.size() == max_bytes) return too_large(max_bytes);
      const size_t grown = std::min(max_bytes, std::max<size_t>(out.size() * 2, 64u << 10));
      out.reserve(grown + spare_bytes);
      out.resize(grown);
    } else {
      return base::Status(base::Code::remote_transient, "the answer's gzip body is damaged or cut short");
    }
  } while (done_in < compressed.size());
  out.resize(done_out);
  return out;
} catch (const std::bad_alloc&) {
  return base::Status(base::Code::out_of_memory, "out of memory");
}

base::Status decode_body(std::string_view content_encoding, size_t max_bytes, size_t spare_bytes, std::string& body) {
  const std::string encoding = lower(trimmed(content_encoding));
  if (body.empty() || encoding.empty() || encoding == "identity") {
    body.reserve(body.size() + spare_bytes);
    return {};
  }
  if (encoding != "gzip" && encoding != "x-gzip") {
    return {base::Code::data, "the answer's body has an encoding that was not asked for"};
  }
  auto decoded = gunzip(body, max_bytes, spare_bytes);
  if (!decoded.ok()) return decoded.status();
  body = *std::move(decoded);
  return {};
}

}  // namespace klaviyo::net
