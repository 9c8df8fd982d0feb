// One accepted connection, plain or TLS, as cpp-httplib's Stream.
#pragma once

#include <httplib.h>
#include <openssl/ssl.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>

namespace emulator {

/// Owns the descriptor. One thread.
class Connection final : public httplib::Stream {
 public:
  /// `tls` is null for plain HTTP.
  Connection(socket_t descriptor, SSL_CTX* tls);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() override;

  /// The TLS handshake; nothing to do on a plain connection. False when it fails.
  bool handshake();

  /// Waits for the first byte of a request. False when the client closed, stayed silent too long, or `stopping`.
  bool wait_for_request(const std::atomic<bool>& stopping);

  /// Whether the client has closed its side.
  bool closed_by_client() const;

  /// Ends the connection: nothing written from now on reaches the client.
  void drop();

  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* data, size_t size) override;
  ssize_t write(const char* data, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return descriptor_; }

 private:
  struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  bool fill();
  bool has_waiting_bytes() const;

  socket_t descriptor_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
  std::array<char, 8192> buffer_;  // read ahead, because httplib reads byte by byte
  size_t begin_ = 0;
  size_t end_ = 0;
  bool dropped_ = false;
};

}  // namespace emulator
