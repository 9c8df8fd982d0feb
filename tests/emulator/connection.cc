#include "connection.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace emulator {
namespace {

constexpr int kIdleTicks = 1200;  // of kTickMs: two minutes
constexpr int kTickMs = 100;
constexpr int kIoTimeoutMs = 30'000;

bool ready(socket_t descriptor, short events, int timeout_ms) {
  pollfd entry{descriptor, events, 0};
  return ::poll(&entry, 1, timeout_ms) > 0;
}

}  // namespace

Connection::Connection(socket_t descriptor, SSL_CTX* tls) : descriptor_(descriptor) {
  if (tls == nullptr) return;
  ssl_.reset(SSL_new(tls));
  SSL_set_fd(ssl_.get(), descriptor_);
}

Connection::~Connection() {
  if (ssl_ != nullptr && !dropped_) SSL_shutdown(ssl_.get());
  ::shutdown(descriptor_, SHUT_RDWR);
  ::close(descriptor_);
}

bool Connection::handshake() {
  if (ssl_ == nullptr) return true;
  const timeval timeout{kIoTimeoutMs / 1000, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  return SSL_accept(ssl_.get()) == 1;
}

bool Connection::has_waiting_bytes() const { return begin_ < end_ || (ssl_ != nullptr && SSL_pending(ssl_.get()) > 0); }

bool Connection::wait_for_request(const std::atomic<bool>& stopping) {
  for (int tick = 0; tick < kIdleTicks && !stopping && !dropped_; ++tick) {
    if (has_waiting_bytes()) return true;
    if (ready(descriptor_, POLLIN, kTickMs) && !fill()) return false;
  }
  return !stopping && has_waiting_bytes();
}

bool Connection::closed_by_client() const {
  char byte = 0;
  return ready(descriptor_, POLLIN | POLLRDHUP, 0) && ::recv(descriptor_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void Connection::drop() {
  dropped_ = true;
  ::shutdown(descriptor_, SHUT_RDWR);
}

// Reads what is there into the empty buffer; false at the end.
bool Connection::fill() {
  begin_ = end_ = 0;
  const auto count = ssl_ != nullptr ? SSL_read(ssl_.get(), buffer_.data(), static_cast<int>(buffer_.size()))
                                     : ::recv(descriptor_, buffer_.data(), buffer_.size(), 0);
  if (count <= 0) return false;
  end_ = static_cast<size_t>(count);
  return true;
}

bool Connection::is_readable() const { return has_waiting_bytes() || ready(descriptor_, POLLIN, kIoTimeoutMs); }

bool Connection::is_writable() const { return !dropped_ && ready(descriptor_, POLLOUT, kIoTimeoutMs); }

ssize_t Connection::read(char* data, size_t size) {
  if (begin_ == end_ && (!is_readable() || !fill())) return 0;
  const size_t count = std::min(size, end_ - begin_);
  std::memcpy(data, buffer_.data() + begin_, count);
  begin_ += count;
  return static_cast<ssize_t>(count);
}

ssize_t Connection::write(const char* data, size_t size) {
  if (!is_writable()) return -1;
  if (ssl_ != nullptr) return SSL_write(ssl_.get(), data, static_cast<int>(std::min<size_t>(size, 1U << 30U)));
  return ::send(descriptor_, data, size, MSG_NOSIGNAL);
}

namespace {

using NameFunction = int (*)(int, sockaddr*, socklen_t*);

void address_of(socket_t descriptor, NameFunction name_function, std::string& ip, int& port) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (name_function(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0) return;
  if (address.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
    ::inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
    port = ntohs(v4->sin_port);
  } else if (address.ss_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
    ::inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size());
    port = ntohs(v6->sin6_port);
  }
  ip = text.data();
}

}  // namespace

void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
  address_of(descriptor_, ::getpeername, ip, port);
}

void Connection::get_local_ip_and_port(std::string& ip, int& port) const {
  address_of(descriptor_, ::getsockname, ip, port);
}

}  // namespace emulator
