#include "server.h"

#include <httplib.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>

#include "admin.h"
#include "connection.h"

namespace emulator {
namespace {

constexpr size_t kThreads = 128;  // one per connection while it is open
constexpr int kBacklog = 512;
constexpr std::string_view kAdminPrefix = "/_emulator/";

// The connection whose request this thread is answering.
thread_local Connection* current_connection = nullptr;

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeContext>;

TlsContext load_tls(const ServerOptions& options) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  if (SSL_CTX_use_certificate_chain_file(context.get(), options.tls_certificate_file.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context.get(), options.tls_key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return nullptr;
  }
  return context;
}

Request to_request(const httplib::Request& from, const std::string& scheme) {
  Request out;
  out.method = from.method;
  const size_t question = from.target.find('?');
  out.path = from.target.substr(0, question);
  if (question != std::string::npos) out.query = from.target.substr(question + 1);
  out.base = scheme + "://" + from.get_header_value("Host");
  out.body = from.body;
  out.header = [&from](const char* name) { return from.get_header_value(name); };
  return out;
}

void deliver(Answer answer, httplib::Response& to) {
  to.status = answer.status;
  for (const auto& [name, value] : answer.headers) to.headers.emplace(name, value);
  if (answer.next_part) {
    to.set_chunked_content_provider(answer.content_type,
                                    [next_part = answer.next_part](size_t, httplib::DataSink& sink) {
                                      std::string part;
                                      if (next_part(part)) return sink.write(part.data(), part.size());
                                      sink.done();
                                      return true;
                                    });
  } else if (answer.cut_body_after) {
    const size_t whole = answer.body.size();
    const auto cut = std::min(static_cast<size_t>(*answer.cut_body_after), whole);
    to.set_content_provider(whole, answer.content_type,
                            [body = std::move(answer.body), cut](size_t, size_t, httplib::DataSink& sink) {
                              if (cut > 0) sink.write(body.data(), cut);
                              return false;  // ends the connection
                            });
  } else {
    to.body = std::move(answer.body);
    to.set_header("Content-Type", answer.content_type);
  }
}

}  // namespace

class Server::Listener final : public httplib::Server {
 public:
  Listener(Api& api, int64_t latency_ms, TlsContext tls)
      : api_(api), latency_ms_(latency_ms), tls_(std::move(tls)), scheme_(tls_ == nullptr ? "http" : "https") {
    new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    set_tcp_nodelay(true);
    set_keep_alive_timeout(120);          // what the Keep-Alive header says;
    set_keep_alive_max_count(1'000'000);  // Connection does the waiting
    // Most requests are answered before httplib looks for a handler with regular expressions; those with a body have to
    // be read first.
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      if (request.method != "GET") return HandlerResponse::Unhandled;
      answer(request, response);
      return HandlerResponse::Handled;
    });
    const auto handler = [this](const httplib::Request& request, httplib::Response& response) {
      answer(request, response);
    };
    Get(".*", handler);  // serves HEAD
    Post(".*", handler);
    Put(".*", handler);
    Patch(".*", handler);
    Delete(".*", handler);
  }

  const std::string& scheme() const { return scheme_; }

  // httplib's own backlog of 5 makes 64 clients that connect at once wait a second for each other.
  void widen_backlog() { ::listen(svr_sock_, kBacklog); }

  void finish() {
    stopping_ = true;
    stop();
  }

 private:
  void answer(const httplib::Request& request, httplib::Response& response) {
    if (request.path.starts_with(kAdminPrefix)) {
      deliver(administer(api_, to_request(request, scheme_)), response);
      return;
    }
    const Traffic::InFlight in_flight(api_.traffic());
    Answer made = api_.answer(to_request(request, scheme_));
    Connection& connection = *current_connection;
    wait(connection, latency_ms_ + made.delay_ms);
    if (made.hang) hang(connection, *made.hang);
    if (made.close_before_headers) connection.drop();
    deliver(std::move(made), response);
  }

  void wait(const Connection& connection, int64_t duration_ms) const {
    using std::chrono::milliseconds, std::chrono::steady_clock;
    const auto until = steady_clock::now() + milliseconds(duration_ms);
    while (steady_clock::now() < until && !stopping_ && !connection.closed_by_client()) {
      const auto left = std::chrono::duration_cast<milliseconds>(until - steady_clock::now()) + milliseconds(1);
      std::this_thread::sleep_for(std::min(left, milliseconds(100)));
    }
  }

  void hang(const Connection& connection, uint64_t generation) const {
    while (!stopping_ && generation == api_.faults().generation() && !connection.closed_by_client()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  bool process_and_close_socket(socket_t descriptor) override {
    api_.traffic().connected();
    Connection connection(descriptor, tls_.get());
    current_connection = &connection;
    bool closed = !connection.handshake();
    while (!closed && connection.wait_for_request(stopping_)) {
      if (!process_request(connection, false, closed, nullptr)) break;
    }
    current_connection = nullptr;
    return true;
  }

  Api& api_;
  int64_t latency_ms_;
  TlsContext tls_;
  std::string scheme_;
  std::atomic<bool> stopping_{false};
};

Server::Server(const ServerOptions& options) : options_(options), api_(options.api, options.dataset) {}

Server::~Server() {
  if (listener_ == nullptr || !thread_.joinable()) return;
  listener_->finish();
  thread_.join();
}

std::string Server::start() {
  TlsContext tls;
  if (!options_.tls_certificate_file.empty()) {
    tls = load_tls(options_);
    if (tls == nullptr) return "cannot use " + options_.tls_certificate_file + " and " + options_.tls_key_file;
  }
  listener_ = std::make_unique<Listener>(api_, options_.latency_ms, std::move(tls));
  port_ = options_.port == 0 ? listener_->bind_to_any_port(options_.host) : options_.port;
  if (port_ <= 0 || (options_.port != 0 && !listener_->bind_to_port(options_.host, port_))) {
    return "cannot listen on " + options_.host + " port " + std::to_string(options_.port);
  }
  listener_->widen_backlog();
  thread_ = std::thread([this] { listener_->listen_after_bind(); });
  while (!listener_->is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return {};
}

std::string Server::url() const { return listener_->scheme() + "://" + options_.host + ':' + std::to_string(port_); }

}  // namespace emulator
