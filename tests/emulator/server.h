// The emulator on a socket.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "api.h"

namespace emulator {

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;  // 0: any free one
  int64_t latency_ms = 0;
  std::string tls_certificate_file;  // PEM; empty for plain HTTP
  std::string tls_key_file;
  ApiOptions api;
  DatasetOptions dataset;
};

/// Serves on threads of its own from start() to the destructor.
class Server {
 public:
  explicit Server(const ServerOptions& options);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  /// Listens. A line that says what is wrong; empty when it listens.
  std::string start();

  /// `http://127.0.0.1:PORT`, after start().
  std::string url() const;

  Api& api() { return api_; }

 private:
  class Listener;

  ServerOptions options_;
  Api api_;
  std::unique_ptr<Listener> listener_;
  std::thread thread_;
  int port_ = 0;
};

}  // namespace emulator
