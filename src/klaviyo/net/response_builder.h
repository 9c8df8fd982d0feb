// An HTTP answer put together from the pieces in which it comes, within limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/status.h"
#include "klaviyo/net/http.h"

namespace klaviyo::net {

/// May throw std::bad_alloc. After a failure (Code::data: beyond the limits) nothing more is to be added.
class ResponseBuilder {
 public:
  explicit ResponseBuilder(const HttpOptions& options) : options_(options) {}

  /// A status line, header line, or blank line, as it came. The headers of interim answers are forgotten, but count.
  base::Status add_header_line(std::string_view line);

  /// A piece of the body; `announced_bytes` is what Content-Length says, or negative.
  base::Status add_body(std::string_view piece, int64_t announced_bytes);

  /// What the body, of which nothing has come yet, takes of a budget. False: no room now.
  bool take_share(BodyBudget& budget, size_t bytes) { return budget.take(bytes, response_.share); }

  bool has_body() const { return !response_.body.empty(); }
  bool has_coding() const { return !response_.header("content-encoding").empty(); }

  /// The whole answer, its body decoded. `framed`: the protocol's version marks the end of a body by itself (HTTP/2).
  /// Failures are those of decode_body().
  base::Result<HttpResponse> finish(int status, bool framed);

 private:
  const HttpOptions& options_;
  HttpResponse response_;
  size_t header_bytes_ = 0;
};

}  // namespace klaviyo::net
