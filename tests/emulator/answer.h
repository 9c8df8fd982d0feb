// An HTTP exchange without its transport.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace emulator {

struct Request {
  std::string method;
  std::string path;   // as sent
  std::string query;  // as sent, without ?
  std::string base;   // scheme and host as the client used them
  std::string body;
  std::function<std::string(const char*)> header;  // empty text when there is none
};

struct Answer {
  int status = 200;
  std::string content_type;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  /// When set: the body comes in parts, until it answers false.
  std::function<bool(std::string& part)> next_part;

  // Faults of the transport.
  std::optional<int64_t> cut_body_after;
  bool close_before_headers = false;
  std::optional<uint64_t> hang;  // no answer as long as Faults::generation() is this
  int64_t delay_ms = 0;
};

}  // namespace emulator
