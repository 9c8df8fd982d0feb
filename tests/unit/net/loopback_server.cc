#include "loopback_server.h"

#include <arpa/inet.h>
#include <libdeflate.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace net_test {

Connection::Connection(int socket, SSL_CTX* tls) : socket_(socket) {
  if (tls == nullptr) return;
  ssl_ = SSL_new(tls);
  SSL_set_fd(ssl_, socket_);
}

Connection::~Connection() {
  SSL_free(ssl_);
  close(socket_);
}

bool Connection::open() { return ssl_ == nullptr || SSL_accept(ssl_) == 1; }

std::string Connection::read() {
  std::string bytes(16 << 10, '\0');
  const ssize_t size = ssl_ != nullptr ? SSL_read(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                       : recv(socket_, bytes.data(), bytes.size(), 0);
  bytes.resize(size > 0 ? static_cast<size_t>(size) : 0);
  return bytes;
}

bool Connection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                         : send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(size));
  }
  return true;
}

void Connection::reset_on_close() {
  const linger at_once{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void Connection::interrupt() { shutdown(socket_, SHUT_RDWR); }

LoopbackServer::LoopbackServer(Serve serve, SSL_CTX* tls) : serve_(std::move(serve)), tls_(tls) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, 128) != 0 ||
      getsockname(listener_, generic, &size) != 0) {
    throw std::runtime_error("cannot listen on the loopback interface");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

LoopbackServer::~LoopbackServer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& connection : connections_) connection->interrupt();
  }
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  close(listener_);
}

std::string LoopbackServer::origin() const {
  return (tls_ != nullptr ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_);
}

void LoopbackServer::accept_all() {
  sigset_t broken_pipe;  // for the threads that begin here, too
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  for (;;) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    std::lock_guard lock(mutex_);
    if (stopping_) {
      close(socket);
      return;
    }
    accepted_++;
    connections_.push_front(std::make_unique<Connection>(socket, tls_));
    threads_.emplace_back([this, here = connections_.begin()] {
      if ((*here)->open()) serve_(**here);
      std::lock_guard own(mutex_);
      connections_.erase(here);
    });
  }
}

ScriptedServer::ScriptedServer(Script script, SSL_CTX* tls)
    : script_(std::move(script)), server_([this](Connection& connection) { serve(connection); }, tls) {}

std::string ScriptedServer::head(int index) const {
  std::lock_guard lock(mutex_);
  return heads_.at(static_cast<size_t>(index));
}

void ScriptedServer::serve(Connection& connection) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  std::string pending;
  for (;;) {
    size_t end = pending.find(kEnd);
    while (end == std::string::npos) {
      const std::string more = connection.read();
      if (more.empty()) return;
      pending += more;
      end = pending.find(kEnd);
    }
    const std::string head = pending.substr(0, end + kEnd.size());
    pending.erase(0, head.size());
    int index = 0;
    {
      std::lock_guard lock(mutex_);
      index = requests_++;
      heads_.push_back(head);
    }
    const Answer answer = script_(index, head);
    const bool written = connection.write(answer.bytes);
    switch (answer.then) {
      case Answer::Then::keep:
        if (!written) return;
        break;
      case Answer::Then::reset:
        connection.reset_on_close();
        return;
      case Answer::Then::hang:
        connection.read();
        return;
      case Answer::Then::close:
        return;
    }
  }
}

std::string http_answer(std::string_view status, std::string_view headers, std::string_view body) {
  std::string answer = "HTTP/1.1 ";
  answer.append(status).append("\r\n").append(headers);
  answer.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
  return answer;
}

std::string json_answer(std::string_view body) {
  return http_answer("200 OK", "Content-Type: application/vnd.api+json\r\n", body);
}

namespace {

std::string http2_frame(char type, char flags, std::string_view stream, std::string_view payload) {
  std::string frame{static_cast<char>(payload.size() >> 16), static_cast<char>(payload.size() >> 8),
                    static_cast<char>(payload.size()), type, flags};
  return frame.append(stream).append(payload);
}

}  // namespace

void serve_http2(Connection& connection, std::string_view body, size_t together) {
  constexpr size_t kPrefaceBytes = 24;
  constexpr size_t kFrameHeaderBytes = 9;
  constexpr char kData = 0;
  constexpr char kHeaders = 1;
  constexpr char kSettings = 4;
  constexpr char kEndStream = 1;
  constexpr char kAck = 1;
  constexpr char kEndHeaders = 4;
  const std::string no_stream(4, '\0');
  connection.write(http2_frame(kSettings, 0, no_stream, ""));
  std::vector<std::string> waiting;
  std::string pending;
  for (size_t skip = kPrefaceBytes;;) {
    const std::string more = connection.read();
    if (more.empty()) return;
    pending += more;
    if (pending.size() < skip) continue;
    pending.erase(0, skip);
    skip = 0;
    while (pending.size() >= kFrameHeaderBytes) {
      size_t size = 0;
      for (size_t i = 0; i < 3; ++i) size = size << 8 | static_cast<unsigned char>(pending[i]);
      if (pending.size() < kFrameHeaderBytes + size) break;
      if (pending[3] == kSettings && (pending[4] & kAck) == 0) {
        connection.write(http2_frame(kSettings, kAck, no_stream, ""));
      }
      if (pending[3] == kHeaders) waiting.push_back(pending.substr(5, 4));
      pending.erase(0, kFrameHeaderBytes + size);
    }
    if (waiting.size() < together) continue;
    for (const std::string& stream : waiting) {
      connection.write(http2_frame(kHeaders, kEndHeaders, stream, "\x88"));  // :status 200, RFC 7541 appendix A
      connection.write(http2_frame(kData, kEndStream, stream, body));
    }
    waiting.clear();
  }
}

std::string gzip(std::string_view text) {
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(6), &libdeflate_free_compressor);
  std::string out(libdeflate_gzip_compress_bound(compressor.get(), text.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor.get(), text.data(), text.size(), out.data(), out.size()));
  return out;
}

}  // namespace net_test
