// A client and the server that it talks to, for the tests of ApiClient.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "klaviyo/net/api_client.h"
#include "loopback_server.h"
#include "virtual_clock.h"

namespace net_test {

constexpr const char* kBody = R"({"data":[{"id":"1"}],"links":{"next":null}})";

inline Answer ok() { return {json_answer(kBody)}; }
inline Answer failing(std::string_view status, std::string_view headers = "", std::string_view body = "{}") {
  return {http_answer(status, headers, body)};
}

/// The server gives the answers of `script` one after the other, the last one for ever.
class Exchange {
 public:
  explicit Exchange(std::vector<Answer> script, const std::function<void(klaviyo::net::ApiOptions&)>& change = {})
      : server_([script = std::move(script)](int index, const std::string&) {
          return script[std::min(static_cast<size_t>(index), script.size() - 1)];
        }) {
    klaviyo::net::ApiOptions options;
    options.base_url = server_.origin();
    options.revision = "2026-07-15";
    options.effective_revision = "2026-07-15";
    options.http.user_agent = "bulk-input-klaviyo/1.2.3";
    if (change) change(options);
    client.emplace(options, token, clock, log_, stop);
  }

  static klaviyo::net::ApiRequest request() {
    klaviyo::net::ApiRequest request;
    request.path = "/api/events";
    request.query = {{"page[size]", "1000"}, {"page[cursor]", "cursor+canary=="}};
    request.scope = "events:read";
    return request;
  }
  klaviyo::net::ApiAnswer get() { return client->get(request()); }
  klaviyo::net::ApiAnswer get_fast() {
    klaviyo::net::ApiRequest fast = request();
    fast.fail_fast = true;
    return client->get(fast);
  }
  int requests() const { return server_.requests(); }
  std::string head() const { return server_.head(0); }

  std::vector<std::string> lines;
  base::StopFlag stop;
  VirtualClock clock;
  const base::Secret token{"pk_canary_0123456789"};
  std::optional<klaviyo::net::ApiClient> client;

 private:
  std::mutex lines_mutex_;
  const base::Log log_{base::LogLevel::debug, [this](base::LogLevel, std::string_view line) {
                         std::lock_guard lock(lines_mutex_);
                         lines.emplace_back(line);
                       }};
  ScriptedServer server_;
};

}  // namespace net_test
