// A loopback HTTP/1.1 server that is never the bottleneck: one thread, prepared pages, and answers that wait for their
// time without holding up the other connections.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "account.h"
#include "answers.h"
#include "event_page.h"
#include "rate_windows.h"

namespace bench {

struct ServerOptions {
  Account account;
  int64_t delay_us = 250'000;                       // from a request to its answer
  emulator::Rate rate = {1'000'000, 1'000'000, 0};  // fixed windows; what is beyond them is refused with 429
  uint64_t phase_seed = 0;                          // of those windows
};

struct ServerCounters {
  int64_t answered = 0;  // requests for pages that were not refused
  int64_t refused = 0;   // with 429
  int64_t wrong = 0;     // with 400 or 404
  int64_t rows = 0;
  int64_t first_us = 0;  // when the first request for a page came, and the last that was not refused; steady clock
  int64_t last_us = 0;
};

/// A socket that listens on a free port of the loopback interface. Closed by its owner.
class Listener {
 public:
  /// Port 0: a free one. Throws std::system_error.
  explicit Listener(uint16_t port = 0);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  int socket() const { return socket_; }
  std::string origin() const;  // http://127.0.0.1:PORT

 private:
  int socket_;
};

class Server {
 public:
  /// All must outlive the server. `counters` may lie in memory that another process reads afterwards.
  Server(const ServerOptions& options, const Listener& listener, ServerCounters& counters);
  ~Server();

  /// Serves until the process ends. GET /api/events as answers.h says; GET /_bench/counters gives the counters and the
  /// processor time used. Throws std::system_error when the system refuses what a server needs.
  void run();

 private:
  struct Connection;

  void accept_all();
  void read(Connection& connection);
  void take_request(Connection& connection);
  void answer_due();
  void prepare_page(Connection& connection, const PageOfRows& page, std::string_view rate_headers);
  void refuse(Connection& connection, const emulator::Refusal& refusal, std::string_view headers);
  void write(Connection& connection);
  void drop(Connection& connection);
  std::string counters_text() const;

  const ServerOptions& options_;
  const Listener& listener_;
  ServerCounters& counters_;
  emulator::RateWindows rate_windows_;
  int epoll_;
  std::map<int64_t, EventPage> prepared_;                   // by page size
  std::map<int, std::unique_ptr<Connection>> connections_;  // by socket
  std::deque<Connection*> waiting_;                         // for their answer's time, the next one first
};

}  // namespace bench
