#include "klaviyo/net/http.h"

#include <curl/curl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <list>
#include <mutex>
#include <new>
#include <thread>

#include "base/quiet_thread.h"
#include "klaviyo/net/response_builder.h"
#include "klaviyo/net/text.h"
#include "klaviyo/net/url.h"

namespace klaviyo::net {

namespace {

constexpr long kReceiveBytes = 64 << 10;     // per read; each transfer has a buffer of that size
constexpr int64_t kTotalPerReadTimeout = 4;  // an answer that drips in may take that many times the longest silence
constexpr int kPollMs = 500;                 // the stop flag is looked at this often at least

// OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED.
constexpr long kNotYetValid = 9;
constexpr long kExpired = 10;

// What is not here is remote_transient. CURLE_SSL_CONNECT_ERROR is not here on purpose: a connection that breaks
// during the handshake gives it too.
constexpr std::array kCodes{
    std::pair{CURLE_URL_MALFORMAT, base::Code::config},
    std::pair{CURLE_SSL_CACERT_BADFILE, base::Code::config},
    std::pair{CURLE_SSL_CERTPROBLEM, base::Code::remote_fatal},
    std::pair{CURLE_SSL_CIPHER, base::Code::remote_fatal},
    std::pair{CURLE_PEER_FAILED_VERIFICATION, base::Code::remote_fatal},
    std::pair{CURLE_SSL_ISSUER_ERROR, base::Code::remote_fatal},
    std::pair{CURLE_SSL_INVALIDCERTSTATUS, base::Code::remote_fatal},
    std::pair{CURLE_OUT_OF_MEMORY, base::Code::out_of_memory},
};

base::Status out_of_memory() { return {base::Code::out_of_memory, "out of memory"}; }
base::Status cancelled() { return {base::Code::cancelled, "cancelled"}; }

template <auto free>
struct Free {
  void operator()(auto* owned) const { free(owned); }
};
using Easy = std::unique_ptr<CURL, Free<curl_easy_cleanup>>;
using Multi = std::unique_ptr<CURLM, Free<curl_multi_cleanup>>;

/// Header lines to send; wiped when freed, since one of them holds the key.
class HeaderLines {
 public:
  HeaderLines() = default;
  HeaderLines(const HeaderLines&) = delete;
  HeaderLines& operator=(const HeaderLines&) = delete;
  ~HeaderLines() {
    for (curl_slist* line = first_; line != nullptr; line = line->next) explicit_bzero(line->data, strlen(line->data));
    curl_slist_free_all(first_);
  }

  /// Refuses what could end the line and begin another one (RFC 9110 section 5.5).
  base::Status add(std::string_view name, std::string_view value) {
    if (!is_field_text(name) || !is_field_text(value)) {
      return {base::Code::config, "the header " + lower(name) + " would hold a control or non-ASCII character"};
    }
    std::string line;
    line.reserve(name.size() + value.size() + 2);
    line.append(name).append(": ").append(value);
    curl_slist* grown = curl_slist_append(first_, line.c_str());
    explicit_bzero(line.data(), line.size());
    if (grown == nullptr) return out_of_memory();
    first_ = grown;
    return {};
  }

  base::Status add_key(const base::Secret& key) {
    std::string value = "Klaviyo-API-Key " + key.reveal();
    base::Status status = add("Authorization", value);
    explicit_bzero(value.data(), value.size());
    return status;
  }

  curl_slist* get() const { return first_; }

 private:
  curl_slist* first_ = nullptr;
};

/// One request on its way. It lives on the stack of the thread that sends; the loop lets go of it before `done`.
struct Transfer {
  Transfer(const HttpOptions& options, CURL* handle, const HttpRequest& sent)
      : easy(handle), request(sent), answer(options) {}

  /// Goes on with a body that waits for a share. False: that failed.
  bool resume_if_room() {
    if (waits_for_bytes == 0 || !request.budget->has_room(waits_for_bytes)) return true;
    result = curl_easy_pause(easy, CURLPAUSE_CONT);
    return result == CURLE_OK;
  }

