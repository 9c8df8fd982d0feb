#include "bench_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <nlohmann/json.hpp>
#include <system_error>
#include <vector>

#include "time_text.h"

namespace bench {

namespace {

constexpr std::string_view kCountersPath = "/_bench/counters";
constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr size_t kMaxHeadBytes = 64 << 10;
constexpr int kMaxEvents = 64;

int64_t steady_us() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(since).count();
}

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

/// The second word of the request line; empty for what is no GET.
std::string_view target_of(std::string_view head) {
  if (head.substr(0, 4) != "GET ") return {};
  head.remove_prefix(4);
  return head.substr(0, head.find(' '));
}

std::string answer_head(std::string_view status, size_t body_bytes, std::string_view headers) {
  return "HTTP/1.1 " + std::string(status) + "\r\nDate: " + emulator::format_http_date(emulator::now_us()) +
         "\r\nContent-Type: application/vnd.api+json\r\nContent-Length: " + std::to_string(body_bytes) + "\r\n" +
         std::string(headers) + "\r\n";
}

}  // namespace

Listener::Listener(uint16_t port) : socket_(checked(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket")) {
  const int on = 1;
  setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  checked(bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), "bind");
  checked(listen(socket_, SOMAXCONN), "listen");
}

Listener::~Listener() { close(socket_); }

