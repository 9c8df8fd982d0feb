// Page parsers, fewer than lanes: a parser's buffers are several times as large as a page, and no more pages can be
// parsed at once than there are cores.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "klaviyo/page_parser.h"

namespace klaviyo {

/// Thread-safe.
class ParserPool {
 public:
  ParserPool(const RecordLayout& layout, size_t parsers);

  /// A parser, given back when the lease ends.
  class Lease {
   public:
    explicit Lease(ParserPool& pool);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    PageParser& parser() { return *parser_; }

   private:
    ParserPool& pool_;
    std::unique_ptr<PageParser> parser_;
  };

 private:
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<PageParser>> free_;
};

}  // namespace klaviyo
