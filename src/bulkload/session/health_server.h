// What a scheduler shows of itself over HTTP, on a loopback address: /healthz and /metrics.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/status.h"

namespace bulkload {

struct HealthPages {
  std::function<bool()> healthy;                       // /healthz: 200, else 503
  std::function<base::Result<std::string>()> metrics;  // /metrics: 200, else 500
};

/// Serves until it is destroyed, on threads of its own, which call the functions.
class HealthServer {
 public:
  /// `listen`: PORT, or HOST:PORT with a loopback host; port 0 takes a free one. Code::config for another host or text,
  /// local_io when the port is taken.
  static base::Result<std::unique_ptr<HealthServer>> start(const std::string& listen, HealthPages pages);

  ~HealthServer();

  /// `127.0.0.1:9464`.
  const std::string& address() const;

 private:
  struct Impl;
  explicit HealthServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace bulkload