  CURL* const easy;
  const HttpRequest& request;
  ResponseBuilder answer;
  base::Status refused;        // why a callback ended the transfer
  size_t waits_for_bytes = 0;  // of the budget; the transfer is paused meanwhile
  std::array<char, CURL_ERROR_SIZE> curl_says{};
  CURLcode result = CURLE_OK;
  bool cancelled = false;
  bool done = false;  // guarded by the loop's mutex
  std::condition_variable changed;
};

/// Runs a callback's body; false ends the transfer. Nothing may be thrown through libcurl.
template <typename Body>
bool guarded(Transfer& transfer, const Body& body) {
  try {
    transfer.refused = body();
  } catch (const std::bad_alloc&) {
    transfer.refused = out_of_memory();
  }
  return transfer.refused.ok();
}

size_t on_header(char* data, size_t size, size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view line(data, size * count);
  return guarded(transfer, [&] { return transfer.answer.add_header_line(line); }) ? line.size() : 0;
}

/// Before the first piece of a body. Over HTTP/2 a paused transfer would hold up the others of its connection.
bool has_share(Transfer& transfer, size_t bytes) {
  if (transfer.request.budget == nullptr || transfer.answer.has_body()) return true;
  long version = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_HTTP_VERSION, &version);
  const bool taken = version > CURL_HTTP_VERSION_1_1 || transfer.answer.take_share(*transfer.request.budget, bytes);
  transfer.waits_for_bytes = taken ? 0 : bytes;
  return taken;
}

size_t on_body(char* data, size_t size, size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view piece(data, size * count);
  curl_off_t announced = -1;
  curl_easy_getinfo(transfer.easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
  const auto bytes = std::max(announced, static_cast<curl_off_t>(piece.size()));
  if (!has_share(transfer, static_cast<size_t>(bytes))) return CURL_WRITEFUNC_PAUSE;
  return guarded(transfer, [&] { return transfer.answer.add_body(piece, announced); }) ? piece.size() : 0;
}

/// A socket that programs started by the host do not inherit.
curl_socket_t on_open_socket(void*, curlsocktype, curl_sockaddr* address) {
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// Sets options one after the other and remembers whether one was refused.
struct Setter {
  template <typename Value>
  Setter& operator()(CURLoption option, Value value) {
    ok = curl_easy_setopt(easy, option, value) == CURLE_OK && ok;
    return *this;
  }

  CURL* easy;
  bool ok = true;
};

bool configure(Transfer& transfer, const HttpOptions& options, const HeaderLines& headers, const ParsedUrl& url) {
  const bool https = url.scheme == "https";
  const long read_timeout_sec = static_cast<long>(options.read_timeout_sec);
  Setter set{transfer.easy};
  set(CURLOPT_URL, transfer.request.url.c_str())(CURLOPT_HTTPHEADER, headers.get());
  if (const std::string& body = transfer.request.body; !body.empty()) {
    set(CURLOPT_POSTFIELDS, body.c_str())(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  }
  set(CURLOPT_PROTOCOLS_STR, "http,https")(CURLOPT_FOLLOWLOCATION, 0L)(CURLOPT_NETRC, long{CURL_NETRC_IGNORED});
  set(CURLOPT_SSL_VERIFYPEER, 1L)(CURLOPT_SSL_VERIFYHOST, 2L)(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2});
  set(CURLOPT_HTTP_VERSION, https ? long{CURL_HTTP_VERSION_2TLS} : long{CURL_HTTP_VERSION_1_1});
  // Wait for a connection that can be shared rather than open one per lane.
  set(CURLOPT_PIPEWAIT, 1L)(CURLOPT_TCP_KEEPALIVE, 1L)(CURLOPT_BUFFERSIZE, kReceiveBytes);
  // No signal handlers, and no waiting for a resolver thread when a request is given up.
  set(CURLOPT_NOSIGNAL, 1L)(CURLOPT_QUICK_EXIT, 1L)(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connection_timeout_sec));
  // A request of ours fits into a socket's buffer, so that silence while it is sent is silence of the answer.
  set(CURLOPT_LOW_SPEED_LIMIT, 1L)(CURLOPT_LOW_SPEED_TIME, read_timeout_sec);
  set(CURLOPT_TIMEOUT, static_cast<long>(options.connection_timeout_sec + kTotalPerReadTimeout * read_timeout_sec));
  set(CURLOPT_OPENSOCKETFUNCTION, &on_open_socket)(CURLOPT_ERRORBUFFER, transfer.curl_says.data());
  set(CURLOPT_HEADERFUNCTION, &on_header)(CURLOPT_HEADERDATA, &transfer);
  set(CURLOPT_WRITEFUNCTION, &on_body)(CURLOPT_WRITEDATA, &transfer)(CURLOPT_PRIVATE, &transfer);
  if (is_loopback(url.host)) set(CURLOPT_NOPROXY, "*");
  if (!options.ca_file.empty()) {  // instead of the system's store, not besides it
    set(CURLOPT_CAINFO, options.ca_file.c_str())(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  return set.ok;
}

base::Status failure(const Transfer& transfer, const ParsedUrl& url) {
  if (!transfer.refused.ok()) return transfer.refused;
  const auto known = std::ranges::find(kCodes, transfer.result, [](const auto& entry) { return entry.first; });
  const base::Code code = known == kCodes.end() ? base::Code::remote_transient : known->second;
  const char* says = transfer.curl_says[0] != '\0' ? transfer.curl_says.data() : curl_easy_strerror(transfer.result);
  std::string message = "no answer from " + url.host + ": " + says;
  long verified = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_SSL_VERIFYRESULT, &verified);
  if (verified == kNotYetValid || verified == kExpired) message += "; check the clock of this machine";
  if (transfer.result == CURLE_PEER_FAILED_VERIFICATION) message += "; the key was not sent";
  return {code, message};
}

base::Result<HttpResponse> finish(Transfer& transfer, const ParsedUrl& url) {
  if (transfer.cancelled) return cancelled();
  if (transfer.result != CURLE_OK) return failure(transfer, url);
  long status = 0;
  long version = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(transfer.easy, CURLINFO_HTTP_VERSION, &version);
  return transfer.answer.finish(static_cast<int>(status), version > CURL_HTTP_VERSION_1_1);
}

}  // namespace

class HttpClient::Loop {
 public:
  Loop(HttpOptions options, const base::StopFlag& stop) : options_(std::move(options)), stop_(stop) {}
  ~Loop();

  base::Result<HttpResponse> send(const HttpRequest& request, bool* timed_out);
  void wake();
  bool in_forked_child() const { return getpid() != owner_; }

 private:
  base::Status start();
  base::Result<Easy> enter();
  void carry_out(Transfer& transfer);
  void leave(Easy easy);

  void run(Multi multi);
  bool admit();
  void collect();
  void look_after(bool stop_all);
  void end(Transfer& transfer);

  const HttpOptions options_;
  const base::StopFlag& stop_;
  const pid_t owner_ = getpid();
  std::list<Transfer*> active_;  // the loop's thread's own
  std::thread thread_;           // begins with the first request
  std::mutex mutex_;             // guards all below; the loop's thread reads multi_ without, it alone un-sets it
  std::condition_variable left_;
  CURLM* multi_ = nullptr;
  std::list<Transfer*> incoming_;
  std::vector<Easy> idle_;  // handles to be used again
  int senders_ = 0;         // threads inside send()
  bool closing_ = false;
};

HttpClient::Loop::~Loop() {
  {
    std::unique_lock lock(mutex_);
    closing_ = true;
    if (multi_ != nullptr) curl_multi_wakeup(multi_);
    left_.wait(lock, [this] { return senders_ == 0; });
  }
  if (thread_.joinable()) thread_.join();
}

/// Begins the thread; called under the mutex.
base::Status HttpClient::Loop::start() {
  if (thread_.joinable()) return {};
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  Multi multi(initialised == CURLE_OK ? curl_multi_init() : nullptr);
  if (!multi) return out_of_memory();
  curl_multi_setopt(multi.get(), CURLMOPT_MAX_TOTAL_CONNECTIONS, long{options_.max_connections});
  curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, long{options_.max_connections});

  multi_ = multi.get();
  thread_ = base::quiet_thread([this, owned = std::move(multi)]() mutable { run(std::move(owned)); });
  if (thread_.joinable()) return {};
  multi_ = nullptr;
  return {base::Code::out_of_memory, "the network thread cannot be started"};
}

/// Joins the loop: a handle to send with, one of those that were used before where there is one.
base::Result<Easy> HttpClient::Loop::enter() {
  std::lock_guard lock(mutex_);
  if (closing_ || stop_.requested()) return cancelled();
  if (base::Status status = start(); !status.ok()) return status;
  Easy easy;
  if (idle_.empty()) {
    easy.reset(curl_easy_init());
    idle_.reserve(static_cast<size_t>(senders_) + 1);  // so that leave() never fails
    if (!easy) return out_of_memory();
  } else {
    easy = std::move(idle_.back());
    idle_.pop_back();
  }
  ++senders_;
  return easy;
}

void HttpClient::Loop::leave(Easy easy) {
  curl_easy_reset(easy.get());
  std::lock_guard lock(mutex_);
  idle_.push_back(std::move(easy));
  --senders_;
  left_.notify_all();
}

/// Hands a transfer to the loop and waits until it is done.
void HttpClient::Loop::carry_out(Transfer& transfer) {
  std::list<Transfer*> one{&transfer};
  std::unique_lock lock(mutex_);
  transfer.cancelled = closing_;
  if (closing_) return;
  incoming_.splice(incoming_.end(), one);
  curl_multi_wakeup(multi_);
  transfer.changed.wait(lock, [&] { return transfer.done; });
}

base::Result<HttpResponse> HttpClient::Loop::send(const HttpRequest& request, bool* timed_out) {
  if (in_forked_child()) return base::Status(base::Code::abi, "the client is used in a forked child");
  const auto url = parse_url(request.url);
  if (!url.ok()) return base::Status(base::Code::config, url.status().message());
  if (url->scheme != "https" && !is_loopback(url->host)) {
    return base::Status(base::Code::config, "plain http is for loopback addresses alone; use https");
  }
  HeaderLines headers;
  base::Status added = headers.add("Accept-Encoding", "gzip");
  for (const auto& [name, value] : request.headers) {
    if (added.ok()) added = headers.add(name, value);
  }
  if (added.ok() && !options_.user_agent.empty()) added = headers.add("User-Agent", options_.user_agent);
  if (added.ok() && request.authorization != nullptr) added = headers.add_key(*request.authorization);
  if (!added.ok()) return added;

  auto entered = enter();
  if (!entered.ok()) return entered.status();
  Easy easy = *std::move(entered);
  base::Result<HttpResponse> outcome = out_of_memory();
  try {
    Transfer transfer(options_, easy.get(), request);
    if (configure(transfer, options_, headers, *url)) {
      carry_out(transfer);
      if (timed_out != nullptr) *timed_out = transfer.result == CURLE_OPERATION_TIMEDOUT;
      const auto finish_it = [&] { outcome = finish(transfer, *url); };
      const bool encoded = transfer.result == CURLE_OK && transfer.answer.has_coding();
      const BodyDecoder* const decoder = encoded ? request.decoder : nullptr;
      decoder != nullptr ? (*decoder)(finish_it) : finish_it();
    }
  } catch (const std::bad_alloc&) {
    outcome = out_of_memory();
  }
  leave(std::move(easy));
  return outcome;
}

void HttpClient::Loop::wake() {
  std::lock_guard lock(mutex_);
  if (multi_ != nullptr) curl_multi_wakeup(multi_);
}

/// The loop's thread. Connections are closed here too, where no signal of theirs reaches the host.
void HttpClient::Loop::run(Multi multi) {
  for (bool closing = false; !closing;) {
    closing = admit();
    int running = 0;
    curl_multi_perform(multi.get(), &running);
    collect();
    look_after(closing || stop_.requested());
    if (!closing) curl_multi_poll(multi.get(), nullptr, 0, kPollMs, nullptr);
  }
  std::lock_guard lock(mutex_);
  multi_ = nullptr;
}

/// Takes over what was handed in. True when the client is being destroyed.
bool HttpClient::Loop::admit() {
  std::list<Transfer*> arrived;
  bool closing = false;
  {
    std::lock_guard lock(mutex_);
    arrived.splice(arrived.end(), incoming_);
    closing = closing_;
  }
  for (auto next = arrived.begin(); next != arrived.end();) {
    const auto here = next++;
    Transfer& transfer = **here;
    active_.splice(active_.end(), arrived, here);
    if (curl_multi_add_handle(multi_, transfer.easy) != CURLM_OK) {
      transfer.result = CURLE_OUT_OF_MEMORY;
      end(transfer);
    }
  }
  return closing;
}

void HttpClient::Loop::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    void* owner = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
    auto& transfer = *static_cast<Transfer*>(owner);
    transfer.result = message->data.result;
    end(transfer);
  }
}

