#include "bulkload/session/health_server.h"

#include <httplib.h>

#include <charconv>
#include <string_view>
#include <thread>
#include <utility>

namespace bulkload {

namespace {

using base::Code;
using base::Status;

constexpr std::string_view kLoopback[] = {"127.0.0.1", "localhost", "::1"};
constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";
constexpr int kMaxPort = 65'535;

struct Address {
  std::string host = "127.0.0.1";
  int port = 0;
};

base::Result<Address> parse_address(std::string_view text) {
  const Status wrong(Code::config, "--listen " + std::string(text) +
                                       ": must be PORT, or 127.0.0.1:PORT, localhost:PORT or [::1]:PORT");
  Address address;
  const size_t colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    bool known = false;
    for (const std::string_view loopback : kLoopback) known = known || host == loopback;
    if (!known) return wrong;
    address.host = host;
    text.remove_prefix(colon + 1);
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), address.port);
  const bool sound = error == std::errc() && end == text.data() + text.size();
  return sound && address.port >= 0 && address.port <= kMaxPort ? base::Result<Address>(address) : wrong;
}

}  // namespace

struct HealthServer::Impl {
  httplib::Server server;
  std::thread thread;
  std::string address;

  ~Impl() {
    server.stop();
    if (thread.joinable()) thread.join();
  }
};

HealthServer::HealthServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HealthServer::~HealthServer() = default;

const std::string& HealthServer::address() const { return impl_->address; }

base::Result<std::unique_ptr<HealthServer>> HealthServer::start(const std::string& listen, HealthPages pages) {
  const auto address = parse_address(listen);
  if (!address.ok()) return address.status();
  auto impl = std::make_unique<Impl>();
  httplib::Server& server = impl->server;
  // One port for one scheduler: httplib would share it (SO_REUSEPORT).
  server.set_socket_options([](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  server.Get("/healthz", [healthy = std::move(pages.healthy)](const httplib::Request&, httplib::Response& response) {
    const bool well = healthy();
    response.status = well ? 200 : 503;
    response.set_content(well ? "ok\n" : "the scheduler is stuck\n", "text/plain");
  });
  server.Get("/metrics", [metrics = std::move(pages.metrics)](const httplib::Request&, httplib::Response& response) {
    const auto text = metrics();
    response.status = text.ok() ? 200 : 500;
    response.set_content(text.ok() ? *text : text.status().message() + "\n", text.ok() ? kMetricsType : "text/plain");
  });
  int port = address->port;
  if (port == 0) {
    port = server.bind_to_any_port(address->host);
  } else if (!server.bind_to_port(address->host, port)) {
    port = -1;
  }
  if (port < 0) return Status(Code::local_io, "--listen " + listen + ": the port is taken; choose another");
  impl->address = address->host + ":" + std::to_string(port);
  impl->thread = std::thread([&server] { server.listen_after_bind(); });
  // stop() is heard only by a server that listens.
  while (!server.is_running()) std::this_thread::yield();
  return std::unique_ptr<HealthServer>(new HealthServer(std::move(impl)));
}

}  // namespace bulkload
