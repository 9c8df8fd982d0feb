// A certificate authority for tests, and servers' certificates made by it.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace net_test {

struct FreeTls {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeTls>;

constexpr long kDaySec = 86'400;

class TestAuthority {
 public:
  explicit TestAuthority(const char* name = "Test authority");
  ~TestAuthority();

  /// Its own certificate as a PEM file; removed by the destructor.
  const std::string& ca_file() const { return ca_file_; }

  /// A server with a certificate for `names` ("IP:127.0.0.1", "DNS:…"), valid from and until so many seconds from now.
  /// It takes the first of the client's ALPN protocols that is `alpn`, if any.
  TlsContext server(const std::string& names, long from_sec = -kDaySec, long until_sec = kDaySec,
                    const std::string& alpn = "http/1.1") const;

 private:
  std::unique_ptr<EVP_PKEY, FreeTls> key_;
  std::unique_ptr<X509, FreeTls> certificate_;
  std::string ca_file_;
};

}  // namespace net_test