/// Ends transfers that are to stop, and goes on with those that waited.
void HttpClient::Loop::look_after(bool stop_all) {
  for (auto next = active_.begin(); next != active_.end();) {
    Transfer& transfer = **next++;
    const base::StopFlag* const stop = transfer.request.stop;
    transfer.cancelled = stop_all || (stop != nullptr && stop->requested());
    if (transfer.cancelled || !transfer.resume_if_room()) end(transfer);
  }
}

/// Gives a transfer back to its sender, which is told under the mutex: after that it may be gone.
void HttpClient::Loop::end(Transfer& transfer) {
  curl_multi_remove_handle(multi_, transfer.easy);
  active_.remove(&transfer);
  std::lock_guard lock(mutex_);
  transfer.done = true;
  transfer.changed.notify_one();
}

HttpClient::HttpClient(HttpOptions options, const base::StopFlag& stop)
    : loop_(std::make_unique<Loop>(std::move(options), stop)) {}

HttpClient::~HttpClient() {
  if (loop_->in_forked_child()) static_cast<void>(loop_.release());  // its thread is not here to be joined
}

base::Result<HttpResponse> HttpClient::send(const HttpRequest& request, bool* timed_out) try {
  return loop_->send(request, timed_out);
} catch (const std::bad_alloc&) {
  return out_of_memory();
}

void HttpClient::wake() { loop_->wake(); }

}  // namespace klaviyo::net
