// One measurement: a server and a plugin, each in a process of its own, so that memory and processor time are those of
// the one or the other alone.
#pragma once

#include <nlohmann/json.hpp>

#include "bench_server.h"

namespace bench {

/// What bench-pull says.
struct Pulled {
  int64_t rows = 0;
  int64_t different_rows = 0;
  int64_t requests = 0;
  double seconds = 0;  // from run() to the end of the stream
};

struct Usage {
  double cpu_seconds = 0;
  double peak_mb = 0;  // resident, in 10^6 bytes
};

struct Measurement {
  Pulled pulled;
  Usage plugin;
  ServerCounters served;
  Usage server;
};

/// Serves `server`'s account and pulls all of it, or as much as comes within `stop_after_sec`. `in` are the keys of the
/// `in:` section besides the source, its address and its window. To be called before the process has threads. Throws
/// std::runtime_error when something fails, or when a run that ended by itself has lost a row or read one twice.
Measurement measure(const ServerOptions& server, const std::string& plugin, nlohmann::json in,
                    double stop_after_sec = 0);

}  // namespace bench
