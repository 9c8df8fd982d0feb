#include "test_certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <unistd.h>

#include <map>
#include <mutex>
#include <stdexcept>

namespace net_test {

namespace {

using Key = std::unique_ptr<EVP_PKEY, FreeTls>;
using Certificate = std::unique_ptr<X509, FreeTls>;

Key make_key() { return Key(EVP_EC_gen("P-256")); }

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension == nullptr) throw std::runtime_error("bad certificate extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate make_certificate(const char* name, EVP_PKEY* key, long from_sec, long until_sec) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  static long serial = 1;
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from_sec);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), until_sec);
  X509_set_pubkey(certificate.get(), key);
  const std::string text(name);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()), -1, 0);
  return certificate;
}

int choose_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                unsigned int offered_size, void* wanted) {
  const auto& name = *static_cast<const std::string*>(wanted);
  for (unsigned int i = 0; i < offered_size; i += offered[i] + 1u) {
    if (std::string(reinterpret_cast<const char*>(offered) + i + 1, offered[i]) != name) continue;
    *out = offered + i + 1;
    *out_size = offered[i];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

}  // namespace

TestAuthority::TestAuthority(const char* name) : key_(make_key()) {
  certificate_ = make_certificate(name, key_.get(), -10 * kDaySec, 10 * kDaySec);
  X509* const own = certificate_.get();
  X509_set_issuer_name(own, X509_get_subject_name(own));
  add_extension(own, own, NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(own, key_.get(), EVP_sha256());
  std::string path = "/tmp/net_test_ca_XXXXXX";
  const int file = mkstemp(path.data());
  FILE* const stream = fdopen(file, "w");
  PEM_write_X509(stream, own);
  fclose(stream);
  ca_file_ = path;
}

TestAuthority::~TestAuthority() { unlink(ca_file_.c_str()); }

TlsContext TestAuthority::server(const std::string& names, long from_sec, long until_sec,
                                 const std::string& alpn) const {
  const Key key = make_key();
  const Certificate certificate = make_certificate("server", key.get(), from_sec, until_sec);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate_.get()));
  add_extension(certificate.get(), certificate_.get(), NID_subject_alt_name, names);
  X509_sign(certificate.get(), key_.get(), EVP_sha256());
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_use_certificate(context.get(), certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), key.get());
  static const std::string kHttp2 = "h2";
  static const std::string kHttp1 = "http/1.1";
  SSL_CTX_set_alpn_select_cb(context.get(), &choose_alpn, const_cast<std::string*>(alpn == kHttp2 ? &kHttp2 : &kHttp1));
  return context;
}

}  // namespace net_test
