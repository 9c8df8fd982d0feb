// HTTP over libcurl; the one file that knows it.
//
// One thread per client drives a curl multi loop for all requests in flight: connections and HTTP/2 are shared.
// Redirects are never followed. Bodies come as sent (gzip or identity) and are decoded in one shot. What comes
// beyond the limits below is refused while it arrives.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "base/status.h"
#include "klaviyo/net/body_budget.h"

namespace klaviyo::net {

struct HttpOptions {
  int64_t connection_timeout_sec = 300;
  int64_t read_timeout_sec = 300;   // longest silence while an answer is awaited or comes
  int64_t write_timeout_sec = 300;  // longest silence while a request is sent
  std::string ca_file;              // empty: the system's store
  std::string user_agent;
  int max_connections = 64;
  size_t max_body_bytes = 64u << 20;  // decoded
  size_t max_header_bytes = 256u << 10;
};

/// Runs what decodes a compressed body, which takes processor time and memory, where and when it likes; then returns.
using BodyDecoder = std::function<void(const std::function<void()>& decode)>;

struct HttpRequest {
  std::string url;  // absolute; https, or http for loopback addresses
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;                             // to be sent with POST; empty: a GET
  const base::Secret* authorization = nullptr;  // sent as `Authorization: Klaviyo-API-Key …`
  const base::StopFlag* stop = nullptr;  // ends this request too, beside the client\'s flag; noticed like that one
  BodyBudget* budget = nullptr;          // over HTTP/1.1, a body is not read from the network before it has a share
  const BodyDecoder* decoder = nullptr;  // null: a compressed body is decoded at once
};

struct HttpResponse {
  int status = 0;
  std::string body;                                          // decoded; capacity exceeds size by 64 bytes at least
  BodyBudget::Share share;                                   // to be kept as long as the body
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  int64_t wire_bytes = 0;                                    // of the body as it came
  bool length_known = true;  // false: the end of the connection ended the body, which may be less than was meant

  /// Value of the first header of that (lower-case) name, or empty.
  const std::string& header(const std::string& name) const;
};

/// Thread-safe. Destruction ends requests in flight with Code::cancelled. In a forked child destruction does nothing:
/// thread and connections are the parent's. Proxies are taken from the environment as libcurl does (https_proxy,
/// all_proxy, no_proxy), never for loopback addresses, and a proxy gets none of the headers; netrc is never read.
class HttpClient {
 public:
  HttpClient(HttpOptions options, const base::StopFlag& stop);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Sends and waits for the whole answer, of any status. Failures:
  ///   config            address or header not fit to be sent, or a ca_file that cannot be read
  ///   remote_transient  no connection, broken, cut short, too slow; `timed_out` (if not null) tells the last apart
  ///   remote_fatal      TLS refused
  ///   data              a body or header beyond the limits, or an encoding that was not asked for
  ///   cancelled         `stop` was set; noticed within a second, at once after wake()
  ///   abi               the client was made before a fork and is used in the child
  base::Result<HttpResponse> send(const HttpRequest& request, bool* timed_out = nullptr);

  /// Makes the loop look at the stop flag now. Any thread.
  void wake();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace klaviyo::net