std::string Listener::origin() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  checked(getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  return "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

struct Server::Connection {
  explicit Connection(int accepted) : socket(accepted) {}
  ~Connection() { close(socket); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const int socket;
  std::string received;
  int64_t due_us = 0;                    // when the answer is to be sent
  std::unique_ptr<EventPage> rows;       // its text, kept from page to page
  std::string head;                      // of the answer on its way
  std::string end;                       // and what comes last of it
  std::vector<std::string_view> unsent;  // parts, the first one first
};

Server::Server(const ServerOptions& options, const Listener& listener, ServerCounters& counters)
    : options_(options),
      listener_(listener),
      counters_(counters),
      rate_windows_(options.phase_seed),
      epoll_(checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {}

Server::~Server() { close(epoll_); }

void Server::run() {
  epoll_event listening{EPOLLIN, {.ptr = nullptr}};
  checked(epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_.socket(), &listening), "epoll_ctl");
  for (;;) {
    std::array<epoll_event, kMaxEvents> events;
    const int64_t left_us = waiting_.empty() ? 1'000'000 : std::max<int64_t>(0, waiting_.front()->due_us - steady_us());
    const timespec timeout{left_us / 1'000'000, left_us % 1'000'000 * 1000};
    const int ready = epoll_pwait2(epoll_, events.data(), kMaxEvents, &timeout, nullptr);
    for (int i = 0; i < ready; ++i) {
      const epoll_event& event = events[static_cast<size_t>(i)];
      if (event.data.ptr == nullptr) {
        accept_all();
        continue;
      }
      auto& connection = *static_cast<Connection*>(event.data.ptr);
      if ((event.events & EPOLLOUT) != 0 && !connection.unsent.empty()) write(connection);
      if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read(connection);
    }
    answer_due();
  }
}

void Server::accept_all() {
  for (;;) {
    const int socket = accept4(listener_.socket(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) return;
    auto& connection = *(connections_[socket] = std::make_unique<Connection>(socket));
    epoll_event event{EPOLLIN | EPOLLOUT | EPOLLET, {.ptr = &connection}};
    checked(epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event), "epoll_ctl");
  }
}

void Server::read(Connection& connection) {
  for (;;) {
    char bytes[4096];
    const ssize_t size = recv(connection.socket, bytes, sizeof bytes, 0);
    if (size < 0 && errno == EAGAIN) break;
    if (size <= 0 || connection.received.size() > kMaxHeadBytes) return drop(connection);
    connection.received.append(bytes, static_cast<size_t>(size));
  }
  if (connection.received.find(kHeadEnd) != std::string::npos) take_request(connection);
}

/// A client sends its next request when the answer to the last one is there.
void Server::take_request(Connection& connection) {
  const std::string head = std::move(connection.received);
  connection.received.clear();
  const std::string_view target = target_of(head);
  if (target == kCountersPath) {
    connection.end = counters_text();
    connection.head = answer_head("200 OK", connection.end.size(), "");
    connection.unsent = {connection.head, connection.end};
    return write(connection);
  }
  auto found = find_page(options_.account, listener_.origin(), target);
  if (const auto* refusal = std::get_if<emulator::Refusal>(&found)) {
    ++counters_.wrong;
    return refuse(connection, *refusal, "");
  }
  const int64_t now_us = steady_us();
  if (counters_.first_us == 0) counters_.first_us = now_us;
  const emulator::RateAnswer allowed = rate_windows_.take({{"events", options_.rate}}, emulator::now_us());
  if (!allowed.allowed) {
    ++counters_.refused;
    const std::string seconds = std::to_string(allowed.retry_after_sec);
    return refuse(connection,
                  {429, "throttled", "Request was throttled.", "Expected available in " + seconds + " second.", {}, {}},
                  "Retry-After: " + seconds + "\r\n");
  }
  const PageOfRows& page = std::get<PageOfRows>(found);
  ++counters_.answered;
  counters_.rows += page.count;
  counters_.last_us = now_us;
  const std::string rate_headers = "RateLimit-Limit: " + emulator::rate_limit_header(options_.rate) +
                                   "\r\nRateLimit-Remaining: " + std::to_string(allowed.remaining) +
                                   "\r\nRateLimit-Reset: " + std::to_string(allowed.reset_sec) + "\r\n";
  prepare_page(connection, page, rate_headers);
  connection.due_us = now_us + options_.delay_us;
  waiting_.push_back(&connection);
}

void Server::answer_due() {
  while (!waiting_.empty() && waiting_.front()->due_us <= steady_us()) {
    Connection& connection = *waiting_.front();
    waiting_.pop_front();
    write(connection);
  }
}

/// The text of a page, made while its answer waits for its time.
void Server::prepare_page(Connection& connection, const PageOfRows& page, std::string_view rate_headers) {
  if (!connection.rows || connection.rows->capacity() != page.page_size) {
    const auto [prepared, added] = prepared_.try_emplace(page.page_size, page.page_size);
    connection.rows = std::make_unique<EventPage>(prepared->second);
  }
  for (int64_t slot = 0; slot < page.count; ++slot) {
    const int64_t row = page.first + slot * page.step;
    connection.rows->set_row(slot, row, options_.account.time_sec(row));
  }
  const std::string_view events = connection.rows->events(page.count);
  const std::string_view related = connection.rows->related();
  connection.end = EventPage::links(page.next);
  connection.head = answer_head("200 OK", events.size() + related.size() + connection.end.size(), rate_headers);
  connection.unsent = {connection.head, events, related, connection.end};
}

void Server::refuse(Connection& connection, const emulator::Refusal& refusal, std::string_view headers) {
  const std::string status = std::to_string(refusal.status);
  nlohmann::json error{{"id", "0"}, {"status", refusal.status}, {"code", refusal.code}, {"title", refusal.title}};
  error["detail"] = refusal.detail;
  error["source"]["parameter"] = refusal.parameter;
  connection.end = nlohmann::json{{"errors", {error}}}.dump();
  connection.head = answer_head(status + " " + refusal.title, connection.end.size(), headers);
  connection.unsent = {connection.head, connection.end};
  write(connection);
}

void Server::write(Connection& connection) {
  auto& unsent = connection.unsent;
  while (!unsent.empty()) {
    std::array<iovec, 4> parts{};
    for (size_t i = 0; i < unsent.size(); ++i) parts[i] = {const_cast<char*>(unsent[i].data()), unsent[i].size()};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = unsent.size();
    const ssize_t size = sendmsg(connection.socket, &message, MSG_NOSIGNAL);
    if (size < 0) return;  // it is full, and says so when it has room again; or it is broken, which a read finds
    auto sent = static_cast<size_t>(size);
    while (!unsent.empty() && sent >= unsent.front().size()) {
      sent -= unsent.front().size();
      unsent.erase(unsent.begin());
    }
    if (sent > 0) unsent.front().remove_prefix(sent);
  }
}

void Server::drop(Connection& connection) {
  std::erase(waiting_, &connection);
  connections_.erase(connection.socket);
}

std::string Server::counters_text() const {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return nlohmann::json{{"answered", counters_.answered},
                        {"refused", counters_.refused},
                        {"wrong", counters_.wrong},
                        {"rows", counters_.rows},
                        {"seconds", static_cast<double>(counters_.last_us - counters_.first_us) / 1e6},
                        {"cpu_seconds", seconds(used.ru_utime) + seconds(used.ru_stime)}}
      .dump();
}

}  // namespace bench
