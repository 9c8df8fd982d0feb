#include "klaviyo/net/response_builder.h"

#include <algorithm>
#include <string>
#include <utility>

#include "klaviyo/net/gzip.h"
#include "klaviyo/net/text.h"

namespace klaviyo::net {

namespace {

constexpr size_t kSpareBytes = 64;  // that a JSON parser may read beyond the end

}  // namespace

base::Status ResponseBuilder::add_header_line(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > options_.max_header_bytes) {
    return {base::Code::data,
            "the answer's headers are larger than " + std::to_string(options_.max_header_bytes) + " bytes"};
  }
  if (line.substr(0, 5) == "HTTP/") {
    response_.headers.clear();
    return {};
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {};
  response_.headers.emplace_back(lower(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
  return {};
}

base::Status ResponseBuilder::add_body(std::string_view piece, int64_t announced_bytes) {
  std::string& body = response_.body;
  const size_t limit = options_.max_body_bytes;
  if (piece.size() > limit - body.size()) {
    return {base::Code::data,
            "the answer's body is larger than " + std::to_string(limit) + " bytes; ask for smaller pages (page_size)"};
  }
  if (body.empty() && announced_bytes > 0) {
    body.reserve(std::min(static_cast<size_t>(announced_bytes), limit) + kSpareBytes);
  }
  body.append(piece);
  response_.share.cover(body.size());
  return {};
}

base::Result<HttpResponse> ResponseBuilder::finish(int status, bool framed) {
  response_.status = status;
  response_.wire_bytes = static_cast<int64_t>(response_.body.size());
  response_.length_known = framed || !response_.header("content-length").empty() ||
                           lower(response_.header("transfer-encoding")).find("chunked") != std::string::npos;
  base::Status decoded =
      decode_body(response_.header("content-encoding"), options_.max_body_bytes, kSpareBytes, response_.body);
  if (!decoded.ok()) return decoded;
  return std::move(response_);
}

const std::string& HttpResponse::header(const std::string& name) const {
  static const std::string none;
  const auto found =
      std::find_if(headers.begin(), headers.end(), [&](const auto& header) { return header.first == name; });
  return found == headers.end() ? none : found->second;
}

}  // namespace klaviyo::net
