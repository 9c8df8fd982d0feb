// Faults that a test asks for: what goes wrong with which request.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shape.h"

namespace emulator {

/// What is done to one answer. Several can be combined.
struct Fault {
  std::optional<int> status;  // answer with this instead
  std::map<std::string, std::string> headers;
  std::string body;
  std::string content_type = "application/vnd.api+json";
  std::optional<int64_t> cut_body_after;  // bytes of the body as sent; then the connection is closed
  bool close_before_headers = false;
  int64_t delay_ms = 0;
  std::optional<std::string> next;                             // put into links.next: a URL, a path, or a cursor
  bool empty_page = false;                                     // no rows, and a next link that brings them
  bool unsorted = false;                                       // rows in another order
  bool expire_cursor = false;                                  // refuse the request's cursor
  int64_t expire_age_sec = 0;                                  // only when it is older than this
  bool repeat_cursor = false;                                  // links.next is the request itself
  std::optional<std::pair<std::string, std::string>> replace;  // first occurrence in the body
  bool hang = false;                                           // no answer as long as Faults::generation() is this:
  uint64_t generation = 0;
};

/// Any thread.
class Faults {
 public:
  /// Adds the rules of {"rules": [{"path", "nth", "count", "do"}]}. A line that says what is wrong; empty when all is
  /// well and the rules are in force.
  std::string add(const Json& document);

  void clear();

  /// The faults for a request on `path`; each rule counts the requests it matches.
  Fault next(std::string_view path);

  /// Whether cursors have to say when they were issued.
  bool cursors_age() const;

  /// Changes with every clear, which ends all hanging.
  uint64_t generation() const { return generation_.load(); }

 private:
  struct Rule {
    std::string path;
    int64_t nth = 1;
    int64_t count = 1;  // -1: for ever
    int64_t seen = 0;
    Fault fault;
  };

  mutable std::mutex mutex_;
  std::vector<Rule> rules_;
  std::atomic<uint64_t> generation_{0};
};

}  // namespace emulator
