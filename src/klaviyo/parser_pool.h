// Page parsers, each with a thread of its own and fewer of them than lanes: no more pages can be parsed at once than
// there are cores, a parser's buffers are several times as large as a page, and memory that a few threads allocate is
// used again for the next page, while many threads would each keep some.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "klaviyo/page_parser.h"

namespace klaviyo {

/// Thread-safe.
class ParserPool {
 public:
  /// At most `parsers` threads, which begin when they are needed. The layout must outlive the pool.
  ParserPool(const RecordLayout& layout, size_t parsers);

  /// No work may be under way.
  ~ParserPool();

  using Work = std::function<void(PageParser&)>;

  /// Has work done by one of the threads and waits for it; in order of arrival. Throws what the work throws, and
  /// std::bad_alloc when there is no thread to be had.
  void run(const Work& work);

 private:
  using Job = std::packaged_task<void(std::optional<PageParser>&)>;

  void add_thread_if_useful();
  void thread_main();

  const RecordLayout& layout_;
  const size_t max_threads_;
  std::mutex mutex_;  // guards all below
  std::condition_variable job_ready_;
  std::deque<Job> jobs_;
  size_t idle_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace klaviyo
