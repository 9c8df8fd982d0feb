// Small real servers on the loopback interface, whose every byte a test decides.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace net_test {

/// One accepted connection, plain or TLS.
class Connection {
 public:
  Connection(int socket, SSL_CTX* tls);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// False when the TLS handshake failed.
  bool open();
  /// More bytes, empty at the end.
  std::string read();
  bool write(std::string_view bytes);
  /// The connection ends with a reset instead of an orderly close.
  void reset_on_close();
  /// Ends a read in another thread.
  void interrupt();

 private:
  const int socket_;
  SSL* ssl_ = nullptr;
};

/// Listens on a port of its own and serves each connection in a thread. The destructor ends all of them.
class LoopbackServer {
 public:
  using Serve = std::function<void(Connection&)>;

  explicit LoopbackServer(Serve serve, SSL_CTX* tls = nullptr);
  ~LoopbackServer();

  int port() const { return port_; }
  /// `http://127.0.0.1:port`, or https.
  std::string origin() const;
  int connections() const { return accepted_; }

 private:
  void accept_all();

  const Serve serve_;
  SSL_CTX* const tls_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> accepted_{0};
  std::mutex mutex_;  // guards the two below
  bool stopping_ = false;
  std::list<std::unique_ptr<Connection>> connections_;
  std::vector<std::thread> threads_;  // the accepting thread's own until it has ended
  std::thread acceptor_;
};

/// What a scripted server sends for one request, and what it does then.
struct Answer {
  enum class Then { keep, close, reset, hang };

  std::string bytes;
  Then then = Then::keep;
};

/// HTTP/1.1: the n-th request (from 0, over all connections) gets what the script says.
class ScriptedServer {
 public:
  using Script = std::function<Answer(int index, const std::string& head)>;

  explicit ScriptedServer(Script script, SSL_CTX* tls = nullptr);

  std::string origin() const { return server_.origin(); }
  int connections() const { return server_.connections(); }
  int requests() const { return requests_; }
  /// Request line and headers of the n-th request.
  std::string head(int index) const;

 private:
  void serve(Connection& connection);

  const Script script_;
  std::atomic<int> requests_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> heads_;
  LoopbackServer server_;
};

/// An HTTP/1.1 answer with Content-Length; each of `headers` ends with "\r\n".
std::string http_answer(std::string_view status, std::string_view headers, std::string_view body);

/// The usual success.
std::string json_answer(std::string_view body);

/// Answers every HTTP/2 request of a connection with `body`, once `together` requests are there at the same time.
void serve_http2(Connection& connection, std::string_view body, size_t together);

/// RFC 1952, one member.
std::string gzip(std::string_view text);

}  // namespace net_test
